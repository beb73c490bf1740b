import { initTRPC } from '@trpc/server';
import { expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { getMcpCall, type McpMeta } from '../src/index.ts';
import { connect } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

test.each(['2026-07-28', 'auto'] as const)(
  'a client of kind %s that hangs up aborts the procedure',
  async (kind) => {
    const started = deferred<void>();
    const ended = deferred<unknown>();
    const router = t.router({
      work: tool.mutation(async ({ signal }) => {
        started.resolve();
        await aborted(signal!);
        ended.resolve([signal!.aborted, getMcpCall()?.signal.aborted]);
      }),
      ping: tool.query(() => ({})),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    const hangUp = new AbortController();
    const call = client.callTool({ name: 'work' }, { signal: hangUp.signal });
    await started.promise;
    hangUp.abort(new Error('never mind'));
    await expect(call).rejects.toThrow('never mind');
    expect(await ended.promise).toEqual([true, true]);
    expect((await client.callTool({ name: 'ping' })).structuredContent).toEqual({});
  },
);

test('a client of 2025-11-25 that hangs up leaves the procedure running, as its revision wants', async () => {
  const started = deferred<void>();
  const left = deferred<void>();
  const ended = deferred<unknown>();
  const router = t.router({
    work: tool.mutation(async ({ signal }) => {
      started.resolve();
      await left.promise;
      ended.resolve(signal?.aborted);
    }),
    ping: tool.query(() => ({})),
  });
  await using server = await serve(mcpHandler(router), (req, res, next) => {
    res.once('close', () => {
      if (!res.writableFinished && req.method === 'POST') left.resolve();
    });
    next();
  });
  await using client = await connect['2025-11-25'](server.mcp);
  const hangUp = new AbortController();
  const call = client.callTool({ name: 'work' }, { signal: hangUp.signal });
  await started.promise;
  hangUp.abort(new Error('never mind'));
  await expect(call).rejects.toThrow('never mind');
  await client[Symbol.asyncDispose]();
  expect(await ended.promise).toBe(false);
  await using other = await connect['2025-11-25'](server.mcp);
  expect((await other.callTool({ name: 'ping' })).structuredContent).toEqual({});
});

test('closing the handler aborts the calls under way', async () => {
  const started = deferred<void>();
  const ended = deferred<unknown>();
  const router = t.router({
    work: tool.mutation(async ({ signal }) => {
      started.resolve();
      await aborted(signal!);
      ended.resolve(signal!.aborted);
    }),
  });
  const handler = mcpHandler(router);
  await using server = await serve(handler);
  await using client = await connect['2026-07-28'](server.mcp);
  const call = client.callTool({ name: 'work' }).catch((error: unknown) => error);
  await started.promise;
  await handler.close();
  expect(await ended.promise).toBe(true);
  await call;
});

function deferred<TValue>() {
  let resolve: (value: TValue) => void = () => undefined;
  const promise = new Promise<TValue>((fulfil) => (resolve = fulfil));
  return { promise, resolve };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}
