import { initTRPC } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type FetchMcpHandler, mcpHandler } from '../src/adapters/fetch.ts';
import type { HandlerOptions, McpMeta, Store } from '../src/index.ts';
import { headersOf, toMessage } from './messages.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });
const secret = 'a secret of at least thirty-two bytes';

/** What never settles fails here, and not at the end of the whole run. */
const patience = 10_000;

const closings: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closings.splice(0).toReversed()) await close();
});

/** A procedure that runs until it is told, or aborted. */
class Bench {
  started = 0;
  readonly #goOns: (() => void)[] = [];

  async run(signal: AbortSignal | undefined): Promise<string> {
    this.started++;
    await new Promise<void>((resolve) => {
      this.#goOns.push(resolve);
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
    return 'done';
  }

  goOn(): void {
    for (const goOn of this.#goOns.splice(0)) goOn();
  }
}

const json = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  authorization: 'Bearer ann',
};
const legacy = { ...json, 'mcp-protocol-version': '2025-11-25' };

type Send = (message: unknown, headers?: Record<string, string>, init?: RequestInit) => Promise<Response>;

function over(handler: FetchMcpHandler): Send {
  return (message, headers = legacy, init = {}) =>
    handler(
      new Request('http://localhost/mcp', {
        method: 'POST',
        headers,
        body: JSON.stringify(message),
        ...init,
      }),
    );
}

function open(options: HandlerOptions) {
  const bench = new Bench();
  const router = t.router({
    once: t.procedure.meta({ mcp: { idempotent: true } }).mutation(({ signal }) => bench.run(signal)),
  });
  const onError = vi.fn();
  const handler = mcpHandler(router, { createContext: () => ({}), onError, ...options });
  closings.push(
    () => handler.close(),
    () => bench.goOn(),
  );
  return { send: over(handler), close: () => handler.close(), bench, onError };
}

const request = (id: unknown, method: string, params: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
});
const callOf = (id: unknown) =>
  request(id, 'tools/call', { name: 'once', arguments: { _idempotencyKey: 'k' } });
const textOf = async (answer: Promise<Response>) => (await answer).text();

async function openSession(send: Send): Promise<Send> {
  const clientInfo = { name: 'a', version: '1' };
  const response = await send(
    request(1, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }),
  );
  await response.text();
  const id = response.headers.get('mcp-session-id')!;
  return (message, headers = {}, init) =>
    send(message, { ...legacy, 'mcp-session-id': id, ...headers }, init);
}

/** A store that counts how often it is read. */
function createCountingStore() {
  const entries = new Map<string, string>();
  const count = { reads: 0 };
  const store: Store = {
    async add(key, value) {
      if (isAnswer(key)) count.reads++;
      if (entries.has(key)) return false;
      entries.set(key, value);
      return true;
    },
    async get(key) {
      if (isAnswer(key)) count.reads++;
      return entries.get(key);
    },
    async set(key, value) {
      entries.set(key, value);
    },
    async delete(key) {
      entries.delete(key);
    },
    take: async () => 0,
  };
  return { store, count };
}

/** What a session reads is not counted: it comes before the call waits. */
function isAnswer(key: string): boolean {
  return key.startsWith('once:');
}

/** Reads of a store while half a minute passes for all that waits. */
async function readsIn(count: { reads: number }, ms = 30_000): Promise<number> {
  const before = count.reads;
  for (let passed = 0; passed < ms; passed += 500) await vi.advanceTimersByTimeAsync(500);
  return count.reads - before;
}

describe('whoever waits for the answer of a key', () => {
  const modern = { ...json, ...headersOf('modern', 'tools/call', { name: 'once' }) };
  const once = toMessage('modern', 'tools/call', { name: 'once', arguments: { _idempotencyKey: 'k' } });
  const fakes = { toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as never };

  test.each([
    ['fifty of 2026', 50, once, modern],
    ['one of 2026', 1, once, modern],
    ['fifty of 2025', 50, callOf(7), legacy],
    ['one of 2025', 1, callOf(7), legacy],
  ])(
    'reads nothing more when they have hung up: %s',
    async (_, waiters, message, headers) => {
      const { store, count } = createCountingStore();
      const { send, bench, onError } = open({ store, secret });
      vi.useFakeTimers(fakes);
      void send(once, modern).catch(() => {});
      await vi.waitFor(() => expect(bench.started).toBe(1), patience);
      const hangUp = new AbortController();
      for (let index = 0; index < waiters; index++) {
        void send(message, headers, { signal: hangUp.signal }).catch(() => {});
      }
      await vi.waitFor(() => expect(count.reads).toBeGreaterThan(2 * waiters), patience);
      hangUp.abort();
      // What was under way at that moment is read to its end.
      await readsIn(count, 1000);
      expect(await readsIn(count)).toBe(0);
      expect(onError).not.toHaveBeenCalled();
    },
    patience,
  );

  test.each([
    ['of 2026', once, modern],
    ['of 2025', callOf(7), legacy],
  ])(
    'reads nothing more when the handler is closed, and is answered: %s',
    async (_, message, headers) => {
      const { store, count } = createCountingStore();
      const one = open({ store, secret });
      const other = open({ store, secret });
      vi.useFakeTimers(fakes);
      void one.send(once, modern).catch(() => {});
      await vi.waitFor(() => expect(one.bench.started).toBe(1), patience);
      let settled = 0;
      const settle = () => settled++;
      for (let index = 0; index < 10; index++) void other.send(message, headers).then(settle, settle);
      await vi.waitFor(() => expect(count.reads).toBeGreaterThan(20), patience);
      await other.close();
      await readsIn(count, 1000);
      // The first call is of the other handler, and reads nothing while it runs.
      expect(await readsIn(count)).toBe(0);
      await vi.waitFor(() => expect(settled).toBe(10), patience);
      expect(other.onError).not.toHaveBeenCalled();
    },
    patience,
  );

  test.each([
    ['of the tool', { timeoutMs: 300 }, undefined],
    ['of the handler', undefined, { timeoutMs: 300 }],
  ])(
    'has the deadline %s',
    async (_, mcp, options) => {
      const { store, count } = createCountingStore();
      const one = open({ store, secret });
      const neverCalled = vi.fn();
      const settings = { mcp: { idempotent: true, ...mcp } } as const;
      const router = t.router({ once: t.procedure.meta(settings).mutation(neverCalled) });
      const other = mcpHandler(router, {
        createContext: () => ({}),
        onError: () => {},
        store,
        secret,
        ...options,
      });
      closings.push(() => other.close());
      const first = one.send(once, modern);
      // It has the key before the other one asks for it.
      await vi.waitFor(() => expect(one.bench.started).toBe(1), patience);
      expect(await textOf(over(other)(once, modern))).toContain('TIMEOUT');
      vi.useFakeTimers(fakes);
      expect(await readsIn(count)).toBe(0);
      one.bench.goOn();
      expect(await textOf(first)).toContain('done');
      expect(neverCalled).not.toHaveBeenCalled();
    },
    patience,
  );

  test(
    'is cancelled in a session as any other call, and reads nothing more',
    async () => {
      const { store, count } = createCountingStore();
      const { send: raw, bench } = open({ store, secret, legacy: 'sessions' });
      const send = await openSession(raw);
      void send(callOf(5)).catch(() => {});
      await vi.waitFor(() => expect(bench.started).toBe(1), patience);
      vi.useFakeTimers(fakes);
      void send(callOf(6)).catch(() => {});
      await vi.waitFor(() => expect(count.reads).toBeGreaterThan(3), patience);
      const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 6 } };
      void send(cancel).catch(() => {});
      await readsIn(count, 1000);
      expect(await readsIn(count)).toBe(0);
    },
    patience,
  );

  test(
    'is one of a hundred at most: more are refused, and all the others are answered',
    async () => {
      const { store } = createCountingStore();
      const { send, bench } = open({ store, secret });
      const first = send(once, modern);
      await vi.waitFor(() => expect(bench.started).toBe(1), patience);
      const waiting = Array.from({ length: 110 }, () => textOf(send(once, modern)));
      const refused = /TOO_MANY_REQUESTS: 100 calls wait for the answer of this _idempotencyKey already/;
      const early = await Promise.race(waiting);
      expect(early).toMatch(refused);
      const isDone = /"(\\")?done/;
      bench.goOn();
      const texts = await Promise.all(waiting);
      expect(texts.filter((text) => refused.test(text))).toHaveLength(10);
      expect(texts.filter((text) => isDone.test(text))).toHaveLength(100);
      expect(await textOf(first)).toContain('done');
      expect(bench.started).toBe(1);
      // There is room again.
      expect(await textOf(send(once, modern))).toContain('done');
    },
    2 * patience,
  );
});

describe('a procedure that goes on after its deadline', () => {
  const modern = { ...json, ...headersOf('modern', 'tools/call', { name: 'pay' }) };
  const pay = toMessage('modern', 'tools/call', { name: 'pay', arguments: { _idempotencyKey: 'k' } });

  function openSlow(end: () => string) {
    let ran = 0;
    let goOn = () => {};
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const router = t.router({
      pay: t.procedure.meta({ mcp: { idempotent: true, timeoutMs: 300 } }).mutation(async () => {
        if (++ran > 1) return 'paid again';
        await gate;
        return end();
      }),
    });
    const handler = mcpHandler(router, { createContext: () => ({}), onError: () => {} });
    closings.push(() => handler.close());
    return { send: over(handler), goOn, runs: () => ran };
  }

  test(
    'does not run twice, and its result is the answer of the key',
    async () => {
      const { send, goOn, runs } = openSlow(() => 'paid');
      expect(await textOf(send(pay, modern))).toContain('TIMEOUT');
      expect(await textOf(send(pay, modern))).toContain('TIMEOUT');
      goOn();
      await vi.waitFor(async () => expect(await textOf(send(pay, modern))).toContain('paid'), patience);
      expect(runs()).toBe(1);
    },
    patience,
  );

  test(
    'and fails then, may be tried again',
    async () => {
      const { send, goOn, runs } = openSlow(() => {
        throw new Error('the bank is down');
      });
      expect(await textOf(send(pay, modern))).toContain('TIMEOUT');
      goOn();
      await vi.waitFor(async () => expect(await textOf(send(pay, modern))).toContain('paid again'), patience);
      expect(runs()).toBe(2);
    },
    patience,
  );
});
