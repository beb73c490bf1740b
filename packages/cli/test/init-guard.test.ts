import { expect, test } from 'vitest';
import { find, plan } from '../src/init/plan.ts';
import { createApp } from './app.ts';

const router = `import { initTRPC } from '@trpc/server';
const t = initTRPC.create();
export const appRouter = t.router({});
`;

/** What is added to the file that serves tRPC, without its imports, and what a person is told. */
function planned(server: string, name = 'src/server.ts') {
  const folder = createApp({
    'src/router.ts': router,
    'src/context.ts': 'export const createContext = () => ({});',
    [name]: server,
  });
  const found = find(folder);
  const { changes, byHand, warnings } = plan(found, found.hosts[0], found.builders[0], { is: 'none' });
  const change = changes.find(({ file }) => file.endsWith(name) || file.endsWith('mcp/route.ts'));
  const before = (change?.before ?? '').split('\n');
  const added = (change?.after ?? '')
    .split('\n')
    .filter((line) => !before.includes(line) && !line.startsWith('import '));
  return { added, byHand, warnings };
}

const imports = `import * as trpcExpress from '@trpc/server/adapters/express';
import { trpcServer } from '@hono/trpc-server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { createServer } from 'node:http';
import { appRouter } from './router';
import { createContext } from './context';
`;

test.each([
  [
    'a statement of its own',
    `app.use('/trpc', requireUser, limit({ points: 5 }));
app.use('/trpc', trpcExpress.createExpressMiddleware({ router: appRouter, createContext }));`,
    `app.use('/mcp', requireUser, limit({ points: 5 }), mcpHandler(appRouter, { createContext }));`,
  ],
  [
    'the same chain',
    `const app = express().use('/api/trpc', requireUser).use('/api/trpc', trpcExpress.createExpressMiddleware({ router: appRouter, createContext }));`,
    `const app = express().use('/api/trpc', requireUser).use('/api/trpc', trpcExpress.createExpressMiddleware({ router: appRouter, createContext })).use('/api/mcp', requireUser, mcpHandler(appRouter, { createContext }));`,
  ],
  [
    'a path that is a constant',
    `const path = '/v1/trpc' as const;
app.use(path, requireUser);
app.use(path, trpcExpress.createExpressMiddleware({ router: appRouter, createContext }));`,
    `app.use('/v1/mcp', requireUser, mcpHandler(appRouter, { createContext }));`,
  ],
  [
    'an app on Hono',
    `app.use('/trpc/*', requireUser);
app.use('/trpc/*', log, trpcServer({ router: appRouter, createContext }));`,
    `app.all('/mcp', requireUser, log, (c) => mcp(c.req.raw));`,
  ],
  [
    'a route of Hono',
    `import { Hono } from 'hono';
app.all('/trpc/*', requireUser, (c) => fetchRequestHandler({ endpoint: '/trpc', req: c.req.raw, router: appRouter, createContext }));`,
    `app.all('/mcp', requireUser, (c) => mcp(c.req.raw));`,
  ],
])('gives MCP the middleware that stands in front of tRPC alone, in %s', (_, server, line) => {
  const { added, byHand } = planned(imports + server);
  expect(byHand).toEqual([]);
  expect(added).toContain(line);
});

test('leaves out middleware that runs for both paths, for another path, or for another app', () => {
  const { added } = planned(`${imports}app.use(log);
app.use('/api', requireUser);
app.use('/api/files', upload);
admin.use('/api/trpc', requireAdmin);
app.use('/api/trpc', trpcExpress.createExpressMiddleware({ router: appRouter, createContext }));`);
  expect(added).toEqual([`app.use('/api/mcp', mcpHandler(appRouter, { createContext }));`]);
});

test.each([
  [
    'middleware without a name',
    `app.use('/trpc', (req, res, next) => (req.user ? next() : res.sendStatus(401)));
app.use('/trpc', trpcExpress.createExpressMiddleware({ router: appRouter, createContext }));`,
    'Middleware of yours stands in front of that of tRPC',
    undefined,
  ],
  [
    'a route that checks who calls',
    `async function handler(req: Request) {
  const session = await auth();
  if (!session) return new Response(null, { status: 401 });
  return fetchRequestHandler({ endpoint: '/api/trpc', req, router: appRouter, createContext });
}
export { handler as GET, handler as POST };`,
    'Code of yours runs in front of tRPC in the same function',
    'app/api/trpc/[trpc]/route.ts',
  ],
  [
    'a route that only goes on for some',
    `const handler = (req: Request) => isAllowed(req) ? fetchRequestHandler({ endpoint: '/api/trpc', req, router: appRouter, createContext }) : Response.error();
export { handler as GET };`,
    'Code of yours runs in front of tRPC in the same function',
    'app/api/trpc/[trpc]/route.ts',
  ],
  [
    'a worker that checks who calls',
    `export default { fetch(request: Request) {
  requireUser(request);
  return fetchRequestHandler({ endpoint: '/trpc', req: request, router: appRouter, createContext });
} };`,
    'Code of yours runs in front of tRPC in the same function',
    undefined,
  ],
  [
    'a server of node that checks who calls',
    `const trpc = createHTTPHandler({ router: appRouter, createContext });
createServer((req, res) => {
  if (!req.headers.authorization) { res.writeHead(401).end(); return; }
  trpc(req, res);
}).listen(3000);`,
    'Code of yours runs in front of tRPC in the same function',
    undefined,
  ],
])('does not go around %s', (_, server, words, name) => {
  const { added, byHand } = planned(imports + server, name);
  expect(added).toEqual([]);
  expect(byHand).toEqual([expect.stringContaining(words)]);
});

test('goes past what only says which handler a request gets', () => {
  const { added, byHand } = planned(`${imports}export default { fetch(request: Request) {
  const url = new URL(request.url);
  if (request.method === 'OPTIONS') return new Response(null);
  if (url.pathname.startsWith('/trpc')) return fetchRequestHandler({ endpoint: '/trpc', req: request, router: appRouter, createContext });
  return new Response(null, { status: 404 });
} };`);
  expect(byHand).toEqual([]);
  expect(added).toContain(`  if (new URL(request.url).pathname === '/mcp') return mcp(request);`);
});

test('keeps what a route says to Next.js, and warns that the answer of tRPC is changed', () => {
  const { added, warnings } = planned(
    `${imports}export const runtime = 'edge';
export const dynamic = 'force-dynamic';
const handler = async (req: Request) => {
  const response = await fetchRequestHandler({ endpoint: '/api/trpc', req, router: appRouter, createContext });
  setCors(response);
  return response;
};
export { handler as GET, handler as POST };`,
    'app/api/trpc/[trpc]/route.ts',
  );
  expect(added).toEqual([
    `export const runtime = 'edge';`,
    `export const dynamic = 'force-dynamic';`,
    'const handler = mcpHandler(appRouter, { createContext });',
    'export { handler as GET, handler as POST, handler as DELETE };',
  ]);
  expect(warnings).toEqual([
    expect.stringContaining('The route of tRPC changes its answer after fetchRequestHandler(…)'),
  ]);
});
