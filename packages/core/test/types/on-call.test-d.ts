import { initTRPC, TRPCError } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { mcpHandler as expressHandler } from '../../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../../src/adapters/fetch.ts';
import { serveStdio } from '../../src/adapters/stdio.ts';
import type { CalledProcedure, CallOutcome, McpAuthInfo, McpCall, McpMeta, OnCall } from '../../src/index.ts';
import { createMcpTestClient } from '../../src/testing/testing.ts';

interface Context {
  user: { name: string };
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.query(() => 'pong') });
const createContext = (): Context => ({ user: { name: 'Ada' } });

test('onCall gets the call, and the context of the router', () => {
  expressHandler(router, {
    createContext,
    onCall: ({ tool, input, ctx, auth, call, round, next }) => {
      expectTypeOf(tool).toEqualTypeOf<CalledProcedure>();
      expectTypeOf(tool.kind).toEqualTypeOf<
        'tool' | 'resource' | 'prompt' | 'completion' | 'list' | 'question' | 'dryRun'
      >();
      expectTypeOf(input).toEqualTypeOf<unknown>();
      expectTypeOf(ctx).toEqualTypeOf<Context>();
      expectTypeOf(auth).toEqualTypeOf<McpAuthInfo | undefined>();
      expectTypeOf(call).toEqualTypeOf<McpCall>();
      expectTypeOf(round).toEqualTypeOf<number>();
      expectTypeOf(next).returns.resolves.toEqualTypeOf<CallOutcome>();
      return next();
    },
  });
});

test('the outcome is told apart by ok', () => {
  const read = (outcome: CallOutcome) => {
    if (outcome.ok) {
      expectTypeOf(outcome.data).toEqualTypeOf<unknown>();
      // @ts-expect-error a success has no error
      return outcome.error;
    }
    expectTypeOf(outcome.error).toEqualTypeOf<TRPCError>();
    expectTypeOf(outcome.instead).toEqualTypeOf<'question' | 'earlierAnswer' | undefined>();
    // @ts-expect-error a failure has no data
    return outcome.data;
  };
  expectTypeOf(read).not.toBeAny();
});

test('it may be a list, on every host, and in the test client', () => {
  const onCall: OnCall<Context> = ({ next }) => next();
  fetchHandler(router, { createContext, onCall: [onCall, ({ ctx, next }) => (ctx.user.name, next())] });
  fetchHandler(router, { createContext, onCall: [] });
  expectTypeOf(serveStdio<typeof router>)
    .parameter(1)
    .toExtend<{ onCall?: OnCall<Context> | readonly OnCall<Context>[] } | undefined>();
  expectTypeOf(createMcpTestClient<typeof router>)
    .parameter(1)
    .toHaveProperty('onCall');
});

test('it returns an outcome', () => {
  const error = new TRPCError({ code: 'CONFLICT' });
  expressHandler(router, { createContext, onCall: () => ({ ok: false, error }) });
  expressHandler(router, {
    createContext,
    onCall: () => {
      throw error;
    },
  });
  // @ts-expect-error it returns nothing
  expressHandler(router, { createContext, onCall: async ({ next }) => void (await next()) });
  // @ts-expect-error the error is no TRPCError
  expressHandler(router, { createContext, onCall: () => ({ ok: false, error: new Error('no') }) });
  // @ts-expect-error a success has data
  expressHandler(router, { createContext, onCall: () => ({ ok: true }) });
  // @ts-expect-error it is for another context
  expressHandler(router, { createContext, onCall: (({ next }) => next()) as OnCall<{ other: 1 }> });
});
