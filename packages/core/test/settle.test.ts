import { initTRPC } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import http, { createServer } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler as expressHandler } from '../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../src/adapters/node.ts';
import { type CallFailure, getMcpCall, type HandlerOptions, type McpMeta } from '../src/index.ts';
import { converse } from './conversation.ts';
import { headersOf, toMessage } from './messages.ts';
import { listen, serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();

/** What never settles fails here, and not at the end of the whole run. */
const patience = 10_000;

const closings: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closings.splice(0).toReversed()) await close();
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is weakly known of objects that should go. */
class Watch {
  readonly #refs: WeakRef<object>[] = [];

  add<T extends object>(value: T): T {
    this.#refs.push(new WeakRef(value));
    return value;
  }

  get count(): number {
    return this.#refs.length;
  }

  /** How many are held still, once those that can go are gone. */
  async held(): Promise<number> {
    let held = this.#refs.length;
    for (let round = 0; round < 20 && held > 0; round++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      collectGarbage();
      held = this.#refs.filter((ref) => ref.deref() !== undefined).length;
    }
    return held;
  }
}

/** A procedure that runs until it is told, or aborted. */
class Bench {
  started = 0;
  readonly ended: boolean[] = [];
  readonly #goOns: (() => void)[] = [];
  readonly held = new Watch();

  async run(signal: AbortSignal | undefined): Promise<string> {
    this.started++;
    this.held.add(getMcpCall()!);
    await new Promise<void>((resolve) => {
      this.#goOns.push(resolve);
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
    this.ended.push(signal?.aborted ?? false);
    return 'done';
  }

  goOn(): void {
    for (const goOn of this.#goOns.splice(0)) goOn();
  }
}

function createRouter(bench: Bench) {
  const tool = t.procedure.meta({ mcp: true });
  return t.router({
    work: tool.mutation(({ signal }) => bench.run(signal)),
    stream: tool.query(async function* ({ signal }) {
      yield 'first';
      yield await bench.run(signal);
    }),
    ping: tool.query(() => ({ pong: true })),
    echo: tool.input(z.object({ n: z.number() })).query(({ input }) => ({ n: input.n })),
    note: t.procedure.meta({ mcp: { tool: false, resource: { uri: 'app://note' } } }).query(() => 'a note'),
  });
}

type Send = (message: unknown, headers?: Record<string, string>, init?: RequestInit) => Promise<Response>;

interface Host {
  send: Send;
  close: () => Promise<void>;
  bench: Bench;
  failures: CallFailure[];
}

const json = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};
const legacy = { ...json, 'mcp-protocol-version': '2025-11-25' };

function over(url: string): Send {
  return (message, headers = legacy, init = {}) =>
    fetch(url, { method: 'POST', headers, body: JSON.stringify(message), ...init });
}

async function openHost(kind: 'express' | 'node' | 'fetch', options: HandlerOptions = {}): Promise<Host> {
  const bench = new Bench();
  const failures: CallFailure[] = [];
  const all = { onError: (failure: CallFailure) => failures.push(failure), ...options };
  const router = createRouter(bench);
  if (kind === 'fetch') {
    const handler = fetchHandler(router, all);
    closings.push(() => handler.close());
    const send: Send = (message, headers = legacy, init = {}) =>
      handler(
        new Request('http://localhost/mcp', {
          method: 'POST',
          headers,
          body: JSON.stringify(message),
          ...init,
        }),
      );
    return { send, close: () => handler.close(), bench, failures };
  }
  const handler = kind === 'express' ? expressHandler(router, all) : nodeHandler(router, all);
  const server = await (kind === 'express' ? serve(handler as never) : listen(handler as never));
  closings.push(
    () => server[Symbol.asyncDispose](),
    () => handler.close(),
  );
  return { send: over(server.mcp), close: () => handler.close(), bench, failures };
}

const hosts = ['express', 'node', 'fetch'] as const;

function request(id: unknown, method: string, params: object = {}) {
  return { jsonrpc: '2.0', id, method, params };
}
const callOf = (id: unknown, name: string, more: object = {}) => request(id, 'tools/call', { name, ...more });
const cancelOf = (requestId: unknown) => ({
  jsonrpc: '2.0',
  method: 'notifications/cancelled',
  params: { requestId, reason: 'never mind' },
});

/** All of an answer, or a failure that says that it never ended. */
async function whole(
  answer: Promise<Response> | Response,
  ms = 3000,
): Promise<{ status: number; text: string }> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it was never answered to its end')), ms);
  });
  const read = (async () => {
    const response = await answer;
    return { status: response.status, text: await response.text() };
  })();
  try {
    return await Promise.race([read, late]);
  } finally {
    clearTimeout(timer);
  }
}

const idsIn = (text: string): unknown[] => {
  const bodies =
    text.startsWith('event:') || text.startsWith('data:') || text.startsWith('id:')
      ? [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data!) as unknown)
      : [text === '' ? [] : (JSON.parse(text) as unknown)];
  return bodies.flat().map((each) => (each as { id?: unknown }).id);
};

describe.each(hosts)('on %s, a batch of 2025 that cancels one of its own', (host) => {
  const batches: [string, unknown[], unknown[]][] = [
    ['a call, and then cancels it', [callOf(1, 'work'), cancelOf(1)], []],
    ['a call, before it comes', [cancelOf(1), callOf(1, 'work')], []],
    ['a call beside one that is quick', [callOf(1, 'work'), callOf(2, 'ping'), cancelOf(1)], [2]],
    ['a quick one', [callOf(1, 'ping'), cancelOf(1), callOf(2, 'ping')], [2]],
    ['a list', [request(1, 'tools/list'), cancelOf(1)], []],
    ['a list, before it comes', [cancelOf(1), request(1, 'tools/list')], []],
    ['a resource', [request(1, 'resources/read', { uri: 'app://note' }), cancelOf(1)], []],
    ['a ping', [request(1, 'ping'), cancelOf(1)], []],
    ['one whose id is a text', [callOf('a', 'work'), cancelOf('a')], []],
    ['all of several', [callOf(1, 'work'), callOf(2, 'work'), cancelOf(2), cancelOf(1)], []],
    ['one that yields', [callOf(1, 'stream'), cancelOf(1), callOf(2, 'ping')], [2]],
    ['one twice', [callOf(1, 'work'), cancelOf(1), cancelOf(1)], []],
  ];

  test.each(batches)(
    '(%s) is answered, and nothing of it runs on',
    async (_, batch, answered) => {
      const { send, bench, failures } = await openHost(host);
      // What is cancelled before it comes may run: then it ends by itself, and is answered.
      const isEarly = 'requestId' in ((batch[0] as { params: object }).params ?? {});
      const timer = isEarly ? setInterval(() => bench.goOn(), 50) : undefined;
      closings.push(() => clearInterval(timer));
      const { status, text } = await whole(send(batch));
      expect([200, 202]).toContain(status);
      // What could be answered before it was cancelled may be, or not.
      const ids = idsIn(text);
      for (const id of answered) expect(ids).toContain(id);
      await vi.waitFor(() => expect(bench.ended).toHaveLength(bench.started), patience);
      expect(bench.ended.every((isAborted) => isAborted || isEarly)).toBe(true);
      expect(failures).toEqual([]);
    },
    patience,
  );

  test(
    '(that asks for progress, and none of which is cancelled, too) is answered',
    async () => {
      const { send, bench } = await openHost(host);
      const loud = { _meta: { progressToken: 'p' } };
      const batch = [callOf(1, 'stream', loud), callOf(2, 'ping', loud), cancelOf(1), cancelOf(7)];
      expect(idsIn((await whole(send(batch))).text)).toContain(2);
      await vi.waitFor(() => expect(bench.ended).toHaveLength(bench.started), patience);
    },
    patience,
  );
});

test(
  'a hundred batches that cancel their own leave nothing behind',
  async () => {
    const bench = new Bench();
    const requests = new Watch();
    const handler = fetchHandler(createRouter(bench), { onError: () => {} });
    closings.push(() => handler.close());
    const send = (batch: unknown[]) => {
      const init = { method: 'POST', headers: legacy, body: JSON.stringify(batch) };
      return handler(requests.add(new Request('http://localhost/mcp', init)));
    };
    const answers: Promise<unknown>[] = [];
    for (let index = 0; index < 25; index++) {
      answers.push(
        ...[
          [callOf(1, 'work'), cancelOf(1)],
          [cancelOf(1), callOf(1, 'stream')],
          [request(1, 'tools/list'), cancelOf(1)],
          [callOf(1, 'work'), cancelOf(1), callOf(2, 'ping')],
        ].map((batch) => whole(send(batch), 2000).catch(() => {})),
      );
    }
    await Promise.all(answers);
    bench.goOn();
    expect(await requests.held()).toBeLessThan(5);
    expect(await bench.held.held()).toBeLessThan(5);
  },
  3 * patience,
);

const initialize = request(1, 'initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'a', version: '1' },
});

/** Opens a session, and returns what sends in it. */
async function openSession({ send }: Host): Promise<Send> {
  const response = await send(initialize);
  await response.text();
  const id = response.headers.get('mcp-session-id')!;
  return (message, headers = {}, init) =>
    send(message, { ...legacy, 'mcp-session-id': id, ...headers }, init);
}

describe.each(hosts)('on %s, in a session', (host) => {
  test.each<[string, string, object]>([
    ['a call', 'work', {}],
    ['a call that asked for progress', 'work', { _meta: { progressToken: 1 } }],
    ['a generator', 'stream', {}],
    ['a generator whose progress was asked for', 'stream', { _meta: { progressToken: 1 } }],
  ])(
    '%s that is cancelled ends its response, and leaves the session free',
    async (_, name, more) => {
      const opened = await openHost(host, { legacy: 'sessions', sessions: { max: 2 } });
      const sessions = [await openSession(opened), await openSession(opened)];
      const calls = sessions.map((send) => whole(send(callOf(5, name, more)), 5000));
      // Nobody waits for them before the end.
      for (const call of calls) call.catch(() => {});
      await vi.waitFor(() => expect(opened.bench.started).toBe(2), patience);
      for (const send of sessions) expect((await whole(send(cancelOf(5)))).status).toBe(202);
      for (const call of calls) expect(idsIn((await call).text)).not.toContain(5);
      expect(opened.bench.ended).toEqual([true, true]);
      const third = await opened.send(initialize);
      await third.text();
      expect(third.status).toBe(200);
    },
    patience,
  );

  test(
    'a batch that cancels its own leaves the session free',
    async () => {
      const opened = await openHost(host, { legacy: 'sessions', sessions: { max: 1 } });
      const send = await openSession(opened);
      await whole(send([callOf(5, 'work'), cancelOf(5)]));
      await whole(send([cancelOf(6), callOf(6, 'work'), callOf(7, 'ping')]));
      const third = await opened.send(initialize);
      await third.text();
      expect(third.status).toBe(200);
    },
    patience,
  );

  test(
    'a client that leaves, leaves the session free when what it started has ended',
    async () => {
      const opened = await openHost(host, { legacy: 'sessions', sessions: { max: 1 } });
      const send = await openSession(opened);
      const leave = new AbortController();
      const call = send(callOf(5, 'work', { _meta: { progressToken: 1 } }), {}, { signal: leave.signal });
      call.then((response) => response.text()).catch(() => {});
      await vi.waitFor(() => expect(opened.bench.started).toBe(1), patience);
      leave.abort();
      opened.bench.goOn();
      await vi.waitFor(async () => {
        const third = await opened.send(initialize);
        await third.text();
        expect(third.status).toBe(200);
      }, 5000);
    },
    patience,
  );

  test.each([
    ['a number', 5, 5],
    ['a text', 'five', 'five'],
    ['zero', 0, 0],
  ])(
    'two calls whose id is the same are each answered on its own response (%s)',
    async (_, one, other) => {
      const opened = await openHost(host, { legacy: 'sessions' });
      const send = await openSession(opened);
      const first = whole(send(callOf(one, 'work')), 5000);
      first.catch(() => {});
      await vi.waitFor(() => expect(opened.bench.started).toBe(1), patience);
      const echo = callOf(other, 'echo', { arguments: { n: 7 } });
      const second = await whole(send(echo));
      expect([idsIn(second.text), second.text]).toEqual([[other], expect.stringContaining('"n":7')]);
      opened.bench.goOn();
      const { text } = await first;
      expect([idsIn(text), text]).toEqual([[one], expect.stringContaining('done')]);
    },
    patience,
  );

  test(
    'twenty calls at once whose id is the same are each answered with what they asked for',
    async () => {
      const opened = await openHost(host, { legacy: 'sessions' });
      const send = await openSession(opened);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => whole(send(callOf(5, 'echo', { arguments: { n } })))),
      );
      expect(answers.map(({ text }) => /"n":(\d+)/.exec(text)?.[1])).toEqual(
        Array.from({ length: 20 }, (_, n) => String(n)),
      );
    },
    patience,
  );

  test(
    'a list and a call whose id is the same are each answered with what they asked for',
    async () => {
      const opened = await openHost(host, { legacy: 'sessions' });
      const send = await openSession(opened);
      const call = whole(send(callOf(5, 'stream', { _meta: { progressToken: 5 } })), 5000);
      call.catch(() => {});
      await vi.waitFor(() => expect(opened.bench.started).toBe(1), patience);
      expect((await whole(send(request(5, 'tools/list')))).text).toContain('"tools"');
      opened.bench.goOn();
      expect((await call).text).toContain('done');
    },
    patience,
  );
});

test(
  'the calls of a session that were cancelled, or left, are held by nothing',
  async () => {
    const bench = new Bench();
    const requests = new Watch();
    const handler = fetchHandler(createRouter(bench), { legacy: 'sessions', onError: () => {} });
    closings.push(() => handler.close());
    const raw: Send = (message, headers = legacy, init = {}) =>
      handler(
        requests.add(
          new Request('http://localhost/mcp', {
            method: 'POST',
            headers,
            body: JSON.stringify(message),
            ...init,
          }),
        ),
      );
    const send = await openSession({ send: raw } as Host);
    for (let id = 10; id < 60; id++) {
      const leave = new AbortController();
      const before = bench.started;
      const call = send(callOf(id, 'work', { _meta: { progressToken: id } }), {}, { signal: leave.signal });
      void whole(call, 2000).catch(() => {});
      await vi.waitFor(() => expect(bench.started).toBe(before + 1), { timeout: patience, interval: 1 });
      if (id % 2) await whole(send(cancelOf(id)));
      else leave.abort();
    }
    bench.goOn();
    await vi.waitFor(() => expect(bench.ended).toHaveLength(bench.started), patience);
    expect(await requests.held()).toBeLessThan(5);
    expect(await bench.held.held()).toBeLessThan(5);
  },
  3 * patience,
);

test(
  'stateless calls of 2025 whose clients have left are held by nothing once they have ended',
  async () => {
    const bench = new Bench();
    const requests = new Watch();
    const handler = fetchHandler(createRouter(bench), { onError: () => {} });
    closings.push(() => handler.close());
    for (let id = 0; id < 40; id++) {
      const leave = new AbortController();
      const body = JSON.stringify(callOf(id, id % 2 ? 'work' : 'stream', { _meta: { progressToken: id } }));
      const init = { method: 'POST', headers: legacy, body, signal: leave.signal };
      const before = bench.started;
      const call = handler(requests.add(new Request('http://localhost/mcp', init)));
      void call.then((response) => response.body?.cancel()).catch(() => {});
      await vi.waitFor(() => expect(bench.started).toBe(before + 1), { timeout: patience, interval: 1 });
      leave.abort();
    }
    bench.goOn();
    await vi.waitFor(() => expect(bench.ended).toHaveLength(bench.started), patience);
    expect(await requests.held()).toBeLessThan(5);
    expect(await bench.held.held()).toBeLessThan(5);
  },
  3 * patience,
);

describe('a client that reads nothing', () => {
  const block = 'x'.repeat(64 * 1024);
  const most = 300;

  function createLoudRouter(seen: { yielded: number; ended: boolean }) {
    async function* produce() {
      try {
        for (let index = 0; index < most; index++) {
          seen.yielded++;
          yield `${index} ${block}`;
          // Whatever is faster than a client can also be busy in between.
          if (index % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        seen.ended = true;
      }
    }
    const collect = { maxItems: most + 1, maxMs: 600_000 };
    return t.router({
      query: t.procedure.meta({ mcp: { stream: collect } }).query(() => produce()),
      mutation: t.procedure.meta({ mcp: { stream: collect } }).mutation(() => produce()),
      subscription: t.procedure.meta({ mcp: { stream: collect } }).subscription(() => produce()),
      plain: t.procedure.meta({ mcp: true }).query(() => produce()),
      observed: t.procedure.meta({ mcp: { stream: collect } }).subscription(() =>
        observable<number>((observer) => {
          seen.yielded++;
          observer.next(1);
          observer.complete();
        }),
      ),
    });
  }

  /** Waits until nothing more is yielded for a while. */
  async function atRest(seen: { yielded: number }): Promise<void> {
    let before = -1;
    let quiet = 0;
    while (quiet < 20) {
      quiet = seen.yielded === before ? quiet + 1 : 0;
      before = seen.yielded;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  const ways: [string, 'modern' | 'legacy', HandlerOptions][] = [
    ['of 2026', 'modern', {}],
    ['of 2025', 'legacy', {}],
    ['of 2025 in a session', 'legacy', { legacy: 'sessions' }],
  ];

  describe.each(ways)('%s', (_, era, options) => {
    const headersFor = (name: string) => ({ ...json, ...headersOf(era, 'tools/call', { name }) });
    const messageFor = (name: string) => toMessage(era, 'tools/call', { name, _meta: { progressToken: 1 } });

    test.each(['query', 'mutation', 'subscription', 'plain'])(
      'holds up a %s on fetch, which ends when it leaves',
      async (name) => {
        const seen = { yielded: 0, ended: false };
        const handler = fetchHandler(createLoudRouter(seen), { onError: () => {}, ...options });
        closings.push(() => handler.close());
        const raw: Send = (message, headers = legacy) =>
          handler(
            new Request('http://localhost/mcp', { method: 'POST', headers, body: JSON.stringify(message) }),
          );
        const send = options.legacy === 'sessions' ? await openSession({ send: raw } as Host) : raw;
        const response = await send(messageFor(name), headersFor(name));
        await atRest(seen);
        expect(seen.yielded).toBeLessThan(200);
        await response.body!.cancel();
        // In 2025 it goes on when its client has left, as nobody has cancelled it.
        if (era === 'modern') await vi.waitFor(() => expect(seen.ended).toBe(true), patience);
      },
      2 * patience,
    );

    test.each(['express', 'node'] as const)(
      'holds up a generator on %s, and hears all of it when it reads on',
      async (host) => {
        const seen = { yielded: 0, ended: false };
        const router = createLoudRouter(seen);
        const all = { onError: () => {}, ...options };
        const handler = host === 'express' ? expressHandler(router, all) : nodeHandler(router, all);
        const server = await (host === 'express'
          ? serve(handler as never)
          : listen(createServer(handler as never).listeners('request')[0] as never));
        closings.push(
          () => server[Symbol.asyncDispose](),
          () => handler.close(),
        );
        const session =
          options.legacy === 'sessions'
            ? (await over(server.mcp)(initialize)).headers.get('mcp-session-id')!
            : undefined;
        const sent = http.request(server.mcp, {
          method: 'POST',
          headers: { ...headersFor('query'), ...(session && { 'mcp-session-id': session }) },
          agent: false,
        });
        const answer = new Promise<http.IncomingMessage>((resolve) => sent.once('response', resolve));
        sent.end(JSON.stringify(messageFor('query')));
        const response = await answer;
        response.pause();
        await atRest(seen);
        // Sockets hold some megabytes by themselves.
        expect(seen.yielded).toBeLessThan(most / 2);
        let last = '';
        let values = 0;
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          last = (last + chunk).slice(-1000);
          values += chunk.split('notifications/progress').length - 1;
        });
        // A response that was paused is not read on only because somebody listens.
        response.resume();
        await new Promise((resolve) => response.once('end', resolve));
        expect(seen).toEqual({ yielded: most, ended: true });
        expect(values).toBeGreaterThan(most / 4);
        expect(last).not.toBe('');
      },
      3 * patience,
    );
  });
});

describe.each(hosts)('closing the handler, on %s,', (host) => {
  test.each<[string, unknown]>([
    ['a call', callOf(5, 'work')],
    ['a call that asked for progress', callOf(5, 'work', { _meta: { progressToken: 1 } })],
    ['a generator', callOf(5, 'stream')],
    ['a generator whose progress was asked for', callOf(5, 'stream', { _meta: { progressToken: 1 } })],
    ['a batch', [callOf(5, 'work'), callOf(6, 'ping')]],
  ])(
    'ends %s of a stateless client of 2025, and its response',
    async (_, message) => {
      const { send, close, bench } = await openHost(host);
      const answer = whole(send(message), 5000);
      answer.catch(() => {});
      await vi.waitFor(() => expect(bench.started).toBe(1), patience);
      await close();
      await vi.waitFor(() => expect(bench.ended).toEqual([true]), 3000);
      await answer;
    },
    patience,
  );

  test(
    'ends what a client of 2025 has left behind',
    async () => {
      const { send, close, bench } = await openHost(host);
      const leave = new AbortController();
      const call = send(callOf(5, 'stream', { _meta: { progressToken: 1 } }), legacy, {
        signal: leave.signal,
      });
      call.then((response) => response.text()).catch(() => {});
      await vi.waitFor(() => expect(bench.started).toBe(1), patience);
      leave.abort();
      await close();
      await vi.waitFor(() => expect(bench.ended).toEqual([true]), 3000);
    },
    patience,
  );
});

test.each(['2025-11-25', '2026-07-28'] as const)(
  'closing the handler ends the call of the official client of %s',
  async (kind) => {
    const bench = new Bench();
    const handler = expressHandler(createRouter(bench), { onError: () => {} });
    const server = await serve(handler);
    closings.push(() => server[Symbol.asyncDispose]());
    await using client = await converse(kind, server.mcp);
    const call = client.call('tools/call', { name: 'stream' }, { onprogress: () => {} }).catch(() => {});
    await vi.waitFor(() => expect(bench.started).toBe(1), patience);
    await handler.close();
    await vi.waitFor(() => expect(bench.ended).toEqual([true]), 3000);
    await server[Symbol.asyncDispose]();
    await client[Symbol.asyncDispose]();
    void call;
  },
  patience,
);
