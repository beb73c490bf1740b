import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { aiTools as anthropicTools } from '../src/anthropic/anthropic.ts';
import { aiTools } from '../src/index.ts';
import { aiTools as openAiTools } from '../src/openai/openai.ts';
import { createApp } from './app.ts';

const call = { toolCallId: 'call-1', messages: [] };

test('the catalog is made once for a router, for all callers and SDKs', async () => {
  const { appRouter } = createApp();
  let asked = 0;
  const tag = ({ path }: { path: string }) => {
    if (path === 'forms.greet') asked += 1;
    return undefined;
  };
  for (const user of ['Ada', 'Ben', 'Eve']) {
    const tools = await aiTools(appRouter, { ctx: { user }, tag, onProgress: () => {} });
    expect(await tools.forms_greet.execute({}, call)).toBe(`Hello ${user}`);
  }
  const { run } = await openAiTools(appRouter, { ctx: { user: 'Joe' }, tag });
  const written = { type: 'function_call' as const, call_id: 'a', name: 'forms_greet', arguments: '' };
  expect(await run(written)).toMatchObject({ output: 'Hello Joe' });
  const anthropic = await anthropicTools(appRouter, { ctx: () => ({ user: 'Kim' }), tag });
  expect(await anthropic.run({ id: 'a', name: 'forms_greet', input: {} })).toMatchObject({
    content: 'Hello Kim',
  });
  expect(asked).toBe(1);
});

test('a caller sees the tools that are visible to them', async () => {
  const t = initTRPC.context<{ isAdmin: boolean }>().meta<McpMeta<{ isAdmin: boolean }>>().create();
  const appRouter = t.router({
    open: t.procedure.meta({ mcp: true }).query(() => 1),
    secret: t.procedure.meta({ mcp: { visible: (ctx) => ctx.isAdmin } }).query(() => 2),
  });
  expect(Object.keys(await aiTools(appRouter, { ctx: { isAdmin: false } }))).toEqual(['open']);
  expect(Object.keys(await aiTools(appRouter, { ctx: { isAdmin: true } }))).toEqual(['open', 'secret']);
});

test('createContext may refuse the caller', async () => {
  const t = initTRPC.context<{ user: string }>().meta<McpMeta<{ user: string }>>().create();
  const appRouter = t.router({
    open: t.procedure.meta({ mcp: { visible: (ctx) => ctx.user !== '' } }).query(() => 1),
  });
  const createContext = (): { user: string } => {
    throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Log in first.' });
  };
  await expect(aiTools(appRouter, { createContext, onError: () => {} })).rejects.toThrow('Log in first.');
});

test('options that there are not are a set-up error that names them', async () => {
  const { appRouter } = createApp();
  const options = { ctx: { user: 'Ada' }, expse: {} };
  await expect(aiTools(appRouter, options as never)).rejects.toThrow(/expse/);
  await expect(aiTools(appRouter, { ctx: { user: 'Ada' }, auth: {} } as never)).rejects.toThrow(/auth/);
});

test('strange arguments are words for the model, and nothing is lost', async () => {
  const { appRouter, done } = createApp();
  const tools = await aiTools(appRouter, { ctx: { user: 'Ada' } });
  const deep = JSON.parse(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`) as never;
  const polluting = JSON.parse('{"id":1,"name":"Acme","__proto__":{"isAdmin":true}}') as never;
  for (const input of [null, undefined, 5, 'text', [], deep, { id: 1, name: 'x', extra: 'y'.repeat(1e6) }]) {
    const failed = tools.customers_rename.execute(input as never, call);
    await expect(failed).rejects.toMatchObject({ name: 'ToolRefusal', code: 'BAD_REQUEST' });
  }
  await tools.customers_rename.execute(polluting, call).catch(() => {});
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  expect(done.filter((each) => !each.includes('renames 1 to Acme'))).toEqual([]);
});

test('two callers at once keep their own context', async () => {
  const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
  const open: (() => void)[] = [];
  const appRouter = t.router({
    whoami: t.procedure
      .meta({ mcp: true })
      .input(z.object({}))
      .query(async ({ ctx }) => {
        await new Promise<void>((resolve) => {
          open.push(resolve);
          if (open.length === 2) open.forEach((each) => each());
        });
        return ctx.user;
      }),
  });
  const both = await Promise.all([
    aiTools(appRouter, { ctx: { user: 'Ada' } }),
    aiTools(appRouter, { ctx: { user: 'Ben' } }),
  ]);
  expect(await Promise.all(both.map((tools) => tools.whoami.execute({}, call)))).toEqual(['Ada', 'Ben']);
});
