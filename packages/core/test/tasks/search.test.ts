import { initTRPC } from '@trpc/server';
import { afterEach, expect, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import type { McpMeta } from '../../src/index.ts';
import { serve } from '../server.ts';
import { connectTasks } from './task-client.ts';

const t = initTRPC.meta<McpMeta>().create();

const closings: (() => PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

const router = t.router({
  export: t.procedure.meta({ mcp: { task: { required: true } } }).query(() => 'exported'),
  import: t.procedure.meta({ mcp: { task: true } }).mutation(() => 'imported'),
});

async function start() {
  const handler = mcpHandler(router, { discovery: 'search' });
  const server = await serve(handler);
  const client = await connectTasks(server.mcp);
  closings.push(
    () => server[Symbol.asyncDispose](),
    () => handler.close(),
    () => client[Symbol.asyncDispose](),
  );
  return client;
}

test('a tool that was searched for becomes a task, as it does by itself', async () => {
  const client = await start();
  const { taskId, resultType } = await client.call('run_mutation', { name: 'import', arguments: {} });
  expect(resultType).toBe('task');
  expect(await client.until(taskId as string, 'completed')).toMatchObject({
    result: { content: [{ text: 'imported' }] },
  });
});

test('no call of a batch becomes a task, and one that has to be a task is refused', async () => {
  const client = await start();
  const answer = await client.call('run_query', { calls: [{ name: 'export' }, { name: 'export' }] });
  expect(JSON.stringify(answer)).toContain('export runs as a task; call it alone');
});
