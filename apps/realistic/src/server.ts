import { trpcServer } from '@hono/trpc-server';
import { mcpHandler, type FetchMcpHandler } from '@trpc-mcp/core/fetch';
import { type Context as HonoContext, Hono } from 'hono';
import { createContext, type Env } from './context.ts';
import { appRouter } from './router.ts';
import { createStore, type Store } from './store/store.ts';

export interface App {
  app: Hono<Env>;
  mcp: FetchMcpHandler;
}

/** The app with its bridge. `openStore` is asked for each request; by default, all share one store. */
export function createApp(openStore: () => Store = once(createStore)): App {
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    const store = openStore();
    const token = c.req.header('authorization')?.replace(/^Bearer /, '');
    c.set('requestId', crypto.randomUUID());
    c.set('store', store);
    c.set('session', store.sessions.find((session) => session.token === token) ?? null);
    await next();
  });
  app.use('/trpc/*', trpcServer({ router: appRouter, endpoint: '/trpc', createContext }));
  const { mcp, serve } = bridge();
  app.all('/mcp', serve);
  return { app, mcp };
}

/** The bridge. What it is told of Hono's own context goes by way of the request, which both know. */
function bridge() {
  const hosts = new WeakMap<Request, HonoContext<Env>>();
  const mcp = mcpHandler(appRouter, {
    createContext: (options) => createContext(options, hosts.get(options.req)!),
    server: { name: 'realistic', version: '1.0.0' },
  });
  const serve = (c: HonoContext<Env>): Promise<Response> => {
    hosts.set(c.req.raw, c);
    return mcp(c.req.raw);
  };
  return { mcp, serve };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
