import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notesApp } from './app.ts';
import { plainEnv, type Ran } from './run.ts';
import { loadPty, openTty } from './tty.ts';

const exec = promisify(execFile);
const repo = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'trpc-mcp-packed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { version: trpc } = createRequire(import.meta.url)('@trpc/server/package.json') as { version: string };
const tarballs = { core: join(folder, 'core.tgz'), cli: join(folder, 'cli.tgz') };

beforeAll(async () => {
  for (const [name, file] of Object.entries(tarballs))
    await exec('npx', ['-y', 'pnpm@12', '--filter', `@trpc-mcp/${name}`, 'pack', '--out', file], {
      cwd: repo,
    });
});

/** The package with Node itself for this machine. */
const node = `node-${process.platform}-${process.arch}`;

/** The app in TypeScript, as `type: module` or as CommonJS. */
async function createProject(
  name: string,
  type: 'module' | 'commonjs',
  manager: 'npm' | 'pnpm',
): Promise<string> {
  const cwd = join(folder, name);
  const manifest = {
    name: 'acme',
    version: '1.2.3',
    private: true,
    type,
    dependencies: { '@trpc-mcp/core': `file:${tarballs.core}`, '@trpc/server': trpc, zod: '^4.0.0' },
    devDependencies: { '@trpc-mcp/cli': `file:${tarballs.cli}`, typescript: '~5.9.0', [node]: '20.12.0' },
  };
  const files = {
    ...notesApp,
    'package.json': JSON.stringify(manifest),
    'tsconfig.json': JSON.stringify({
      compilerOptions: { strict: true, module: 'nodenext', target: 'es2022', skipLibCheck: true },
    }),
    'pnpm-workspace.yaml': `overrides:\n  '@trpc-mcp/core': 'file:${tarballs.core}'\nallowBuilds:\n  esbuild: false\n`,
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    await writeFile(join(cwd, path), text);
  }
  if (manager === 'npm')
    await exec('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd });
  else
    await exec('npx', ['-y', 'pnpm@12', 'install', '--prefer-offline'], {
      cwd,
    });
  return cwd;
}

const oldApp = `import { initTRPC } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';

const t = initTRPC.create();
const appRouter = t.router({ hello: t.procedure.query(() => 'hi') });

createHTTPServer({ router: appRouter }).listen(3000);
`;

const pty = await loadPty();

describe.each([
  ['npm', 'module'],
  ['npm', 'commonjs'],
  ['pnpm', 'module'],
  ['pnpm', 'commonjs'],
] as const)('installed with %s into an app that is %s', (manager, type) => {
  let cwd = '';
  beforeAll(async () => {
    cwd = await createProject(`${manager}-${type}`, type, manager);
  });
  /** The command as `npx` starts it. */
  const bin = () => join(cwd, 'node_modules/.bin/trpc-mcp');
  const run = async (...args: string[]): Promise<Ran> => {
    const options = { cwd, env: { ...plainEnv(), HOME: cwd } };
    try {
      return { code: 0, ...(await exec(bin(), args, options)) };
    } catch (error) {
      return error as Ran & Error;
    }
  };

  test('lists and calls', async () => {
    const listed = await run('list', 'src/router.ts');
    expect(listed.stdout).toContain('notes_list\tnotes\treads\tquery');
    expect(listed.code).toBe(0);
    const called = await run('call', 'src/router.ts', 'notes_list', '--ctx', 'src/ctx.ts');
    expect(called).toMatchObject({
      code: 0,
      stdout: '[{"id":1,"text":"Buy milk"},{"id":2,"text":"Call Ada"}]\n',
    });
  });

  test('lints', async () => {
    const { code, stdout } = await run('lint', 'src/router.ts', '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ errors: 0 });
  });

  test('locks, and compares', async () => {
    expect(await run('lock', 'src/router.ts')).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, 'mcp.lock.json'), 'utf8')).toContain('"path": "notes.list"');
    expect(await run('lock', 'src/router.ts', '--check')).toMatchObject({ code: 0 });
  });

  test('reads outputs with the TypeScript of the app', async () => {
    const { code, stderr } = await run('outputs', 'src/router.ts', '-o', 'mcp.outputs.json');
    expect(stderr).toContain('typed');
    expect(code).toBe(0);
    const { procedures } = JSON.parse(readFileSync(join(cwd, 'mcp.outputs.json'), 'utf8')) as {
      procedures: Record<string, unknown>;
    };
    expect(procedures['notes.remove']).toEqual({ schema: { type: 'string' } });
    expect(await run('outputs', 'src/router.ts', '--check')).toMatchObject({ code: 0 });
  });

  test.each([
    ['--openapi', '"openapi": "3.1'],
    ['--mcp-json', '"notes_list"'],
    ['--llms-txt', '# acme'],
  ])('exports %s', async (format, words) => {
    const { code, stdout } = await run('export', 'src/router.ts', format);
    expect(stdout).toContain(words);
    expect(code).toBe(0);
  });

  test('writes a configuration with which an official client starts it, lists and calls', async () => {
    const wrote = await run(
      'connect',
      'src/router.ts',
      '--client',
      'claude-code',
      '--project',
      '--yes',
      '--ctx',
      'src/ctx.ts',
    );
    expect(wrote.code).toBe(0);
    const { mcpServers } = JSON.parse(readFileSync(join(cwd, '.mcp.json'), 'utf8')) as {
      mcpServers: { acme: { command: string; args: string[] } };
    };
    const { command, args } = mcpServers.acme;
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StdioClientTransport({ command, args, cwd, env: plainEnv() }));
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('notes_list');
    const { content } = await client.callTool({ name: 'notes_list' });
    expect(content).toMatchObject([{ type: 'text', text: expect.stringContaining('Buy milk') as unknown }]);
    await client.close();
  });

  test.skipIf(pty === undefined)('asks on a terminal', async () => {
    const tty = openTty(
      pty!,
      ['call', 'src/router.ts', 'notes_remove', '-a', 'id=1', '--ctx', 'src/ctx.ts'],
      {
        cwd,
        bin: join(cwd, 'node_modules/@trpc-mcp/cli/dist/bin.js'),
      },
    );
    await tty.see('Do you agree?');
    tty.type('y');
    await tty.see('removed 1');
    expect(await tty.end).toBe(0);
  });

  test.skipIf(pty === undefined)('adds the bridge to an app, after a question', async () => {
    const app = join(cwd, 'old');
    await mkdir(app, { recursive: true });
    await writeFile(join(app, 'package.json'), JSON.stringify({ name: 'old', type }));
    await writeFile(join(app, 'server.ts'), oldApp);
    const tty = openTty(pty!, ['init', '--tag', 'queries'], {
      cwd: app,
      bin: join(cwd, 'node_modules/@trpc-mcp/cli/dist/bin.js'),
    });
    await tty.see('mcpHandler');
    await tty.see(/◆ .*\?/);
    tty.type('y');
    expect(await tty.end).toBe(0);
    expect(readFileSync(join(app, 'server.ts'), 'utf8')).toContain("from '@trpc-mcp/core/node'");
  });

  test('runs on the oldest Node that it names', async () => {
    const oldest = join(cwd, `node_modules/${node}/bin/node`);
    const main = join(cwd, 'node_modules/@trpc-mcp/cli/dist/bin.js');
    const { stdout } = await exec(oldest, [main, 'list', 'src/router.ts'], { cwd, env: plainEnv() });
    expect(stdout).toContain('notes_list\tnotes\treads\tquery');
  });
});
