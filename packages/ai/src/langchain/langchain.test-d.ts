import type { StructuredToolInterface } from '@langchain/core/tools';
import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { createAgent } from 'langchain';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { aiTools, type LangChainTool, type SearchToolName } from './langchain.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const appRouter = t.router({
  ping: t.procedure.query(() => 'pong'),
  customers: t.router({ rename: t.procedure.input(z.object({ id: z.number() })).mutation(() => 1) }),
});
const options = { ctx: { user: 'Ada' } };

test('the tools have the names of the procedures, and their inputs', async () => {
  const tools = await aiTools(appRouter, options);
  expectTypeOf(tools[0]!.name).toEqualTypeOf<'ping' | 'customers_rename'>();
  // @ts-expect-error There is no procedure of that name.
  expectTypeOf(tools[0]!.name).toEqualTypeOf<'ping' | 'customers_remove'>();
  expectTypeOf(tools[0]!).not.toBeAny();
  const rename = tools.find((tool) => tool.name === 'customers_rename')!;
  expectTypeOf(rename).toEqualTypeOf<LangChainTool<'customers_rename', { id: number }>>();
});

test('LangChain takes the tools', async () => {
  const tools = await aiTools(appRouter, options);
  expectTypeOf(tools).toExtend<StructuredToolInterface[]>();
  void createAgent({ model: 'm', tools });
});

test('a search has other names, and the context is the one of the router', async () => {
  const tools = await aiTools(appRouter, { ...options, discovery: 'search' });
  expectTypeOf(tools[0]!.name).toEqualTypeOf<SearchToolName>();
  // @ts-expect-error The context has a user.
  void aiTools(appRouter, { ctx: {} });
});
