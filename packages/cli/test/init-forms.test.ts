import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withDependency } from '../src/init/manifest.ts';
import { find, plan, type Tags } from '../src/init/plan.ts';
import { createApp } from './app.ts';

const router = `import { initTRPC } from '@trpc/server';
const t = initTRPC.create();
export const appRouter = t.router({});
`;

/** What is added to and removed from the file that serves tRPC, without its imports; and what is told. */
function planned(
  server: string,
  {
    name = 'src/server.ts',
    tags = { is: 'none' },
    files = {},
  }: { name?: string; tags?: Tags; files?: Record<string, string> } = {},
) {
  const folder = createApp({
    'src/router.ts': router,
    'src/context.ts': `export const createContext = () => ({});`,
    ...files,
    [name]: server,
  });
  const found = find(folder);
  const { changes, byHand, warnings } = plan(found, found.hosts[0], found.builders[0], tags);
  const change =
    changes.find(({ file }) => file === join(folder, name)) ??
    changes.find(({ file }) => file.endsWith('mcp/route.ts'));
  const [before, after] = [change?.before ?? '', change?.after ?? ''].map((text) => text.split('\n'));
  const added = after!.filter((line) => !before!.includes(line) && !line.startsWith('import '));
  return { added, byHand, warnings, files: changes.map(({ file }) => file.slice(folder.length + 1)) };
}

const express = `import * as trpcExpress from '@trpc/server/adapters/express';\nimport { appRouter } from './router';\nimport { createContext } from './context';\n`;
const fetch = `import { fetchRequestHandler } from '@trpc/server/adapters/fetch';\nimport { appRouter } from './router';\nimport { createContext } from './context';\n`;

test('mounts MCP in front of a tRPC that gets every request', () => {
  const { added } = planned(
    `${express}app.use(trpcExpress.createExpressMiddleware({ router: appRouter, createContext }));\n`,
  );
  expect(added).toEqual([`app.use('/mcp', mcpHandler(appRouter, { createContext }));`]);
});

test('keeps the middleware that stands in front of tRPC', () => {
  const { added } = planned(
    `${express}app.use('/v1/trpc', requireUser, limit({ points: 5 }), trpcExpress.createExpressMiddleware({ router: appRouter, createContext }));\n`,
  );
  expect(added).toEqual([
    `app.use('/v1/mcp', requireUser, limit({ points: 5 }), mcpHandler(appRouter, { createContext }));`,
  ]);
});

test('mounts MCP without createContext where tRPC has none', () => {
  const { added } = planned(
    `${express}app.use('/trpc', trpcExpress.createExpressMiddleware({ router: appRouter }));\n`,
    {
      tags: { is: 'queries' },
    },
  );
  expect(added).toEqual([`app.use('/mcp', mcpHandler(appRouter, { tag: ({ type }) => type === 'query' }));`]);
});

test('answers in the fetch of a worker before tRPC does', () => {
  const { added } = planned(`${fetch}export default {
	fetch(request: Request) {
		return fetchRequestHandler({ endpoint: '/trpc', req: request, router: appRouter, createContext });
	},
};
`);
  expect(added).toEqual([
    'const mcp = mcpHandler(appRouter, { createContext });',
    `\t\tif (new URL(request.url).pathname === '/mcp') return mcp(request);`,
  ]);
});

test.each([
  [
    'a createContext that uses what only its function has',
    `${fetch}export default { fetch: (req, env) => fetchRequestHandler({ endpoint: '/trpc', req, router: appRouter, createContext: () => env }) };`,
    'createContext uses env of the function around it',
  ],
  [
    'a createContext that is declared further down',
    `import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
     import { appRouter } from './router';
     Bun.serve({ fetch: (req) => fetchRequestHandler({ endpoint: '/trpc', req, router: appRouter, createContext: own }) });
     const own = () => ({});`,
    'own is declared in the function that handles a request, or below it',
  ],
  [
    'a route of another framework',
    `${fetch}export const loader = ({ request }) => fetchRequestHandler({ endpoint: '/trpc', req: request, router: appRouter, createContext });`,
    'Add a route of its own for MCP',
  ],
  [
    'options that are spread',
    `${express}app.use('/trpc', trpcExpress.createExpressMiddleware({ ...shared, router: appRouter }));`,
    'The options of the adapter are spread',
  ],
])('edits nothing and says what to do for %s', (_, server, words) => {
  const { added, byHand } = planned(server);
  expect(added).toEqual([]);
  expect(byHand).toEqual([expect.stringContaining(words)]);
  expect(byHand[0]).toContain('The handler is mcpHandler(appRouter, { createContext })');
});

test('takes the request of a route of Next.js from the parameter of createContext', () => {
  const { added, files } = planned(
    `import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { appRouter } from '../../../../src/router';
async function handler(request: Request) {
  return fetchRequestHandler({ endpoint: '/api/trpc', req: request, router: appRouter, createContext: () => ({ h: request.headers }) });
}
export { handler as GET, handler as POST };
`,
    { name: 'app/api/trpc/[trpc]/route.ts' },
  );
  expect(files).toContain('app/api/mcp/route.ts');
  expect(added).toContain(
    'const handler = mcpHandler(appRouter, { createContext: ({ req: request }) => ({ h: request.headers }) });',
  );
});

test('writes a configuration that the app’s own compiler does not take for a part of the app', () => {
  const { files, warnings } = planned(
    `${express}app.use('/trpc', trpcExpress.createExpressMiddleware({ router: appRouter, createContext }));\n`,
    {
      files: { 'tsconfig.json': '{ "compilerOptions": { "outDir": "dist", "module": "nodenext" } }' },
    },
  );
  expect(files).toContain('trpc-mcp.config.js');
  expect(warnings).toEqual([]);
});

test('warns of what does not run for MCP, and of a resolution that finds no subpaths', () => {
  const { warnings } = planned(
    `import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { appRouter } from './router';
createHTTPServer({ middleware: cors(), router: appRouter }).listen(2022);
`,
    { files: { 'tsconfig.json': '{ "compilerOptions": { "module": "commonjs" } }' } },
  );
  expect(warnings).toEqual([
    expect.stringContaining('The option middleware of the tRPC server does not run for /mcp.'),
    expect.stringContaining('Set "moduleResolution" to "bundler"'),
  ]);
});

test.each([
  ['export const t = initTRPC.meta<Meta | undefined>().create();', '.meta<(Meta | undefined) & McpMeta>()'],
  ['export const t = initTRPC.meta().context<{}>().create();', '.meta<McpMeta>().context<{}>()'],
  [
    'interface Meta extends Base{ a?: 1 }\nexport const t = initTRPC.meta<Meta>().create();',
    'interface Meta extends Base, McpMeta{',
  ],
  [
    'interface Meta{ a?: 1 }\nexport const t = initTRPC.meta<Meta>().create();',
    'interface Meta extends McpMeta { a?: 1 }',
  ],
  [
    'const base = initTRPC.context<{}>();\nexport const t = base.create();',
    'initTRPC.context<{}>().meta<McpMeta>();',
  ],
])('lets the meta of %j have mcp', (code, wanted) => {
  const folder = createApp({ 'src/trpc.ts': `import { initTRPC } from '@trpc/server';\n${code}\n` });
  const found = find(folder);
  const { changes } = plan(found, undefined, found.builders[0], { is: 'none' });
  expect(changes[0]!.after).toContain(wanted);
  expect(changes[0]!.after).toContain(`import type { McpMeta } from '@trpc-mcp/core';`);
});

test.each([
  [
    '{\n  "name": "a",\n  "scripts": {}\n}',
    '{\n  "name": "a",\n  "scripts": {},\n  "dependencies": {\n    "b": "1"\n  }\n}',
  ],
  [
    '{\r\n\t"devDependencies": {}\r\n}\r\n',
    '{\r\n\t"dependencies": {\r\n\t\t"b": "1"\r\n\t},\r\n\t"devDependencies": {}\r\n}\r\n',
  ],
  ['{"dependencies":{"a":"1","c":"1"}}', '{"dependencies":{"a":"1","b": "1","c":"1"}}'],
])('keeps how package.json is written: %j', (before, after) => {
  expect(withDependency(before, 'b', '1')).toBe(after);
});

test('gives the parameters of a context of Hono their types when it is moved', () => {
  const { added, byHand } = planned(
    `import { trpcServer } from '@hono/trpc-server';
import { appRouter } from './router';
app.use('/trpc/*', trpcServer({ router: appRouter, createContext: (_opts, c) => make({ context: c }) }));
`,
  );
  expect(byHand).toEqual([]);
  expect(added).toContain(
    'const createContext = (_opts: FetchCreateContextFnOptions, c: Context) => make({ context: c });',
  );
  expect(added).toContain(`app.all('/mcp', (c) => mcp(c.req.raw, c));`);
});
