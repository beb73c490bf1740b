import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import type OpenAI from 'openai';
import type { ChatCompletionToolMessageParam } from 'openai/resources/chat/completions';
import type { ResponseInputItem } from 'openai/resources/responses/responses';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { aiTools, type SearchToolName } from './openai.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const appRouter = t.router({
  ping: t.procedure.query(() => 'pong'),
  customers: t.router({ rename: t.procedure.input(z.object({ id: z.number() })).mutation(() => 1) }),
});
const options = { ctx: { user: 'Ada' } };
declare const openai: OpenAI;

test('the definitions have the names of the procedures, and the SDK takes them', async () => {
  const { tools, responsesTools } = await aiTools(appRouter, options);
  expectTypeOf(tools[0]!.function.name).toEqualTypeOf<'ping' | 'customers_rename'>();
  expectTypeOf(responsesTools[0]!.name).toEqualTypeOf<'ping' | 'customers_rename'>();
  // @ts-expect-error There is no procedure of that name.
  expectTypeOf(responsesTools[0]!.name).toEqualTypeOf<'ping' | 'customers_remove'>();
  void openai.chat.completions.create({ model: 'm', messages: [], tools });
  void openai.chat.completions.runTools({ model: 'm', messages: [], tools });
  void openai.responses.create({ model: 'm', input: [], tools: responsesTools });
});

test('a call of either API is answered for it', async () => {
  const { run } = await aiTools(appRouter, options);
  const message = await run({ id: 'a', type: 'function', function: { name: 'ping', arguments: '' } });
  expectTypeOf(message).toEqualTypeOf<ChatCompletionToolMessageParam>();
  expectTypeOf(message).not.toBeAny();
  const item = await run({ type: 'function_call', call_id: 'a', name: 'ping', arguments: '' });
  expectTypeOf(item).toEqualTypeOf<ResponseInputItem.FunctionCallOutput>();
  // @ts-expect-error It is a call of neither API.
  void run({ name: 'ping' });
});

test('a search has other names, and the context is the one of the router', async () => {
  const { responsesTools } = await aiTools(appRouter, { ...options, discovery: 'search' });
  expectTypeOf(responsesTools[0]!.name).toEqualTypeOf<SearchToolName>();
  // @ts-expect-error The context has a user.
  void aiTools(appRouter, { ctx: {} });
});
