import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import {
  generateText,
  type InferUITools,
  type LanguageModel,
  ToolLoopAgent,
  type ToolSet,
  type UIMessage,
} from 'ai';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { type AiTool, aiTools, type AiTools, type ToolContent } from '../index.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const appRouter = t.router({
  ping: t.procedure.query(() => 'pong'),
  customers: t.router({
    list: t.procedure
      .input(z.object({ since: z.date().optional() }))
      .query(() => [{ id: 1n, since: new Date() }]),
    rename: t.procedure
      .input(z.object({ id: z.number(), name: z.string() }))
      .mutation(({ input }) => ({ id: input.id })),
  }),
});
type AppRouter = typeof appRouter;
declare const model: LanguageModel;
const call = { toolCallId: 'call-1', messages: [] };

test('the tools have the names of the procedures', async () => {
  const tools = await aiTools(appRouter, { ctx: { user: 'Ada' } });
  expectTypeOf<keyof typeof tools>().toEqualTypeOf<'ping' | 'customers_list' | 'customers_rename'>();
  expectTypeOf(tools).toEqualTypeOf<AiTools<AppRouter>>();
  // @ts-expect-error There is no procedure of that name.
  void tools.customers_remove;
});

test('inputs and outputs are JSON', async () => {
  const tools = await aiTools(appRouter, { ctx: { user: 'Ada' } });
  const customers = await tools.customers_list.execute({ since: '2026-01-02T03:04:05Z' }, call);
  expectTypeOf(customers).toEqualTypeOf<{ id: string; since: string }[] | ToolContent>();
  expectTypeOf(tools.ping.execute).returns.resolves.not.toBeAny();
  // @ts-expect-error A date is sent as a string.
  void tools.customers_list.execute({ since: new Date() }, call);
  // @ts-expect-error The name is missing.
  void tools.customers_rename.execute({ id: 1 }, call);
});

test('the SDK takes the tools, and knows inputs and outputs of their calls', async () => {
  const tools = await aiTools(appRouter, { ctx: { user: 'Ada' } });
  expectTypeOf(tools).toExtend<ToolSet>();
  const { toolCalls, toolResults } = await generateText({ model, tools, prompt: 'Hello' });
  for (const each of toolCalls) {
    if (each.dynamic || each.toolName !== 'customers_rename') continue;
    expectTypeOf(each.input).toEqualTypeOf<{ id: number; name: string }>();
  }
  for (const each of toolResults) {
    if (each.dynamic || each.toolName !== 'customers_rename') continue;
    expectTypeOf(each.output).toEqualTypeOf<{ id: number } | ToolContent>();
    expectTypeOf(each.output).not.toBeAny();
  }
  const agent = new ToolLoopAgent({ model, tools });
  expectTypeOf(agent.tools).toEqualTypeOf<typeof tools>();
});

test('a message of the page knows its tools', () => {
  type Message = UIMessage<unknown, never, InferUITools<AiTools<AppRouter>>>;
  type Part = Extract<Message['parts'][number], { type: 'tool-customers_rename'; state: 'output-available' }>;
  expectTypeOf<Part['input']>().toEqualTypeOf<{ id: number; name: string }>();
  expectTypeOf<Part['output']>().toEqualTypeOf<{ id: number } | ToolContent>();
  expectTypeOf<Extract<Message['parts'][number], { type: 'tool-customers_remove' }>>().toBeNever();
});

test('with a search, the tools are those that find the others', async () => {
  const tools = await aiTools(appRouter, { ctx: { user: 'Ada' }, discovery: 'search' });
  expectTypeOf<keyof typeof tools>().toEqualTypeOf<
    'search_tools' | 'describe_tools' | 'run_query' | 'run_mutation'
  >();
  expectTypeOf(tools.run_query).toEqualTypeOf<AiTool>();
  const either = await aiTools(appRouter, { ctx: { user: 'Ada' }, discovery: { over: 50 } });
  expectTypeOf(either).toEqualTypeOf<Record<string, AiTool>>();
  expectTypeOf(either).toExtend<ToolSet>();
  const listed = await aiTools(appRouter, { ctx: { user: 'Ada' }, discovery: 'list' });
  expectTypeOf<keyof typeof listed>().toEqualTypeOf<'ping' | 'customers_list' | 'customers_rename'>();
});

test('the context is the one of the router', () => {
  // @ts-expect-error The context has a user.
  void aiTools(appRouter, { ctx: {} });
  // @ts-expect-error The context is missing.
  void aiTools(appRouter);
  // @ts-expect-error There is no such option.
  void aiTools(appRouter, { ctx: { user: 'Ada' }, contxt: 1 });
  void aiTools(appRouter, {
    createContext: ({ info }) => {
      expectTypeOf(info.calls).not.toBeAny();
      return { user: 'Ada' };
    },
    onProgress: ({ progress, toolCallId }) => {
      expectTypeOf(progress).toBeNumber();
      expectTypeOf(toolCallId).toEqualTypeOf<string | undefined>();
    },
    onApproval: ({ question }) => expectTypeOf(question).toBeString(),
  });
});
