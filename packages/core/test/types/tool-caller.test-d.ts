import { type AnyTRPCRouter, initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  createToolCaller,
  type ListedTool,
  type OnElicit,
  type ToolCallResult,
  type ToolInput,
  type ToolName,
  type ToolOutput,
} from '@trpc-mcp/core/caller';
import type { McpMeta, McpRequest } from '@trpc-mcp/core';

interface Context {
  user: string;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const router = t.router({
  ping: t.procedure.query(() => 'pong' as const),
  customers: {
    get: t.procedure
      .input(z.object({ id: z.string(), since: z.date().optional() }))
      .query(() => ({ at: new Date(), tags: new Set<string>(), count: 1n })),
    close: t.procedure.input(z.number().optional()).mutation(() => undefined),
    name: t.procedure
      .input(z.union([z.object({ a: z.string() }), z.object({ b: z.date() })]))
      .query(() => [1]),
    list: t.procedure.input(z.object({ page: z.number() }).optional()).query(() => [{ id: '' }]),
    changes: t.procedure.subscription(async function* () {
      yield new Date();
    }),
  },
});
type App = typeof router;
const ctx = { user: 'ada' };

test('names are those of the paths, with _ for each dot', () => {
  expectTypeOf<ToolName<App>>().toEqualTypeOf<
    'ping' | 'customers_get' | 'customers_close' | 'customers_name' | 'customers_list' | 'customers_changes'
  >();
  expectTypeOf<ToolName<App>>().not.toBeAny();
  expectTypeOf<ToolName<AnyTRPCRouter>>().toEqualTypeOf<string>();
});

test('arguments are JSON, and always an object', () => {
  expectTypeOf<ToolInput<App, 'customers_get'>>().toEqualTypeOf<{ id: string; since?: string | undefined }>();
  expectTypeOf<ToolInput<App, 'customers_get'>>().not.toBeAny();
  expectTypeOf<ToolInput<App, 'customers_close'>>().toEqualTypeOf<{ input?: number }>();
  expectTypeOf<ToolInput<App, 'customers_name'>>().toEqualTypeOf<{ input: { a: string } | { b: string } }>();
  expectTypeOf<ToolInput<App, 'customers_list'>>().toEqualTypeOf<{ page: number }>();
  expectTypeOf<ToolInput<App, 'ping'>>().toEqualTypeOf<Record<string, never>>();
  expectTypeOf<ToolInput<App, 'pong'>>().toBeNever();
});

test('outputs are JSON', () => {
  expectTypeOf<ToolOutput<App, 'customers_get'>>().toEqualTypeOf<{
    at: string;
    tags: string[];
    count: string;
  }>();
  expectTypeOf<ToolOutput<App, 'customers_get'>>().not.toBeAny();
  expectTypeOf<ToolOutput<App, 'ping'>>().toEqualTypeOf<'pong'>();
  expectTypeOf<ToolOutput<App, 'customers_changes'>['items']>().toEqualTypeOf<string[]>();
});

test('a caller takes the context of the router, or a function that makes it', () => {
  const onElicit: OnElicit = ({ message }, about) => {
    expectTypeOf(message).toEqualTypeOf<string>();
    expectTypeOf(about.tool).toEqualTypeOf<string>();
    return { action: 'accept', content: { colour: 'red' } };
  };
  void (() => createToolCaller(router, { ctx, onElicit }));
  void (() => createToolCaller(router, { ctx: () => ctx }));
  void (() => createToolCaller(router, { ctx: async () => Promise.resolve(ctx) }));
  void (() => createToolCaller(router, { ctx, authInfo: { subject: '7', scopes: ['read'] } }));
  void (() =>
    createToolCaller(router, {
      createContext: ({ info, mcp }) => {
        expectTypeOf(mcp).toEqualTypeOf<McpRequest>();
        return { user: String(info.calls[0]?.path) };
      },
      expose: { include: ['customers.*'] },
    }));
  // @ts-expect-error the router has a context
  void (() => createToolCaller(router));
  // @ts-expect-error the router has a context
  void (() => createToolCaller(router, {}));
  // @ts-expect-error the user is a string
  void (() => createToolCaller(router, { ctx: { user: 7 } }));
  // @ts-expect-error one of the two makes the context
  void (() => createToolCaller(router, { ctx, createContext: () => ctx }));
  // @ts-expect-error there is no such procedure
  void (() => createToolCaller(router, { ctx, expose: { include: ['customer.*'] } }));
  // @ts-expect-error the app says who calls with authInfo
  void (() => createToolCaller(router, { ctx, auth: { authenticate: () => undefined } }));
  // @ts-expect-error scopes are a list
  void (() => createToolCaller(router, { ctx, authInfo: { scopes: 'read' } }));
});

test('a router without a context needs no options, and one whose procedures cannot be tagged needs a tag', () => {
  const open = initTRPC.meta<McpMeta>().create();
  void (() => createToolCaller(open.router({ ping: open.procedure.query(() => 1) })));
  const bare = initTRPC.create();
  const untagged = bare.router({ ping: bare.procedure.query(() => 1) });
  void (() => createToolCaller(untagged, { tag: () => true }));
  // @ts-expect-error nothing of it could be tagged
  void (() => createToolCaller(untagged));
  const inContext = initTRPC.context<Context>().create();
  const other = inContext.router({ ping: inContext.procedure.query(() => 1) });
  void (() => createToolCaller(other, { ctx, tag: () => true }));
  // @ts-expect-error nothing of it could be tagged
  void (() => createToolCaller(other, { ctx }));
});

test('calls give what a model reads', () => {
  const caller = {} as ReturnType<typeof createToolCaller>;
  expectTypeOf(caller.listTools).returns.resolves.toEqualTypeOf<ListedTool[]>();
  expectTypeOf(caller.callTool).returns.resolves.toEqualTypeOf<ToolCallResult>();
  expectTypeOf(caller.callTool).returns.resolves.not.toBeAny();
  expectTypeOf(caller.consentFor).returns.resolves.toEqualTypeOf<string | undefined>();
  expectTypeOf(caller.instructions).returns.resolves.toEqualTypeOf<string | undefined>();
  const { signal } = new AbortController();
  void (() =>
    caller.callTool('ping', {}, { signal, isApproved: true, onProgress: ({ progress }) => void progress }));
  // @ts-expect-error lists make no progress
  void (() => caller.listTools({ onProgress: () => {} }));
  // @ts-expect-error there is no such option
  void (() => caller.callTool('ping', {}, { timeoutMs: 5 }));
});
