import { expect, test } from 'vitest';
import { createApp, notesApp } from './app.ts';
import { run } from './run.ts';

const router = `
import { initTRPC } from '@trpc/server';
const t = initTRPC.meta().create();
export const appRouter = t.router({ hello: t.procedure.meta({ mcp: true }).query(() => 'hi') });
`;
const hello = 'hello\thello\treads\tquery\t';

async function list(
  files: Record<string, string>,
  target = 'router.ts',
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return run(['list', target], { cwd: createApp(files) });
}

test.each<[string, Record<string, string>, string]>([
  ['TypeScript', { 'router.ts': router }, 'router.ts'],
  ['a module without its extension', { 'src/router.ts': router }, 'src/router'],
  ['the index of a folder', { 'src/index.ts': router }, 'src'],
  ['a named export', { 'router.ts': router }, 'router.ts#appRouter'],
  [
    'a default export',
    { 'router.ts': router.replace('export const appRouter =', 'export default') },
    'router.ts',
  ],
  ['JavaScript', { 'router.js': router }, 'router.js'],
  [
    'a CommonJS app in JavaScript',
    {
      'package.json': '{}',
      'router.js':
        router.replace(/import (.*) from (.*);/, 'const $1 = require($2);').replace('export const', 'const') +
        'module.exports = { appRouter };',
    },
    'router.js',
  ],
  ['a CommonJS app in TypeScript', { 'package.json': '{}', 'router.ts': router }, 'router.ts'],
  ['a file with .cts', { 'router.cts': router }, 'router.cts'],
  [
    'paths of tsconfig.json',
    {
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
      'src/hello.ts': router,
      'src/server/router.ts': `export { appRouter } from '@/hello';`,
    },
    'src/server/router.ts',
  ],
  [
    'a router among other exports',
    {
      'router.ts': `${router}export const other = 1; export type A = typeof appRouter; export const createCaller = () => 1;`,
    },
    'router.ts',
  ],
  [
    'appRouter among several routers',
    { 'router.ts': `${router}export const helloRouter = t.router({ a: t.procedure.query(() => 1) });` },
    'router.ts',
  ],
])('loads %s', async (_, files, target) => {
  const { code, stdout, stderr } = await list(files, target);
  expect(stdout).toContain(hello);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^\n1 tool, /) as unknown,
  });
});

test('reads .env beside package.json, and what is set already wins', async () => {
  const cwd = createApp({
    '.env': 'A=1\nB=2\nC=3',
    '.env.local': 'B=local',
    'src/router.ts': router.replace("'hi'", '[process.env.A, process.env.B, process.env.C].join()'),
  });
  const { stdout } = await run(['call', 'src/router.ts', 'hello'], { cwd, env: { C: 'set' } });
  expect(stdout).toBe('1,local,set\n');
});

test.each<[string, string, string]>([
  [
    'starts a server',
    `import { createServer } from 'node:http'; createServer().listen(4321);`,
    'starts a server when it is imported (it listens on 4321)',
  ],
  [
    'starts an Express app',
    `import express from 'express'; express().listen(4322, () => {});`,
    'starts a server when it is imported (it listens on 4322)',
  ],
  [
    'ends the process',
    `console.error('no SECRET'); process.exit(1);`,
    'ends the process when it is imported (process.exit(1))',
  ],
  [
    'wants a database',
    `import { connect } from 'node:net'; await new Promise((_, reject) => connect(1, '127.0.0.1').on('error', reject));`,
    'connects to something when it is imported, and that failed: connect ECONNREFUSED',
  ],
  [
    'wants a database by name',
    `import { connect } from 'node:net'; await new Promise((_, reject) => connect(1, 'db.invalid').on('error', (cause) => reject(new Error('cannot reach the database', { cause }))));`,
    'connects to something when it is imported, and that failed: cannot reach the database',
  ],
  [
    'wants a variable',
    `if (!process.env.DATABASE_URL) throw new Error('DATABASE_URL is not set');`,
    'wants an environment that is not there: DATABASE_URL is not set',
  ],
  [
    'validates its environment',
    `import { z } from 'zod'; z.object({ API_KEY: z.string() }).parse({});`,
    'wants an environment that is not there',
  ],
  [
    'imports what is not installed',
    `import 'left-pad';`,
    "imports something that is not there: Cannot find package 'left-pad'",
  ],
  ['has a syntax error', `const = 1;`, 'could not be read'],
  [
    'imports server-only',
    `throw new Error('This module cannot be imported from a Client Component module. It should only be used from a Server Component.');`,
    'imports "server-only", which throws outside of Next.js',
  ],
  ['throws', `throw new Error('out of luck');`, 'threw when it was imported: out of luck'],
  ['throws what is no error', `throw 'out of luck';`, 'threw when it was imported: out of luck'],
])('says in words that a module %s', async (_, code, words) => {
  const ran = await list({
    'router.ts': `${code.startsWith('import') ? code : `${router}\n${code}`}${code.startsWith('import') ? router : ''}`,
  });
  expect(ran.stderr).toContain(words);
  expect(ran.stderr.trim().split('\n').length).toBeGreaterThan(1);
  expect(ran).toMatchObject({ code: 3, stdout: '' });
});

test.each<[string, Record<string, string>, string, string]>([
  ['there is no file', {}, 'router.ts', 'There is no module router.ts'],
  [
    'there is no router',
    { 'router.ts': 'export const a = 1;' },
    'router.ts',
    'router.ts exports no tRPC router',
  ],
  ['the export is not there', { 'router.ts': router }, 'router.ts#other', 'router.ts exports no other'],
  [
    'the export is no router',
    { 'router.ts': `${router}export const other = {};` },
    'router.ts#other',
    'other of router.ts is not a tRPC router',
  ],
  [
    'there are several',
    {
      'router.ts': `${router.replace('appRouter', 'one')}export const two = t.router({ a: t.procedure.query(() => 1) });`,
    },
    'router.ts',
    'router.ts exports several routers: one, two',
  ],
  [
    'the router cannot be served',
    { 'router.ts': router.replace('mcp: true', "mcp: { name: 'a b' }") },
    'router.ts',
    'router.ts cannot be served: 1 problem',
  ],
])('says in words that %s', async (_, files, target, words) => {
  const ran = await list(files, target);
  expect(ran.stderr).toContain(words);
  expect(ran).toMatchObject({ code: 3, stdout: '' });
});

test('says the same as JSON', async () => {
  const { code, stdout } = await run(['list', 'nowhere.ts', '--json'], { cwd: createApp({}) });
  expect(JSON.parse(stdout)).toEqual({
    error: { message: 'There is no module nowhere.ts', fix: expect.any(String) as unknown, code: 3 },
  });
  expect(code).toBe(3);
});

test('takes the target, the context and the options of the handler from the configuration', async () => {
  const config = `{ target: './src/router.ts', ctx: './src/ctx.ts', options: { toolName: (path) => path.replace('.', '-') } }`;
  const cwd = createApp({
    ...notesApp,
    'trpc-mcp.config.ts':
      `import { defineConfig } from '@trpc-mcp/cli';\nexport default defineConfig(${config});`.replace(
        "import { defineConfig } from '@trpc-mcp/cli';\n",
        'const defineConfig = (config: object) => config;\n',
      ),
    'src/deep/file.txt': '',
  });
  const { stdout, code } = await run(['list'], { cwd: `${cwd}/src/deep` });
  expect(stdout).toContain('notes-list\tnotes\treads\tquery');
  expect(code).toBe(0);
  const { stdout: called } = await run(['call', './router.ts', 'notes-list'], { cwd: `${cwd}/src` });
  expect(called).toContain('Buy milk');
});

test('takes the configuration from package.json', async () => {
  const cwd = createApp({
    ...notesApp,
    'package.json': JSON.stringify({ type: 'module', 'trpc-mcp': { target: 'src/router.ts' } }),
  });
  expect((await run(['list'], { cwd })).code).toBe(0);
});

test.each<[string, Record<string, string>, string]>([
  [
    'an unknown setting',
    { 'trpc-mcp.config.ts': `export default { targets: 'a' };` },
    'has "targets", which is no setting',
  ],
  [
    'no object',
    { 'trpc-mcp.config.ts': `export default 1;` },
    'trpc-mcp.config.ts does not hold a configuration',
  ],
  ['package.json that is not JSON', { 'package.json': '{' }, 'is not JSON'],
  ['no target', {}, 'There is no target'],
])('says what is wrong with a configuration that has %s', async (_, files, words) => {
  const { code, stderr } = await run(['list'], { cwd: createApp(files) });
  expect(stderr).toContain(words);
  expect(code).toBe(2);
});

test('what an app writes to standard output is not in the answer', async () => {
  const cwd = createApp({
    ...notesApp,
    'src/loud.ts': `process.stdout.write('loud\\n');\nexport * from './router.ts';\n`,
  });
  const { stdout, stderr, code } = await run(['list', 'src/loud.ts', '--json'], { cwd });
  expect({ code, server: (JSON.parse(stdout) as { server: unknown }).server, stderr }).toEqual({
    code: 0,
    server: { name: 'acme', version: '1.2.3' },
    stderr: 'loud\n',
  });
});
