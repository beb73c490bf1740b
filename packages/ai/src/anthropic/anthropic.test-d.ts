import type Anthropic from '@anthropic-ai/sdk';
import type { ToolResultBlockParam } from '@anthropic-ai/sdk/resources/messages';
import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { aiTools, type SearchToolName } from './anthropic.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const appRouter = t.router({
  ping: t.procedure.query(() => 'pong'),
  customers: t.router({ rename: t.procedure.input(z.object({ id: z.number() })).mutation(() => 1) }),
});
const options = { ctx: { user: 'Ada' } };
declare const anthropic: Anthropic;
const common = { model: 'm', max_tokens: 1, messages: [] };

test('the definitions have the names of the procedures, and the SDK takes them', async () => {
  const { tools } = await aiTools(appRouter, options);
  expectTypeOf(tools[0]!.name).toEqualTypeOf<'ping' | 'customers_rename'>();
  // @ts-expect-error There is no procedure of that name.
  expectTypeOf(tools[0]!.name).toEqualTypeOf<'ping' | 'customers_remove'>();
  void anthropic.messages.create({ ...common, tools });
  void anthropic.beta.messages.toolRunner({ ...common, tools });
});

test('a call is answered with a block of the SDK', async () => {
  const { run } = await aiTools(appRouter, options);
  const block = await run({ id: 'a', name: 'ping', input: {} });
  expectTypeOf(block).toEqualTypeOf<ToolResultBlockParam>();
  expectTypeOf(block).not.toBeAny();
  // @ts-expect-error The id is missing.
  void run({ name: 'ping', input: {} });
});

test('a search has other names, and the context is the one of the router', async () => {
  const { tools } = await aiTools(appRouter, { ...options, discovery: 'search' });
  expectTypeOf(tools[0]!.name).toEqualTypeOf<SearchToolName>();
  // @ts-expect-error The context has a user.
  void aiTools(appRouter, { ctx: {} });
});
