import { initTRPC } from '@trpc/server';
import { EventEmitter, on } from 'node:events';
import http from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { type CallFailure, getMcpCall, type McpMeta } from '../src/index.ts';
import { converse } from './conversation.ts';
import { headersOf, toMessage } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();

/** What the server saw of the calls whose client hung up. */
class Ledger {
  started = 0;
  ended = 0;
  /** Whether the signal was aborted when the call ended, and which call it was. */
  readonly ends: unknown[] = [];
  readonly #emitter = new EventEmitter();

  start(): void {
    this.started++;
    this.#emitter.emit('start');
  }

  end(signal: AbortSignal | undefined): void {
    this.ended++;
    if (this.ends.length < 10) this.ends.push([signal?.aborted, getMcpCall()?.tool.path]);
  }

  nextStart(): Promise<unknown> {
    return new Promise((resolve) => this.#emitter.once('start', resolve));
  }
}

/** One tool for each kind of call. */
function createRouter(ledger: Ledger, emitter: EventEmitter) {
  const tool = t.procedure.meta({ mcp: true });
  const untilAborted = (signal: AbortSignal) =>
    new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  return t.router({
    plain: tool.mutation(async ({ signal }) => {
      ledger.start();
      await untilAborted(signal!);
      ledger.end(signal);
    }),
    limited: t.procedure.meta({ mcp: { timeoutMs: 600_000 } }).mutation(async ({ signal }) => {
      ledger.start();
      await untilAborted(signal!);
      ledger.end(signal);
    }),
    streaming: tool.query(async function* ({ signal }) {
      try {
        yield 'first';
        ledger.start();
        await untilAborted(signal!);
        yield 'last';
      } finally {
        ledger.end(signal);
      }
    }),
    // It never looks at the signal.
    endless: tool.query(async function* ({ signal }) {
      try {
        for (let value = 0; ; value++) {
          if (value === 1) ledger.start();
          await new Promise((resolve) => setTimeout(resolve, 1));
          yield value;
        }
      } finally {
        ledger.end(signal);
      }
    }),
    listening: tool.subscription(async function* ({ signal }) {
      try {
        const events = on(emitter, 'event', { signal: signal! });
        ledger.start();
        for await (const [value] of events) yield value as number;
      } finally {
        ledger.end(signal);
      }
    }),
    ping: tool.query(() => 'pong'),
  });
}

const tools = ['plain', 'limited', 'streaming', 'endless', 'listening'] as const;

describe.each(tools)('a client of 2026 that hangs up on a %s call', (name) => {
  test.each([false, true])('ends it inside the call (progress asked for: %s)', async (isLoud) => {
    const ledger = new Ledger();
    const emitter = new EventEmitter();
    const failures: CallFailure[] = [];
    const handler = mcpHandler(createRouter(ledger, emitter), {
      onError: (failure) => failures.push(failure),
    });
    await using server = await serve(handler);
    await using client = await converse('2026-07-28', server.mcp);
    const hangUp = new AbortController();
    const started = ledger.nextStart();
    const options = { signal: hangUp.signal, ...(isLoud && { onprogress: () => {} }) };
    const call = client.call('tools/call', { name }, options);
    await started;
    hangUp.abort(new Error('never mind'));
    await expect(call).rejects.toThrow('never mind');
    await vi.waitFor(() => expect(ledger.ends).toEqual([[true, name]]), 10_000);
    expect(emitter.listenerCount('event')).toBe(0);
    // It is not reported as a failure, and the next call is answered.
    expect(failures).toEqual([]);
    expect(await client.call('tools/call', { name: 'ping' })).toMatchObject({ structuredContent: 'pong' });
  });
});

describe('a client of 2025, which has no way to cancel without a session,', () => {
  test.each([false, true])('leaves a stream to its own limits (progress asked for: %s)', async (isLoud) => {
    const ledger = new Ledger();
    let goOn = () => {};
    const router = t.router({
      bounded: t.procedure.meta({ mcp: { stream: { maxItems: 3 } } }).subscription(async function* ({
        signal,
      }) {
        try {
          yield 1;
          ledger.start();
          await new Promise<void>((resolve) => (goOn = resolve));
          ledger.ends.push(signal!.aborted);
          for (;;) yield 2;
        } finally {
          ledger.end(signal);
        }
      }),
    });
    let isGone = () => {};
    const gone = new Promise<void>((resolve) => (isGone = resolve));
    const handler = mcpHandler(router);
    await using server = await serve(handler, (req, res, next) => {
      if (req.method === 'POST') res.once('close', () => res.writableFinished || isGone());
      next();
    });
    await using client = await converse('2025-11-25', server.mcp);
    const hangUp = new AbortController();
    const started = ledger.nextStart();
    const options = { signal: hangUp.signal, ...(isLoud && { onprogress: () => {} }) };
    const call = client.call('tools/call', { name: 'bounded' }, options);
    await started;
    hangUp.abort(new Error('never mind'));
    await expect(call).rejects.toThrow('never mind');
    await client[Symbol.asyncDispose]();
    await gone;
    goOn();
    await vi.waitFor(() => expect(ledger.ends).toEqual([false, [true, 'bounded']]), 10_000);
  });
});

/** Sends a request, waits until it is running, and hangs up. */
async function hangUpOn(
  url: string,
  method: string,
  params: Record<string, unknown>,
  underWay: (response: Promise<http.IncomingMessage>) => Promise<unknown>,
): Promise<void> {
  const message = toMessage('modern', method, params) as { params: { _meta: object } };
  message.params._meta = { ...message.params._meta, ...(params['_meta'] as object | undefined) };
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...headersOf('modern', method, params),
  };
  const request = http.request(url, { method: 'POST', headers, agent: false });
  request.on('error', () => {});
  const response = new Promise<http.IncomingMessage>((resolve) => request.once('response', resolve));
  const ready = underWay(response);
  request.end(JSON.stringify(message));
  await ready;
  const closed = new Promise((resolve) => request.once('close', resolve));
  request.destroy();
  await closed;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The heap in use after garbage collection, in bytes. */
async function heapOf(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}

const handlesOf = () =>
  process.getActiveResourcesInfo().filter((kind) => /Timeout|TCP|Immediate|Pipe/.test(kind)).length;

describe('a thousand clients that hang up', () => {
  const kinds: [string, string, Record<string, unknown>][] = [
    ...tools.map((name) => [name, 'tools/call', { name }] as [string, string, Record<string, unknown>]),
    ['streaming, with progress', 'tools/call', { name: 'streaming', _meta: { progressToken: 1 } }],
    ['subscriptions/listen', 'subscriptions/listen', { notifications: { toolsListChanged: true } }],
  ];

  test.each(kinds)(
    'leave nothing behind: %s',
    async (_, method, params) => {
      const ledger = new Ledger();
      const emitter = new EventEmitter();
      emitter.setMaxListeners(0);
      const handler = mcpHandler(createRouter(ledger, emitter));
      await using server = await serve(handler);
      const isListen = method === 'subscriptions/listen';
      const one = () =>
        hangUpOn(server.mcp, method, params, async (response) =>
          // The call is running when the answer has begun.
          isListen
            ? response.then((answer) => new Promise((resolve) => answer.once('data', resolve)))
            : ledger.nextStart(),
        );
      const allEnded = () =>
        vi.waitFor(() => expect(isListen ? 0 : ledger.started - ledger.ended).toBe(0), 10_000);
      for (let index = 0; index < 200; index++) await one();
      await allEnded();
      const before = { heap: await heapOf(), handles: handlesOf() };
      for (let index = 0; index < 1000; index++) await one();
      await allEnded();
      const after = { heap: await heapOf(), handles: handlesOf() };
      if (!isListen) expect(ledger).toMatchObject({ started: 1200, ended: 1200 });
      expect(emitter.listenerCount('event')).toBe(0);
      expect(after.handles - before.handles).toBeLessThan(10);
      // V8's optimised code takes about a third of that. A single call that leaks takes more.
      expect((after.heap - before.heap) / 1000).toBeLessThan(3000);
    },
    60_000,
  );
});

test.each(tools)('a client of 2025 with a session cancels a %s call', async (name) => {
  const ledger = new Ledger();
  const emitter = new EventEmitter();
  const failures: CallFailure[] = [];
  const onError = (failure: CallFailure) => failures.push(failure);
  const handler = mcpHandler(createRouter(ledger, emitter), { legacy: 'sessions', onError });
  await using server = await serve(handler);
  await using client = await converse('2025-11-25', server.mcp);
  const cancel = new AbortController();
  const started = ledger.nextStart();
  const call = client.call('tools/call', { name }, { signal: cancel.signal, onprogress: () => {} });
  await started;
  cancel.abort(new Error('never mind'));
  await expect(call).rejects.toThrow('never mind');
  await vi.waitFor(() => expect(ledger.ends).toEqual([[true, name]]), 10_000);
  expect(failures).toEqual([]);
  const ping = await client.call('tools/call', { name: 'ping' });
  expect(ping).toMatchObject({ structuredContent: { result: 'pong' } });
});
