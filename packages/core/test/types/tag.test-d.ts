import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { mcpHandler as expressHandler } from '../../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../../src/adapters/fetch.ts';
import { fromOpenApiMeta, fromTrpcToMcpMeta, type McpMeta } from '../../src/index.ts';

interface Context {
  user: { name: string } | undefined;
}

const createContext = (): Context => ({ user: undefined });

test('tag reads the meta of the app’s own type, without McpMeta', () => {
  interface AppMeta {
    openapi?: { method: 'GET' | 'POST'; path: `/${string}`; summary?: string };
    track?: { event: string };
  }
  const t = initTRPC.context<Context>().meta<AppMeta>().create();
  const router = t.router({
    list: t.procedure.meta({ openapi: { method: 'GET', path: '/list' } }).query(() => 1),
  });
  expressHandler(router, {
    createContext,
    tag: ({ path, type, meta }) => {
      expectTypeOf(path).toEqualTypeOf<string>();
      expectTypeOf(type).toEqualTypeOf<'query' | 'mutation' | 'subscription'>();
      expectTypeOf(meta).toEqualTypeOf<AppMeta | undefined>();
      return meta?.track
        ? { description: meta.track.event, visible: (ctx) => ctx.user !== undefined }
        : type === 'query';
    },
  });
  fetchHandler(router, { createContext, tag: fromOpenApiMeta() });
  // @ts-expect-error without tag, nothing of this router can be tagged
  expressHandler(router, { createContext });
});

test('tag reads the meta of homarr, documenso and trpc-to-mcp', () => {
  const homarr = initTRPC
    .context<Context>()
    .meta<{ openapi?: { method: string; path: string }; mcp?: { enabled: boolean; description?: string } }>()
    .create();
  expressHandler(
    homarr.router({
      list: homarr.procedure.meta({ mcp: { enabled: true, description: 'Lists' } }).query(() => 1),
    }),
    { createContext, tag: fromTrpcToMcpMeta() },
  );
  const documenso = initTRPC
    .context<Context>()
    .meta<{
      openapi?: { enabled?: boolean; method: 'GET'; path: `/${string}`; summary?: string; tags?: string[] };
    }>()
    .create();
  const router = documenso.router({ list: documenso.procedure.query(() => 1) });
  expressHandler(router, { createContext, tag: ({ meta }) => meta?.openapi?.tags?.includes('Documents') });
});

test('tag answers at once, with a boolean, settings or nothing', () => {
  const t = initTRPC.meta<McpMeta>().create();
  const router = t.router({ list: t.procedure.query(() => 1) });
  expressHandler(router, { tag: () => undefined });
  // @ts-expect-error it is asked while the server is made
  expressHandler(router, { tag: async () => true });
  // @ts-expect-error it is no setting
  expressHandler(router, { tag: () => 'yes' });
  // @ts-expect-error it is title
  expressHandler(router, { tag: () => ({ titel: 'x' }) });
  // @ts-expect-error with McpMeta for another context, `visible` would get a context that it does not know
  expressHandler(initTRPC.context<Context>().meta<McpMeta<{ tenant: string }>>().create().router({}), {
    createContext,
    tag: () => true,
  });
});
