import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { plainEnv, run } from './run.ts';
import { commonjs, express, fastify, type Files, hono, pages, standalone, turbo } from './shapes.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const installed = [
  'packages/cli/node_modules',
  'packages/core/node_modules',
  'examples/hono/node_modules',
  'examples/host-context/node_modules',
  'node_modules',
].map((folder) => join(root, folder));

/** Writes an app, in which every package may be imported that this workspace has. */
function createShape(files: Files): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'trpc-mcp-shape-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const modules = join(folder, 'node_modules');
  const link = (name: string, target: string): void => {
    const at = join(modules, name);
    if (existsSync(at) || !existsSync(target)) return;
    mkdirSync(dirname(at), { recursive: true });
    symlinkSync(target, at, 'junction');
  };
  for (const name of [
    '@trpc/server',
    '@trpc-mcp/core',
    'zod',
    'superjson',
    'express',
    'fastify',
    'hono',
    '@hono/node-server',
    '@hono/trpc-server',
    'next',
    'react',
    '@types/node',
    '@types/express',
  ])
    for (const from of installed) link(name, join(from, name));
  if ('packages/api/package.json' in files) link('@acme/api', join(folder, 'packages/api'));
  return folder;
}

function read(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('node_modules') && statSync(file).isFile());
  return Object.fromEntries(files.map((file) => [relative(folder, file), readFileSync(file, 'utf8')]));
}

function changesOf(before: Files, after: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(after).filter(([name, text]) => before[name] !== text));
}

function typecheck(folder: string): string {
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

/** Starts an app that prints its address, and lists and calls as the official client does. */
async function use(folder: string, server: string, path: string, tool: string): Promise<unknown> {
  const tsx = pathToFileURL(join(root, 'packages/cli/node_modules/tsx/dist/loader.mjs')).href;
  const child = spawn(process.execPath, ['--import', tsx, server], {
    cwd: folder,
    env: { ...plainEnv(), PORT: '0' },
  });
  onTestFinished(() => void child.kill());
  let told = '';
  child.stderr.on('data', (text: Buffer) => (told += text.toString()));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      told += text.toString();
      const [, found] = /"port":(\d+)/.exec(told) ?? [];
      if (found) resolve(Number(found));
    });
    child.on('exit', () => reject(new Error(told)));
  });
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const requestInit = { headers: { 'x-user': 'ada' } };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}${path}`), { requestInit }),
  );
  const { tools } = await client.listTools();
  const { structuredContent, content } = await client.callTool({
    name: tool,
    arguments: tool === 'hello' ? { name: 'Ada' } : {},
  });
  await client.close();
  return { tools: tools.map(({ name }) => name), result: structuredContent ?? content };
}

const version = (
  JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8')) as { version: string }
).version;

async function init(folder: string, ...args: string[]): Promise<string> {
  const { code, stderr } = await run(['init', ...args], { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
  return stderr;
}

async function isDone(folder: string, ...args: string[]): Promise<void> {
  const before = read(folder);
  expect(await init(folder, '--yes', ...args)).toContain('nothing was changed');
  expect(read(folder)).toEqual(before);
}

test('adds MCP to an app on Express, which then type-checks, lists and calls', async () => {
  const folder = createShape(express);
  await init(folder, '--yes', '--tag', 'queries');
  expect(changesOf(express, read(folder))).toEqual({
    'package.json': express['package.json']!.replace(
      '{\n    "@trpc/server"',
      `{\n    "@trpc-mcp/core": "^${version}",\n    "@trpc/server"`,
    ),
    'src/trpc.ts': express['src/trpc.ts']!.replace(
      'import superjson from "superjson";',
      'import superjson from "superjson";\nimport type { McpMeta } from "@trpc-mcp/core";',
    ).replace('.context<Context>()', '.context<Context>().meta<McpMeta>()'),
    'src/server.ts': express['src/server.ts']!.replace(
      'from "./trpc.ts";',
      'from "./trpc.ts";\nimport { mcpHandler } from "@trpc-mcp/core/express";',
    ).replace(
      '// the API',
      '// the API\napp.use("/api/mcp", mcpHandler(appRouter, { createContext, tag: ({ type }) => type === "query" }));',
    ),
    'trpc-mcp.config.ts': `export default {
  target: "src/router.ts#appRouter",
  options: { tag: ({ type }: { type: string }) => type === "query" },
};
`,
  });
  expect(typecheck(folder)).toBe('');
  expect(await use(folder, 'src/server.ts', '/api/mcp', 'me')).toEqual({
    tools: ['hello', 'me'],
    result: { user: 'ada', at: '1970-01-01T00:00:00.000Z' },
  });
  const listed = await run(['list'], { cwd: folder });
  expect(listed.stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(['hello', 'me', '']);
  await isDone(folder);
});

test('adds MCP to a monorepo with the app router of Next.js, in both packages', async () => {
  const folder = createShape(turbo);
  await init(folder, '--yes', '--tag', 'queries');
  const changed = changesOf(turbo, read(folder));
  expect(Object.keys(changed).toSorted()).toEqual([
    'apps/web/package.json',
    'apps/web/src/app/api/mcp/route.ts',
    'apps/web/trpc-mcp.config.ts',
    'packages/api/package.json',
    'packages/api/src/trpc.ts',
  ]);
  expect(changed['packages/api/src/trpc.ts']).toContain('interface Meta extends McpMeta {');
  expect(changed['apps/web/src/app/api/mcp/route.ts'])
    .toBe(`import { mcpHandler } from "@trpc-mcp/core/fetch";
import type { NextRequest } from "next/server";
import { appRouter, createTRPCContext } from "@acme/api";

const createContext = async (req: NextRequest) => {
  return createTRPCContext({
    headers: req.headers,
  });
};

const handler = mcpHandler(appRouter, { createContext: ({ req }: { req: NextRequest }) => createContext(req), tag: ({ type }) => type === "query" });

export { handler as GET, handler as POST, handler as DELETE };
`);
  expect(changed['apps/web/trpc-mcp.config.ts']).toContain(
    'target: "../../packages/api/src/root.ts#appRouter"',
  );
  expect(typecheck(join(folder, 'packages/api'))).toBe('');
  expect(typecheck(join(folder, 'apps/web'))).toBe('');
  await isDone(folder);
  await isDone(join(folder, 'apps/web'));
});

test('adds MCP to an app on Fastify, and moves a createContext out of the options', async () => {
  const folder = createShape(fastify);
  const told = await init(folder, '--yes', '--tag', 'me');
  expect(told).toContain('yarn install');
  const changed = changesOf(fastify, read(folder));
  expect(changed['src/trpc.ts']).toBe(
    fastify['src/trpc.ts']!.replace(
      "from '@trpc/server'",
      "from '@trpc/server'\nimport type { McpMeta } from '@trpc-mcp/core'",
    ).replace('.context<Context>()', '.context<Context>()\n\t.meta<McpMeta>()'),
  );
  expect(changed['src/server.ts']).toContain(`	function createContext({ req }: CreateFastifyContextOptions) {
		const user = req.headers['x-user']
		return { user: user === undefined ? undefined : String(user) }
	}
	await server.register(fastifyTRPCPlugin, {
		prefix: '/trpc',
		trpcOptions: {
			router: appRouter,
			createContext,
			onError`);
  expect(changed['src/server.ts']).toContain(`	})
	await server.register(mcpHandler(appRouter, { createContext, tag: ({ path }) => ['me'].includes(path) }), { prefix: '/mcp' })
`);
  expect(typecheck(folder)).toBe('');
  expect(await use(folder, 'src/server.ts', '/mcp', 'me')).toEqual({
    tools: ['me'],
    result: { user: 'ada' },
  });
  await isDone(folder);
});

test('adds MCP to an app on Hono, at the end of its chain', async () => {
  const folder = createShape(hono);
  await init(folder, '--yes', '--tag', 'queries');
  const { 'src/server.ts': server, 'src/router.ts': router } = read(folder);
  expect(server)
    .toContain(`const mcp = mcpHandler(appRouter, { createContext, tag: ({ type }) => type === 'query' });
const app = new Hono()
  .get('/', (c) => c.text('ok'))
  .use('/trpc/*', trpcServer({ router: appRouter, createContext }))
  .all('/mcp', (c) => mcp(c.req.raw, c));`);
  expect(router).toContain('.meta<{ track?: boolean } & McpMeta>()');
  expect(typecheck(folder)).toBe('');
  expect(await use(folder, 'src/server.ts', '/mcp', 'me')).toEqual({
    tools: ['me'],
    result: { user: 'ada' },
  });
  await isDone(folder);
});

test('adds MCP to the standalone server, and keeps the ends of its lines', async () => {
  const folder = createShape(standalone);
  const told = await init(folder, '--yes', '--tag', 'queries');
  expect(told).toContain('The router is not exported');
  const { 'src/server.ts': server } = read(folder);
  expect(server!.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  expect(server!.replaceAll('\r\n', '\n')).toContain(`const createContext = () => ({});
const trpc = createHTTPHandler({
  router: appRouter,
  createContext,
  basePath: '/trpc/',
});
const mcp = mcpHandler(appRouter, { createContext, tag: ({ type }) => type === 'query' });
const server = createServer((req, res) => {
  if (req.url?.split('?')[0] === '/mcp') void mcp(req, res);
  else trpc(req, res);
});
server.listen(`);
  expect(typecheck(folder)).toBe('');
  expect(await use(folder, 'src/server.ts', '/mcp', 'hello')).toEqual({
    tools: ['hello'],
    result: expect.anything(),
  });
  await isDone(folder);
});

test('adds MCP to the pages router of Next.js', async () => {
  const folder = createShape(pages);
  await init(folder, '--yes', '--tag', 'queries');
  const changed = changesOf(pages, read(folder));
  expect(changed['src/pages/api/mcp.ts']).toBe(`import { mcpHandler } from '@trpc-mcp/core/node';
import { createContext } from '../../server/trpc';
import { appRouter } from '~/server/trpc';

export default mcpHandler(appRouter, { createContext, tag: ({ type }) => type === 'query' });
`);
  expect(changed['src/server/trpc.ts']).toContain(
    'trpc.initTRPC.context<typeof createContext>().meta<McpMeta>().create()',
  );
  expect(typecheck(folder)).toBe('');
  await isDone(folder);
});

test('adds MCP to a server of node in CommonJS and JavaScript', async () => {
  const folder = createShape(commonjs);
  await init(folder, '--yes', '--tag', 'queries');
  const { 'server.js': server, 'router.js': router } = read(folder);
  expect(router).toBe(commonjs['router.js']);
  expect(server).toContain(`const { mcpHandler } = require('@trpc-mcp/core/node');`);
  expect(server).toContain(`const createContext = async () => ({});
const handler = createHTTPHandler({ router: appRouter, createContext });
const mcp = mcpHandler(appRouter, { createContext, tag: ({ type }) => type === 'query' });

const server = http.createServer((request, response) => {
  if (request.url?.split('?')[0] === '/mcp') {
    void mcp(request, response);
    return;
  }
  if (request.url === '/health')`);
  expect(await use(folder, 'server.js', '/mcp', 'hello')).toEqual({
    tools: ['hello'],
    result: expect.anything(),
  });
  const listed = await run(['list'], { cwd: folder });
  expect(listed.stdout).toMatch(/^hello\t/);
  await isDone(folder);
});
