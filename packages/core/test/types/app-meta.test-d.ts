import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { serveStdio } from '../../src/adapters/stdio.ts';
import { fromOpenApiMeta, fromTrpcToMcpMeta, type McpMeta } from '../../src/index.ts';
import { createMcpTestClient } from '../../src/testing/testing.ts';

interface Context {
  session: { user: { id: string } } | null;
}

const createContext = (): Context => ({ session: null });

/** The meta of trpc-to-openapi 3, as its types have it. */
type OpenApiMeta<TMeta = Record<string, unknown>> = TMeta & {
  openapi?: {
    enabled?: boolean;
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    path: `/${string}`;
    operationId?: string;
    summary?: string;
    description?: string;
    protect?: boolean;
    tags?: string[];
    contentTypes?: ('application/json' | 'application/x-www-form-urlencoded' | (string & {}))[];
    deprecated?: boolean;
    requestHeaders?: z.ZodObject;
    responseHeaders?: z.ZodObject;
    successDescription?: string;
    errorResponses?: number[] | { [key: number]: string };
  };
};

/** The meta of trpc-to-mcp, as its types have it. */
type TrpcToMcpMeta = {
  mcp?: {
    enabled?: boolean;
    description?: string;
    name?: string;
    transformMcpProcedure?: (output: unknown) => { type: 'text'; text: string }[];
  };
};

test('meta of trpc-to-openapi beside McpMeta', () => {
  const t = initTRPC.context<Context>().meta<OpenApiMeta & McpMeta>().create();
  const router = t.router({
    list: t.procedure
      .meta({ openapi: { method: 'GET', path: '/posts', summary: 'Lists posts' }, mcp: { title: 'Posts' } })
      .query(() => 1),
  });
  mcpHandler(router, { createContext });
  // @ts-expect-error its settings are checked all the same
  t.procedure.meta({ mcp: { titel: 'Posts' } });
  createMcpTestClient(router, { createContext });
  const typed = initTRPC.context<Context>().meta<OpenApiMeta<McpMeta<Context>>>().create();
  mcpHandler(typed.router({ list: typed.procedure.meta({ mcp: true }).query(() => 1) }), { createContext });
});

test('meta of trpc-to-openapi alone, as documenso has it, with tag', () => {
  const t = initTRPC
    .meta<OpenApiMeta>()
    .context<Context>()
    .create({ errorFormatter: ({ shape }) => shape });
  const authed = t.procedure.use(({ next }) => next({ ctx: { user: { id: '1' } } }));
  const router = t.router({
    find: authed
      .meta({ openapi: { method: 'GET', path: '/document', summary: 'Find documents', tags: ['Document'] } })
      .query(({ ctx }) => ctx.user.id),
    internal: authed.query(() => 1),
  });
  mcpHandler(router, { createContext, tag: fromOpenApiMeta() });
  mcpHandler(router, {
    createContext,
    tag: ({ meta }) => {
      expectTypeOf(meta).toEqualTypeOf<OpenApiMeta | undefined>();
      return (
        meta?.openapi?.tags?.includes('Document') && { description: meta.openapi.summary ?? 'Documents' }
      );
    },
  });
  serveStdio(router, { createContext, tag: ({ type }) => type === 'query' });
  createMcpTestClient(router, { createContext, tag: fromOpenApiMeta() });
  // @ts-expect-error without tag, nothing of it can be tagged
  mcpHandler(router, { createContext });
});

test('meta of trpc-to-openapi and trpc-to-mcp together, as homarr has it', () => {
  const t = initTRPC.context<Context>().meta<OpenApiMeta & TrpcToMcpMeta>().create();
  const router = t.router({
    app: t.router({
      all: t.procedure
        .meta({
          openapi: { method: 'GET', path: '/api/apps', tags: ['apps'], protect: true },
          mcp: { enabled: true, description: 'Lists apps' },
        })
        .query(() => 1),
    }),
  });
  mcpHandler(router, { createContext, tag: fromTrpcToMcpMeta() });
  mcpHandler(router, {
    createContext,
    tag: ({ meta }) => meta?.mcp?.enabled && { description: meta.mcp.description ?? '' },
  });
});

test('meta for what only the app knows, as midday, karakeep and dokploy have it', () => {
  const tracked = initTRPC.context<Context>().meta<{ track?: { event: string } }>().create();
  mcpHandler(tracked.router({ a: tracked.procedure.meta({ track: { event: 'a' } }).query(() => 1) }), {
    createContext,
    tag: ({ meta }) => meta?.track?.event !== 'b',
  });
  const plain = initTRPC.context<Context>().create();
  mcpHandler(plain.router({ a: plain.procedure.query(() => 1) }), { createContext, tag: () => true });
  const loose = initTRPC.context<Context>().meta<Record<string, unknown>>().create();
  mcpHandler(loose.router({ a: loose.procedure.meta({ mcp: true }).query(() => 1) }), {
    createContext,
    tag: ({ meta }) => meta?.['public'] === true,
  });
  interface AppMeta extends McpMeta {
    permission?: `${string}:${'read' | 'write'}`;
  }
  const own = initTRPC
    .context<Context>()
    .meta<AppMeta>()
    .create({ defaultMeta: { permission: 'a:read' } });
  const router = own.router({
    a: own.procedure.meta({ permission: 'post:read', mcp: { scopes: ['read'] } }).query(() => 1),
  });
  mcpHandler(router, { createContext });
  mcpHandler(router, { createContext, tag: ({ meta }) => meta?.permission?.endsWith(':read') });
});

test('routers of two builders, each with meta of its own', () => {
  const first = initTRPC.context<Context>().meta<McpMeta>().create();
  const second = initTRPC.context<Context>().meta<OpenApiMeta & McpMeta>().create();
  const untagged = initTRPC.context<Context>().create();
  const a = first.router({ a: first.procedure.meta({ mcp: true }).query(() => 'a') });
  const b = second.router({ b: second.procedure.meta({ mcp: true }).query(() => 'b') });
  const c = untagged.router({ c: untagged.procedure.query(() => 'c') });
  const nested = first.router({ a, b, c });
  mcpHandler(nested, { createContext });
  const merged = first.mergeRouters(a, b, c);
  mcpHandler(merged, { createContext });
  const client = createMcpTestClient(merged, { createContext });
  expectTypeOf(() => client.unwrap.call('b')).returns.resolves.toEqualTypeOf<string>();
});
