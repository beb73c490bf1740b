import { setImmediate } from 'node:timers/promises';
import { InMemoryServerEventBus } from '@modelcontextprotocol/server';
import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import type { CallFailure, McpMeta } from '../../src/index.ts';
import { latch, person } from './person.ts';
import { openStore } from './store.ts';

const t = initTRPC.meta<McpMeta>().create();
const secret = 'a secret of thirty-two bytes or more';
const callerId = ({ headers }: Request) => headers.get('authorization') ?? undefined;
const task = t.procedure.meta({ mcp: { task: true } });

/** Rejects when the signal aborts. */
function abortOf(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal!.addEventListener('abort', () => reject(signal!.reason as Error));
  });
}

describe('a task that is cancelled', () => {
  test('aborts its signal, and is told as cancelled, with an empty answer each time', async () => {
    const aborted = latch();
    const failures: CallFailure[] = [];
    const router = t.router({
      report: task.mutation(async ({ signal }) => {
        signal!.addEventListener('abort', () => aborted.open());
        await abortOf(signal);
      }),
    });
    const handler = mcpHandler(router, { callerId, onError: (failure) => failures.push(failure) });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const id = await ann.start('report');
    for (let turn = 0; turn < 3; turn++) {
      const { result, error } = await ann.cancel(id);
      expect(error).toBe(undefined);
      expect(Object.keys(result!).filter((key) => key !== '_meta')).toEqual(['resultType']);
      expect(result!['resultType']).toBe('complete');
    }
    await aborted.opened;
    const cancelled = await ann.settle(id);
    expect(cancelled).toMatchObject({ status: 'cancelled', taskId: id });
    expect(cancelled).not.toHaveProperty('result');
    expect(cancelled).not.toHaveProperty('error');
    expect(cancelled).not.toHaveProperty('inputRequests');
    // What a procedure throws because it was cancelled is no failure of the app.
    await setImmediate();
    expect(failures).toEqual([]);
  });

  test.each([
    ['returns', async () => 'too late'],
    [
      'throws',
      async () => {
        throw new TRPCError({ code: 'CONFLICT', message: 'too late' });
      },
    ],
  ])('stays cancelled when its procedure ignores the signal and %s', async (_name, end) => {
    const done = latch();
    const ended = latch();
    const router = t.router({
      report: task.mutation(async () => {
        await done.opened;
        ended.open();
        return end();
      }),
    });
    const handler = mcpHandler(router, { callerId, onError: () => {} });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const id = await ann.start('report');
    await ann.cancel(id);
    const before = await ann.settle(id);
    expect(before.status).toBe('cancelled');
    done.open();
    await ended.opened;
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    expect(await ann.read(id)).toEqual(before);
  });

  test('after its end keeps its result', async () => {
    const router = t.router({ report: task.mutation(() => 'whole') });
    const handler = mcpHandler(router, { callerId });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const id = await ann.start('report');
    const before = await ann.settle(id);
    const { result, error } = await ann.cancel(id);
    expect({ error, type: result?.['resultType'] }).toEqual({ error: undefined, type: 'complete' });
    expect(await ann.read(id)).toEqual(before);
    expect(before).toMatchObject({ status: 'completed', result: { structuredContent: 'whole' } });
  });

  test('while it waits for an answer ends, and cannot be answered afterwards', async () => {
    const ran: string[] = [];
    const router = t.router({
      order: t.procedure
        .meta({ mcp: { task: true, confirm: 'Order?' } })
        .mutation(() => void ran.push('order')),
    });
    const handler = mcpHandler(router, { callerId });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const id = await ann.start('order');
    const { inputRequests } = await ann.until(id, 'input_required');
    await ann.cancel(id);
    const cancelled = await ann.settle(id);
    expect(cancelled.status).toBe('cancelled');
    const yes = Object.fromEntries(
      Object.keys(inputRequests!).map((key) => [key, { action: 'accept', content: {} }]),
    );
    const { result, error } = await ann.update(id, yes);
    expect(result?.['resultType'] ?? error?.code).toBeDefined();
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    expect(await ann.read(id)).toEqual(cancelled);
    expect(ran).toEqual([]);
  });

  test('in the same moment as it ends is one of the two, for good', async () => {
    for (let turn = 0; turn < 20; turn++) {
      const done = latch<string>();
      const router = t.router({ report: task.mutation(() => done.opened) });
      const handler = mcpHandler(router, { callerId });
      const ann = person(handler, 'ann');
      const id = await ann.start('report');
      const cancelled = ann.cancel(id);
      done.open('whole');
      await cancelled;
      const first = await ann.settle(id);
      for (let look = 0; look < 5; look++) {
        await setImmediate();
        expect(await ann.read(id)).toEqual(first);
      }
      if (first.status === 'completed') expect(first.result?.structuredContent).toBe('whole');
      else expect(first.status).toBe('cancelled');
      await handler.close();
    }
  });

  test.each([true, false])('on another process stops where it runs (with a bus: %j)', async (hasBus) => {
    const aborted = latch();
    const router = t.router({
      report: task.mutation(async ({ signal }) => {
        signal!.addEventListener('abort', () => aborted.open());
        await abortOf(signal);
      }),
    });
    const bus = new InMemoryServerEventBus();
    const options = { callerId, secret, store: openStore(), ...(hasBus && { bus }), onError: () => {} };
    const [one, other] = [mcpHandler(router, options), mcpHandler(router, options)];
    onTestFinished(async () => {
      await one.close();
      await other.close();
    });
    const id = await person(one, 'ann').start('report');
    await person(other, 'ann').cancel(id);
    expect((await person(other, 'ann').settle(id)).status).toBe('cancelled');
    // The process that works finds out with its next heartbeat, if it is not told before.
    await aborted.opened;
    expect((await person(one, 'ann').read(id)).status).toBe('cancelled');
  });
});

describe('a client that hangs up', () => {
  test('after it has got its task does not end it', async () => {
    const done = latch<string>();
    let signalOf: AbortSignal | undefined;
    const router = t.router({
      report: task.mutation(({ signal }) => {
        signalOf = signal;
        return done.opened;
      }),
    });
    const handler = mcpHandler(router, { callerId });
    onTestFinished(() => handler.close());
    const gone = new AbortController();
    const leaving = person(
      ((request: Request) => handler(new Request(request, { signal: gone.signal }))) as typeof handler,
      'ann',
    );
    const id = await leaving.start('report');
    gone.abort();
    await setImmediate();
    expect(signalOf?.aborted ?? false).toBe(false);
    done.open('whole');
    expect((await person(handler, 'ann').settle(id)).status).toBe('completed');
  });

  test('and a request that is cancelled by its id do not end a task', async () => {
    const done = latch<string>();
    const router = t.router({ report: task.mutation(() => done.opened) });
    const handler = mcpHandler(router, { callerId });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const id = await ann.start('report');
    const response = await handler(
      new Request('http://localhost/mcp', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'notifications/cancelled',
          authorization: 'Bearer ann',
        },
        body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }),
      }),
    );
    expect(response.status).toBeLessThan(500);
    done.open('whole');
    expect((await ann.settle(id)).status).toBe('completed');
  });
});
