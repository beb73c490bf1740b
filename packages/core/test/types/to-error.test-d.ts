import { initTRPC, TRPCError } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { mcpHandler as expressHandler } from '../../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../../src/adapters/fetch.ts';
import { serveStdio } from '../../src/adapters/stdio.ts';
import type { HandlerOptions, McpMeta, ToError } from '../../src/index.ts';
import { createMcpTestClient } from '../../src/testing/testing.ts';

interface Context {
  user: { name: string };
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.query(() => 'pong') });
const createContext = (): Context => ({ user: { name: 'Ada' } });

test('toError gets anything, the path and the context of the router', () => {
  expressHandler(router, {
    createContext,
    toError: (error, { path, ctx }) => {
      expectTypeOf(error).toEqualTypeOf<unknown>();
      expectTypeOf(path).toEqualTypeOf<string | undefined>();
      expectTypeOf(ctx).toEqualTypeOf<Context | undefined>();
      return error instanceof RangeError
        ? new TRPCError({ code: 'NOT_FOUND', message: error.message })
        : undefined;
    },
  });
  const toError: ToError<Context> = () => undefined;
  fetchHandler(router, { createContext, toError });
  expectTypeOf(serveStdio<typeof router>)
    .parameter(1)
    .toExtend<{ toError?: ToError<Context> } | undefined>();
  expectTypeOf(createMcpTestClient<typeof router>)
    .parameter(1)
    .toHaveProperty('toError');
});

test('toError answers at once, with a TRPCError or nothing', () => {
  // @ts-expect-error it is another error
  expressHandler(router, { createContext, toError: () => new Error('x') });
  // @ts-expect-error it is asked without waiting
  expressHandler(router, { createContext, toError: async () => undefined });
  // @ts-expect-error it is no error
  expressHandler(router, { createContext, toError: () => 'NOT_FOUND' });
});

test('errorFormatter is message, or left out', () => {
  expectTypeOf<HandlerOptions['errorFormatter']>().toEqualTypeOf<'message' | undefined>();
  expressHandler(router, { createContext, errorFormatter: 'message' });
  // @ts-expect-error it is the one of the router
  expressHandler(router, { createContext, errorFormatter: ({ shape }) => shape });
  // @ts-expect-error it is message
  expressHandler(router, { createContext, errorFormatter: true });
});
