import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler, type NodeMcpHandler } from '@trpc-mcp/core/node';
import { expectCatalog } from '@trpc-mcp/core/testing';
import { initTRPC } from '@trpc/server';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createApp, notesApp } from './app.ts';
import { run } from './run.ts';
import { loadPty, openTty } from './tty.ts';

const t = initTRPC.meta<McpMeta>().create();
/** The same router as in `file`, in this process. */
const router = t.router({
  users: {
    get: t.procedure
      .meta({
        mcp: {
          scopes: ['users:read'],
          resource: { uri: 'users://{id}', mimeType: 'application/json' },
          tool: true,
        },
      })
      .input(z.object({ id: z.string(), since: z.date().optional() }))
      .output(z.object({ id: z.string(), at: z.date(), tags: z.array(z.string()) }))
      .query(() => ({ id: '1', at: new Date(), tags: [] })),
    rename: t.procedure
      .meta({ mcp: { annotations: { idempotentHint: true, destructiveHint: false } } })
      .input(z.object({ id: z.string(), name: z.string().max(20) }))
      .mutation(() => 1),
  },
  review: t.procedure
    .meta({ mcp: { prompt: true } })
    .input(z.object({ tone: z.string(), size: z.string().optional() }))
    .query(() => 'Review.'),
});
const file = `import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';
const t = initTRPC.meta<McpMeta>().create();
export const appRouter = t.router({
  users: {
    get: t.procedure
      .meta({ mcp: { scopes: ['users:read'], resource: { uri: 'users://{id}', mimeType: 'application/json' }, tool: true } })
      .input(z.object({ id: z.string(), since: z.date().optional() }))
      .output(z.object({ id: z.string(), at: z.date(), tags: z.array(z.string()) }))
      .query(() => ({ id: '1', at: new Date(), tags: [] })),
    rename: t.procedure
      .meta({ mcp: { annotations: { idempotentHint: true, destructiveHint: false } } })
      .input(z.object({ id: z.string(), name: z.string().max(20) }))
      .mutation(() => 1),
  },
  review: t.procedure.meta({ mcp: { prompt: true } }).input(z.object({ tone: z.string(), size: z.string().optional() })).query(() => 'Review.'),
});
`;

async function createLocked(): Promise<{ cwd: string; lockFile: string }> {
  const cwd = createApp({ 'src/router.ts': file });
  expect((await run(['lock', 'src/router.ts'], { cwd })).code).toBe(0);
  return { cwd, lockFile: join(cwd, 'mcp.lock.json') };
}

const change = (cwd: string, from: string, to: string): void => {
  const text = readFileSync(join(cwd, 'src/router.ts'), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(cwd, 'src/router.ts'), text.replace(from, to));
};

async function serve(handler: NodeMcpHandler): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

test('writes the file that a test compares, byte for byte, and finds nothing changed in it', async () => {
  const { cwd, lockFile } = await createLocked();
  await expectCatalog(router).toMatchFile(lockFile);
  const byTest = join(cwd, 'by-test.lock.json');
  // Vitest writes no new files in CI.
  const ci = process.env['UPDATE_MCP_LOCK'];
  process.env['UPDATE_MCP_LOCK'] = '1';
  await expectCatalog(router).toMatchFile(byTest);
  if (ci === undefined) delete process.env['UPDATE_MCP_LOCK'];
  expect(readFileSync(lockFile, 'utf8')).toBe(readFileSync(byTest, 'utf8'));
  const { code, stdout, stderr } = await run(['lock', 'src/router.ts', '--check'], { cwd });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: 'The target serves what mcp.lock.json says.\n',
  });
});

test('--check says each change and whether it breaks clients, and writes nothing', async () => {
  const { cwd, lockFile } = await createLocked();
  const before = readFileSync(lockFile, 'utf8');
  change(cwd, 'id: z.string(), since', 'id: z.number(), since');
  change(
    cwd,
    'rename: t.procedure',
    'more: t.procedure.meta({ mcp: true }).query(() => 1), rename: t.procedure',
  );
  const { code, stdout, stderr } = await run(['lock', 'src/router.ts', '--check'], { cwd });
  expect(stdout.split('\n')).toEqual([
    'breaking    users_get inputSchema.properties.id.type: "string" → "number"',
    'compatible  users_more: appeared',
    '',
  ]);
  expect(stderr).toBe(
    '\nThe target no longer serves what mcp.lock.json says: 2 changes, 1 of which may break clients.\nIf that is meant, run trpc-mcp lock without --check, and commit the file.\n',
  );
  expect(code).toBe(1);
  expect(readFileSync(lockFile, 'utf8')).toBe(before);
  expect((await run(['lock', 'src/router.ts', '--check', '--allow-compatible'], { cwd })).code).toBe(1);
});

test('--allow-compatible lets changes pass that break nothing', async () => {
  const { cwd } = await createLocked();
  change(cwd, 'max(20)', 'max(30)');
  const { code } = await run(['lock', 'src/router.ts', '--check'], { cwd });
  const allowed = await run(['lock', 'src/router.ts', '--check', '--allow-compatible', '--json'], { cwd });
  expect([code, allowed.code]).toEqual([1, 0]);
  expect(JSON.parse(allowed.stdout)).toEqual({
    file: 'mcp.lock.json',
    isNew: false,
    isWritten: false,
    changes: [
      { at: 'users_rename inputSchema.properties.name.maxLength', what: '20 → 30', isBreaking: false },
    ],
  });
  const written = await run(['lock', 'src/router.ts'], { cwd });
  expect(written.stderr).toBe('\nWrote mcp.lock.json: 1 change, none of which breaks a client.\n');
  expect((await run(['lock', 'src/router.ts', '--check'], { cwd })).code).toBe(0);
});

test('an endpoint is compared with the file of its module, without the paths that it does not tell', async () => {
  const { cwd, lockFile } = await createLocked();
  const auth = { authenticate: () => ({ token: 'a', clientId: 'b', scopes: ['users:read'] }) };
  const url = await serve(mcpHandler(router, { auth }));
  const same = await run(['lock', url, '--check'], { cwd });
  expect({ code: same.code, stdout: same.stdout }).toEqual({ code: 0, stdout: '' });
  // A file that is written from the endpoint keeps the paths that it has.
  const before = readFileSync(lockFile, 'utf8');
  expect((await run(['lock', url], { cwd })).stderr).toBe('mcp.lock.json is up to date.\n');
  expect(readFileSync(lockFile, 'utf8')).toBe(before);
  expect((await run(['lock', url, '--file', 'other.lock.json'], { cwd })).code).toBe(0);
  expect((await run(['lock', 'src/router.ts', '--check', '-f', 'other.lock.json'], { cwd })).code).toBe(0);
  const changed = await serve(mcpHandler(t.router({ users: { get: router.users.get } }), { auth }));
  const { stdout, code } = await run(['lock', changed, '--check'], { cwd });
  expect(stdout.split('\n')).toEqual([
    'breaking    users_rename: vanished',
    'breaking    prompt review: vanished',
    '',
  ]);
  expect(code).toBe(1);
});

test('an endpoint that lists tools to search with is no contract', async () => {
  const url = await serve(
    mcpHandler(t.router({ a: t.procedure.meta({ mcp: true }).query(() => 1) }), { discovery: 'search' }),
  );
  const { code, stderr } = await run(['lock', url], { cwd: createApp({}) });
  expect(stderr).toContain('lists tools to search with, in place of its own');
  expect(code).toBe(3);
});

test('a file that is missing, broken or something else is told', async () => {
  const { cwd, lockFile } = await createLocked();
  const check = async (text: string, ...args: string[]): Promise<[number | null, string]> => {
    writeFileSync(lockFile, text);
    const { code, stderr } = await run(['lock', 'src/router.ts', ...args], { cwd });
    return [code, stderr.split('\n')[0]!];
  };
  const good = readFileSync(lockFile, 'utf8');
  expect(await check('{ "tools": { "inputSchema": ', '--check')).toEqual([
    2,
    'error: mcp.lock.json is not JSON',
  ]);
  expect(await check(`<<<<<<< ours\n${good}`, '--check')).toEqual([
    2,
    'error: mcp.lock.json has the marks of a merge that is not finished',
  ]);
  expect(await check('{ "tools": { "users_get": 1 } }', '--check')).toEqual([
    2,
    'error: mcp.lock.json is no contract file: "tools.users_get" is no object',
  ]);
  expect(await check('[]', '--check')).toEqual([
    2,
    'error: mcp.lock.json is no contract file: it has no "tools"',
  ]);
  // What was a contract is written again; what was something else stays.
  expect(await check(`<<<<<<< ours\n${good}`)).toEqual([0, 'Wrote mcp.lock.json. Commit it.']);
  expect(readFileSync(lockFile, 'utf8')).toBe(good);
  expect(await check('{ "name": "acme" }')).toEqual([
    2,
    'error: mcp.lock.json is no contract file: it has no "tools"',
  ]);
  expect(readFileSync(lockFile, 'utf8')).toBe('{ "name": "acme" }');
  const missing = await run(['lock', 'src/router.ts', '--check', '--file', 'no.json'], { cwd });
  expect(missing).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'error: no.json does not exist, so there is nothing to compare with\nRun trpc-mcp lock without --check, and commit the file. Or name it with --file.\n',
  });
  expect((await run(['lock', 'src/router.ts', '--file', 'no/such/folder.json'], { cwd })).code).toBe(3);
  expect((await run(['lock', 'src/router.ts', '--allow-compatible'], { cwd })).code).toBe(2);
});

test('a file of an older version, which has tools only, is compared', async () => {
  const { cwd, lockFile } = await createLocked();
  const { tools } = JSON.parse(readFileSync(lockFile, 'utf8')) as { tools: object };
  writeFileSync(lockFile, JSON.stringify({ tools }));
  const { stdout, code } = await run(['lock', 'src/router.ts', '--check', '--allow-compatible'], { cwd });
  expect(stdout.split('\n')).toEqual([
    'compatible  resource users://{id}: appeared',
    'compatible  prompt review: appeared',
    '',
  ]);
  expect(code).toBe(0);
});

test('shows changes in colours on a terminal', async ({ skip }) => {
  const pty = await loadPty();
  if (pty === undefined) skip('node-pty has no binary here');
  const cwd = createApp({ ...notesApp, 'mcp.lock.json': '{ "tools": {} }' });
  const tty = openTty(pty!, ['lock', 'src/router.ts', '--check'], { cwd });
  await tty.see('compatible  notes_add: appeared');
  await tty.see('none of which breaks a client');
  expect(await tty.end).toBe(1);
});
