import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { describeDemo } from '../../test/demo.ts';
import { allow, openBrowser } from '../../test/login.ts';
import { jonas, tokens } from '../sample/cast.ts';

const bin = join(
  dirname(createRequire(import.meta.url).resolve('@trpc-mcp/cli/package.json')),
  'dist/bin.js',
);

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
  logins: number;
}

describeDemo((demo) => {
  /** Runs the command. When it prints where to sign in, the person does. */
  const run = (args: string[], folder: string, person: string): Promise<Ran> => {
    const env = { PATH: process.env['PATH'], TRPC_MCP_HOME: folder, BROWSER: 'none' };
    const child = spawn(process.execPath, [bin, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ran: Ran = { code: null, stdout: '', stderr: '', logins: 0 };
    child.stdout.on('data', (chunk: Buffer) => (ran.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      ran.stderr += chunk.toString();
      const shown = ran.stderr.match(/visit:\nhttp\S+\n/g) ?? [];
      if (shown.length <= ran.logins) return;
      ran.logins = shown.length;
      void signIn(shown.at(-1)!.slice('visit:\n'.length).trim(), person);
    });
    return new Promise((resolve) => child.on('close', (code) => resolve({ ...ran, code })));
  };
  const signIn = async (address: string, person: string): Promise<void> => {
    await fetch(await allow(openBrowser(demo.url), address, person));
  };

  it('signs in on the command line, once, and again when a tool needs more scopes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trpc-mcp-home-'));
    const mcp = `${demo.url}/mcp`;
    try {
      const without = await run(['list', mcp], folder, tokens.admin.email);
      expect(without.stderr).toContain('wants a credential');
      expect(without).toMatchObject({ code: 4, stdout: '', logins: 0 });

      const listed = await run(['list', mcp, '--login'], folder, tokens.admin.email);
      expect(listed.stdout).toContain('customers_search\tcustomers\treads');
      expect(listed).toMatchObject({ code: 0, logins: 1 });

      const again = await run(['call', mcp, 'whoami', '--login'], folder, tokens.admin.email);
      expect(JSON.parse(again.stdout)).toMatchObject({ name: tokens.admin.name, role: 'admin' });
      expect(again).toMatchObject({ code: 0, logins: 0 });

      const found = await run(
        ['call', mcp, 'customers_search', '-a', `query=${jonas.email}`, '--json', '--login'],
        folder,
        '',
      );
      const { structuredContent } = JSON.parse(found.stdout) as {
        structuredContent: { items: [{ id: string }] };
      };
      const [{ id }] = structuredContent.items;
      const stepped = await run(
        ['call', mcp, 'customers_reactivate', '-a', `id=${id}`, '--login'],
        folder,
        tokens.admin.email,
      );
      expect(stepped.stdout).toContain(id);
      expect(stepped).toMatchObject({ code: 0, logins: 1 });

      // Nobody else on the machine reads the credential.
      const files = await readdir(folder);
      expect(files).toHaveLength(1);
      expect((await stat(join(folder, files[0]!))).mode & 0o077).toBe(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 120_000);

  it('takes a token in a header', async () => {
    const args = ['call', `${demo.url}/mcp`, 'whoami', '-H', `authorization: Bearer ${tokens.viewer.token}`];
    const { code, stdout } = await run(args, '', '');
    expect(JSON.parse(stdout)).toMatchObject({ role: 'viewer' });
    expect(code).toBe(0);
    const wrong = await run([...args.slice(0, -1), 'authorization: Bearer nobody'], '', '');
    expect(wrong.stderr).toContain('does not take the one that was sent');
    expect(wrong.code).toBe(4);
  });
});
