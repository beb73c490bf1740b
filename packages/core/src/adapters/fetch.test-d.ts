import { initTRPC } from '@trpc/server';
import { fetchRequestHandler, type FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import type { NextRequest } from 'next/server.js';
import { expectTypeOf, test } from 'vitest';
import type { McpMeta } from '../meta.ts';
import { type FetchMcpHandler, mcpHandler } from './fetch.ts';

interface Session {
  user: { name: string };
}

const plain = initTRPC.meta<McpMeta>().create();
const plainRouter = plain.router({ ping: plain.procedure.query(() => 'pong') });
const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.query(() => 'pong') });
const request = new Request('http://localhost/mcp');

test('a handler without a second argument takes none', () => {
  const handler = mcpHandler(router, {
    createContext({ req, resHeaders, info, mcp }) {
      expectTypeOf(req).toEqualTypeOf<Request>();
      expectTypeOf(resHeaders).toEqualTypeOf<Headers>();
      expectTypeOf(info.isBatchCall).toEqualTypeOf<boolean>();
      expectTypeOf(mcp.method).toEqualTypeOf<string>();
      return { user: '' };
    },
  });
  expectTypeOf(handler).parameters.toEqualTypeOf<[Request]>();
  expectTypeOf(handler).toExtend<FetchMcpHandler>();
  // @ts-expect-error its createContext takes none
  void handler(request, { user: { name: 'Ada' } });
  expectTypeOf(mcpHandler(plainRouter)).parameters.toEqualTypeOf<[Request]>();
  expectTypeOf(mcpHandler(plainRouter, {})).parameters.toEqualTypeOf<[Request]>();
  const simple = mcpHandler(router, { createContext: () => ({ user: '' }) });
  expectTypeOf(simple).parameters.toEqualTypeOf<[Request]>();
});

test('the second parameter of createContext becomes the second of the handler', () => {
  const createContext = (_: FetchCreateContextFnOptions, session: Session) => ({ user: session.user.name });
  const handler = mcpHandler(router, { createContext });
  void handler(request, { user: { name: 'Ada' } });
  // @ts-expect-error it is required
  void handler(request);
  // @ts-expect-error it is a session
  void handler(request, { name: 'Ada' });
  // @ts-expect-error there is one, and no third argument
  void handler(request, { user: { name: 'Ada' } }, 1);
  // @ts-expect-error it makes another context than the router wants
  mcpHandler(router, { createContext: (_: unknown, session: Session) => session });
});

test('the type of the first parameter is known where only that of the second is written', () => {
  const handler = mcpHandler(router, {
    createContext: (options, session: Session) => {
      expectTypeOf(options.req).toEqualTypeOf<Request>();
      expectTypeOf(options.mcp.method).toEqualTypeOf<string>();
      return { user: session.user.name };
    },
  });
  expectTypeOf(handler).parameters.toEqualTypeOf<[Request, extra: Session]>();
  const optional = mcpHandler(router, {
    createContext: ({ req }, session?: Session) => ({ user: session?.user.name ?? req.url }),
  });
  void optional(request);
  const loose = mcpHandler(router, {
    createContext: (_, c: ReturnType<typeof JSON.parse>) => ({ user: String(c) }),
  });
  void loose(request, 1);
  // @ts-expect-error it is required
  void loose(request);
});

test('an optional second parameter may be left out, and null is a value', () => {
  const optional = mcpHandler(router, {
    createContext: (_: FetchCreateContextFnOptions, session?: Session) => ({
      user: session?.user.name ?? '',
    }),
  });
  void optional(request);
  void optional(request, { user: { name: 'Ada' } });
  const nullable = mcpHandler(router, {
    createContext: (_: FetchCreateContextFnOptions, session: Session | null) => ({
      user: session?.user.name ?? '',
    }),
  });
  void nullable(request, null);
  // @ts-expect-error null has to be given
  void nullable(request);
});

test('a second parameter works with async functions, and with a router that has no context', () => {
  const handler = mcpHandler(router, {
    createContext: async ({ req }: { req: Request }, session: Session) => ({
      user: session.user.name + req.url,
    }),
  });
  expectTypeOf(handler).parameters.toEqualTypeOf<[Request, session: Session]>();
  const empty = mcpHandler(plainRouter, {
    createContext: (_: FetchCreateContextFnOptions, session: Session) => session,
  });
  expectTypeOf(empty).parameters.toEqualTypeOf<[Request, session: Session]>();
});

test('createContext may want a request of its host', () => {
  const createContext = ({ req }: { req: NextRequest; resHeaders: Headers }) => ({
    user: req.cookies.get('user')?.value ?? '',
  });
  const handler = mcpHandler(router, { createContext });
  expectTypeOf(handler).parameters.toEqualTypeOf<[NextRequest]>();
  // @ts-expect-error a Request has no cookies
  void handler(request);
  const authed = mcpHandler(router, {
    createContext: (
      { req }: Omit<FetchCreateContextFnOptions, 'req'> & { req: NextRequest },
      session: Session | null,
    ) => ({ user: session?.user.name ?? req.nextUrl.pathname }),
  });
  expectTypeOf(authed).parameters.toEqualTypeOf<[NextRequest, session: Session | null]>();
  const merged = mcpHandler(router, {
    createContext: ({ req }: FetchCreateContextFnOptions & { req: NextRequest }) => ({ user: req.url }),
  });
  expectTypeOf(merged).parameter(0).toExtend<NextRequest>();
});

test('one createContext serves tRPC and MCP', () => {
  const createContext = ({ req }: FetchCreateContextFnOptions, session: Session) => ({
    user: session.user.name + req.url,
  });
  const session: Session = { user: { name: 'Ada' } };
  void fetchRequestHandler({
    req: request,
    endpoint: '/trpc',
    router,
    createContext: (options) => createContext(options, session),
  });
  void mcpHandler(router, { createContext })(request, session);
});
