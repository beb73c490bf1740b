import { trpcServer } from '@hono/trpc-server';
import { mcpHandler, type FetchMcpHandler } from '@trpc-mcp/core/fetch';
import { type Context as HonoContext, Hono } from 'hono';
import { createContext, type Env } from './context.ts';
import { appRouter } from './router.ts';
import { toError } from './to-error.ts';
import { createStore, type Store } from './store/store.ts';

export interface App {
  app: Hono<Env>;
  mcp: FetchMcpHandler<Request, [c: HonoContext<Env>]>;
}

export interface AppOptions {
  /** Asked for each request; by default, all share one store. */
  openStore?: () => Store;
  /** Hears of errors that callers are not told of. */
  onError?: (failure: { error: Error; path?: string | undefined }) => void;
}

/** The app with its bridge. */
export function createApp({ openStore = once(createStore), onError = logError }: AppOptions = {}): App {
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    const store = openStore();
    const token = c.req.header('authorization')?.replace(/^Bearer /, '');
    c.set('requestId', crypto.randomUUID());
    c.set('store', store);
    c.set('session', store.sessions.find((session) => session.token === token) ?? null);
    await next();
  });
  app.use('/trpc/*', trpcServer({ router: appRouter, endpoint: '/trpc', createContext, onError }));
  const mcp = mcpHandler(appRouter, {
    tag: () => true,
    createContext,
    toError,
    server: { name: 'realistic', version: '1.0.0' },
    onError,
  });
  app.all('/mcp', (c) => mcp(c.req.raw, c));
  return { app, mcp };
}

function logError({ error, path }: { error: Error; path?: string | undefined }): void {
  console.error(path, error);
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
