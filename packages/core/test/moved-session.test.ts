import { InMemoryServerEventBus } from '@modelcontextprotocol/server';
import { initTRPC } from '@trpc/server';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import type { Request } from 'express';
import { mcpHandler } from '../src/adapters/express.ts';
import { getMcpCall, type HandlerOptions, type McpMeta, type Store } from '../src/index.ts';
import { dataOf, hello, openRaw, resumeRaw, sendRaw, toolCall, type EventResponse } from './events.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });
const tool = t.procedure.meta({ mcp: true });
const secret = 'a secret of at least thirty-two bytes';

/** A store of the app's own, which can be taken away. */
function createStore(): Store & { values: Map<string, string>; isDown: boolean; writes: number } {
  const values = new Map<string, string>();
  const store = {
    values,
    isDown: false,
    writes: 0,
    async add(key: string, value: string) {
      use();
      if (values.has(key)) return false;
      values.set(key, value);
      return true;
    },
    async get(key: string) {
      use();
      return values.get(key);
    },
    async set(key: string, value: string) {
      use();
      store.writes++;
      values.set(key, value);
    },
    async delete(key: string) {
      use();
      values.delete(key);
    },
    async take() {
      return 0;
    },
  };
  const use = () => {
    if (store.isDown) throw new Error('the store is down');
  };
  return store;
}

function createGate(): { open: () => void; passed: Promise<void> } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open, passed };
}

type Options = Partial<HandlerOptions> & { createContext?: () => object };

/** Two processes of one app, which share a store and a bus. */
async function startTwo({ hasBus = true, ...handlerOptions }: Options & { hasBus?: boolean } = {}) {
  const bus = new InMemoryServerEventBus();
  const store = createStore();
  const startOne = async (name: string) => {
    const finish: (() => void)[] = [];
    const aborted = vi.fn();
    const wait = (signal: AbortSignal | undefined) => {
      signal!.addEventListener('abort', aborted);
      return new Promise<void>((resolve, reject) => {
        finish.push(resolve);
        signal!.addEventListener('abort', () => reject(new Error('aborted')));
      });
    };
    const router = t.router({
      where: tool.query(() => ({ name, client: getMcpCall()!.client?.name })),
      work: tool.mutation(async ({ signal }) => {
        getMcpCall()!.progress({ progress: 1 });
        await wait(signal);
        return { name };
      }),
      ask: tool.mutation(async () => {
        const { action } = await getMcpCall()!.ask({
          message: 'How many?',
          schema: z.object({ n: z.number() }),
        });
        return { action, name };
      }),
      withdraw: tool.mutation(async () => {
        const asking = new AbortController();
        const asked = getMcpCall()!.sdk!.mcpReq.send({ method: 'ping' }, { signal: asking.signal });
        const refused = asked.then(
          () => false,
          () => true,
        );
        // Whoever cannot be asked is refused at once.
        if (getMcpCall()!.client?.name !== 'plain') asking.abort();
        return { refused: await refused };
      }),
      chatter: tool.mutation(async () => {
        const { mcpReq } = getMcpCall()!.sdk!;
        for (let index = 0; index < 5000; index++) await mcpReq.log('info', index);
        return 1;
      }),
      log: tool.mutation(async () => {
        for (const level of ['debug', 'error'] as const) await getMcpCall()!.sdk!.mcpReq.log(level, level);
        return 1;
      }),
      now: t.procedure.meta({ mcp: { resource: { uri: 'clock://now' } } }).query(() => 'noon'),
      day: t.procedure.meta({ mcp: { resource: { uri: 'clock://day' } } }).query(() => 'monday'),
    });
    const handler = mcpHandler(router, {
      legacy: 'sessions',
      server: { name: 'app', version: '1', capabilities: { logging: {} } },
      onError: () => {},
      store,
      ...(hasBus && { bus }),
      secret,
      ...handlerOptions,
    });
    const server = await serve(handler);
    onTestFinished(() => server[Symbol.asyncDispose]());
    onTestFinished(() => handler.close());
    const end = async () => {
      await vi.waitFor(() => expect(finish.length).toBeGreaterThan(0), { timeout: 10_000 });
      for (const go of finish.splice(0)) go();
    };
    const began = () => vi.waitFor(() => expect(finish.length).toBeGreaterThan(0), { timeout: 10_000 });
    return { handler, server, url: server.mcp, aborted, end, began };
  };
  return { store, bus, one: await startOne('one'), other: await startOne('other') };
}

/** Sends each request to the next process, as a balancer does that knows no sessions. */
function roundRobin(...urls: string[]): typeof fetch {
  let turn = 0;
  return (_url, init) => fetch(urls[turn++ % urls.length]!, init);
}

async function connect(url: string, fetchAnywhere: typeof fetch) {
  const client = new Client({ name: 'round-robin', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { n: 7 } }));
  const transport = new StreamableHTTPClientTransport(new URL(url), { fetch: fetchAnywhere });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return { client, transport };
}

const cancel = (requestId: number) => ({
  jsonrpc: '2.0',
  method: 'notifications/cancelled',
  params: { requestId },
});
const request = (method: string, params: object, id = 9) => ({ jsonrpc: '2.0', id, method, params });
const progress = { progressToken: 'p' };

/** The body of an answer, whether it came as one or on a stream. */
async function resultOf(answer: Promise<EventResponse>): Promise<unknown> {
  return (await answer).body();
}

describe('a session behind a balancer that knows no sessions', () => {
  test('serves the official client from both processes', async () => {
    const { one, other } = await startTwo();
    const { client, transport } = await connect(one.url, roundRobin(one.url, other.url));
    const names = new Set<unknown>();
    for (let index = 0; index < 6; index++) {
      const { structuredContent } = await client.callTool({ name: 'where' });
      names.add((structuredContent as { name: string }).name);
      expect(structuredContent).toMatchObject({ client: 'round-robin' });
    }
    for (let index = 0; index < 2; index++) expect((await client.listTools()).tools).toHaveLength(6);
    expect(names).toEqual(new Set(['one', 'other']));
    for (let index = 0; index < 4; index++) {
      expect(await client.callTool({ name: 'ask' })).toMatchObject({
        structuredContent: { action: 'accept' },
      });
    }
    await transport.terminateSession();
  });

  test('brings changes to the stream that is open, wherever the client has subscribed', async () => {
    const { one, other } = await startTwo();
    const { client } = await connect(one.url, roundRobin(one.url, other.url));
    const heard: string[] = [];
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void heard.push('tools'));
    client.setNotificationHandler(
      ResourceUpdatedNotificationSchema,
      ({ params }) => void heard.push(params.uri),
    );
    await client.subscribeResource({ uri: 'clock://now' });
    await client.subscribeResource({ uri: 'clock://day' });
    await vi.waitFor(
      () => {
        one.handler.notify.toolsChanged();
        expect(heard).toContain('tools');
      },
      { timeout: 10_000, interval: 50 },
    );
    one.handler.notify.resourceUpdated('clock://day');
    other.handler.notify.resourceUpdated('clock://now');
    await vi.waitFor(
      () => expect(heard).toEqual(expect.arrayContaining(['clock://day', 'clock://now'])),
      15_000,
    );
    await client.unsubscribeResource({ uri: 'clock://now' });
    await client.unsubscribeResource({ uri: 'clock://day' });
    heard.splice(0);
    for (const { handler } of [one, other]) handler.notify.resourceUpdated('clock://day');
    one.handler.notify.toolsChanged();
    await vi.waitFor(() => expect(heard).toEqual(['tools']), 15_000);
  });

  test('has one log level, wherever it was set', async () => {
    const { one, other } = await startTwo();
    const { client } = await connect(one.url, roundRobin(one.url, other.url));
    const logged: unknown[] = [];
    client.setNotificationHandler(
      LoggingMessageNotificationSchema,
      ({ params }) => void logged.push(params.level),
    );
    for (const level of ['error', 'debug', 'error'] as const) {
      await client.setLoggingLevel(level);
      logged.splice(0);
      await client.callTool({ name: 'log' });
      await client.callTool({ name: 'log' });
      const each = level === 'error' ? ['error'] : ['debug', 'error'];
      expect(logged).toEqual([...each, ...each]);
    }
  });
});

describe('a call that runs in another process', () => {
  test.each([true, false])('is cancelled (with a bus: %s)', async (hasBus) => {
    const { one, other } = await startTwo({ hasBus });
    const session = await openRaw(one.url);
    const stream = await sendRaw(one.url, toolCall('work', 2, progress), session);
    await one.began();
    expect((await sendRaw(other.url, cancel(3), session)).status).toBe(202);
    expect((await sendRaw(other.url, cancel(2), session)).status).toBe(202);
    await vi.waitFor(() => expect(one.aborted).toHaveBeenCalled(), 15_000);
    expect((await stream.rest()).slice(1).map(dataOf)).toMatchObject([{ method: 'notifications/progress' }]);
  });

  test.each([true, false])(
    'gets the answer to its question, and no other call does (with a bus: %s)',
    async (hasBus) => {
      const { one, other } = await startTwo({ hasBus });
      const session = await openRaw(one.url, {}, hello('2025-11-25', { elicitation: {} }));
      const streams = [
        await sendRaw(one.url, toolCall('ask', 2), session),
        await sendRaw(other.url, toolCall('ask', 3), session),
      ];
      const asked = await Promise.all(
        streams.map(async (stream) => {
          await stream.next();
          return dataOf(await stream.next());
        }),
      );
      expect(new Set(asked.map(({ id }) => id)).size).toBe(2);
      const actions = ['decline', 'accept'];
      for (const [index, url] of [other.url, one.url].entries()) {
        const result = { action: actions[index], ...(index === 1 && { content: { n: 1 } }) };
        const answer = { jsonrpc: '2.0', id: asked[index]!['id'], result };
        expect((await sendRaw(url, answer, session)).status).toBe(202);
      }
      const results = await Promise.all(streams.map((stream) => stream.next()));
      expect(results.map(dataOf)).toMatchObject([
        { id: 2, result: { structuredContent: { action: 'decline', name: 'one' } } },
        { id: 3, result: { structuredContent: { action: 'accept', name: 'other' } } },
      ]);
    },
  );

  test('is not asked about what a client makes up, and no more of it is kept than a call needs', async () => {
    const { one, other, store } = await startTwo();
    const session = await openRaw(one.url);
    const long = 'x'.repeat(2 ** 21);
    const made = [
      { ...cancel(77), params: { requestId: 77, reason: long, more: 'x'.repeat(5000) } },
      { ...cancel(77), params: { requestId: long } },
      { ...cancel(77), params: { requestId: { long } } },
      { jsonrpc: '2.0', id: '0123456789abcdef:1', result: { long } },
      { jsonrpc: '2.0', id: '0123456789abcdef:2', error: { code: 1, message: long } },
    ];
    for (const message of made) expect((await sendRaw(other.url, message, session)).status).toBe(202);
    const kept = [...store.values].filter(([key]) => key.includes(':message:'));
    expect(kept).toHaveLength(3);
    for (const [, sealed] of kept) expect(sealed.length).toBeLessThan(3000);
  });

  test('hears that the answer to its question was too large to be passed on', async () => {
    const { one, other } = await startTwo();
    const session = await openRaw(one.url, {}, hello('2025-11-25', { elicitation: {} }));
    const stream = await sendRaw(one.url, toolCall('ask', 2), session);
    await stream.next();
    const { id } = dataOf(await stream.next());
    const answer = {
      jsonrpc: '2.0',
      id,
      result: { action: 'accept', content: { n: 1, x: 'x'.repeat(2 ** 21) } },
    };
    expect((await sendRaw(other.url, answer, session)).status).toBe(202);
    expect(dataOf(await stream.next())).toMatchObject({ id: 2, result: { isError: true } });
  });

  test.each([
    ['that were withdrawn', 'asked', {}],
    ['that were never sent', 'plain', { accept: 'application/json' }],
  ])('looks for no answers to questions %s', async (_, name, accept) => {
    const { one, store } = await startTwo({ hasBus: false });
    const session = await openRaw(
      one.url,
      {},
      { ...hello(), params: { ...hello().params, clientInfo: { name, version: '1' } } },
    );
    for (let count = 0; count < 3; count++) {
      const answer = await sendRaw(one.url, toolCall('withdraw'), { ...session, ...accept });
      expect(JSON.stringify(name === 'plain' ? await answer.body() : await answer.rest())).toContain(
        'refused',
      );
    }
    const looked: string[] = [];
    const get = store.get.bind(store);
    store.get = (key) => {
      if (key.includes(':message:')) looked.push(key);
      return get(key);
    };
    const stream = await sendRaw(one.url, toolCall('work', 2, progress), session);
    await one.began();
    // A second look at the same place: the first one is over.
    await vi.waitFor(() => expect(looked.length).toBeGreaterThan(new Set(looked).size), 15_000);
    expect(new Set(looked).size).toBe(1);
    await one.end();
    await stream.rest();
  });

  test('brings its result to the process where the client goes on, once', async () => {
    const { one, other } = await startTwo();
    const session = await openRaw(one.url);
    const stream = await sendRaw(one.url, toolCall('work', 2, progress), session);
    const { id } = (await stream.next())!;
    const told = await stream.next();
    const resumed = await resumeRaw(other.url, session, id!);
    expect([await resumed.next(), await resumed.next()]).toEqual([{ id, retry: '1000', data: '' }, told]);
    // The client has one connection at a time.
    expect(await stream.rest()).toEqual([]);
    await one.end();
    const [result, ...more] = await resumed.rest();
    expect([dataOf(result), more]).toMatchObject([
      { id: 2, result: { structuredContent: { name: 'one' } } },
      [],
    ]);
    // From wherever it is asked for again.
    for (const { url } of [one, other]) {
      const again = await (await resumeRaw(url, session, told!.id!)).rest();
      expect(again.slice(1)).toEqual([result]);
    }
  });

  test('has no event without data for a client that cannot read one', async () => {
    const { one, other } = await startTwo();
    const opened = await openRaw(one.url, {}, hello('2025-06-18'));
    const session = { ...opened, 'mcp-protocol-version': '2025-06-18' };
    const stream = await sendRaw(one.url, toolCall('work', 2, progress), session);
    const told = await stream.next();
    const resumed = await resumeRaw(other.url, session, told!.id!);
    await stream.rest();
    await one.end();
    expect((await resumed.rest()).map(dataOf)).toMatchObject([{ id: 2, result: {} }]);
  });

  test('is closed after connectionMs, as in its own process', async () => {
    const { one, other } = await startTwo({ sessions: { connectionMs: 50 } });
    const session = await openRaw(one.url);
    const stream = await sendRaw(one.url, toolCall('work', 2, progress), session);
    const [, told] = await stream.rest();
    const resumed = await resumeRaw(other.url, session, told!.id!);
    expect(await resumed.rest()).toEqual([{ id: told!.id, retry: '1000', data: '' }]);
    await one.end();
    expect(
      (await (await resumeRaw(other.url, session, told!.id!)).rest()).slice(1).map(dataOf),
    ).toMatchObject([{ id: 2, result: {} }]);
  });

  test('is not read any more when its process closes while it is looked for', async () => {
    const { one, other, store } = await startTwo();
    const session = await openRaw(one.url);
    const stream = await sendRaw(one.url, toolCall('work', 2, progress), session);
    const { id } = (await stream.next())!;
    const isAsked = createGate();
    const isClosed = createGate();
    const plain = { ...store };
    store.get = async (key) => {
      if (!key.endsWith(':head')) return plain.get(key);
      isAsked.open();
      await isClosed.passed;
      return plain.get(key);
    };
    const resuming = resumeRaw(other.url, session, id!);
    await isAsked.passed;
    await other.handler.close();
    isClosed.open();
    expect(await (await resuming).rest()).toEqual([]);
    await one.end();
  });

  test('goes back to its own process with its client', async () => {
    const { one, other } = await startTwo();
    const session = await openRaw(one.url);
    const stream = await sendRaw(one.url, toolCall('work', 2, progress), session);
    const { id } = (await stream.next())!;
    const away = await resumeRaw(other.url, session, id!);
    await away.next();
    const back = await resumeRaw(one.url, session, id!);
    await away.rest();
    await one.end();
    expect((await back.rest()).slice(1).map(dataOf)).toMatchObject([{}, { id: 2, result: {} }]);
  });

  test('is ended with its session', async () => {
    const { one, other } = await startTwo();
    const session = await openRaw(one.url);
    const stream = await sendRaw(one.url, toolCall('work', 2, progress), session);
    await one.began();
    const headers = { ...session, 'mcp-protocol-version': '2025-11-25' };
    expect((await fetch(other.url, { method: 'DELETE', headers })).status).toBe(200);
    await vi.waitFor(() => expect(one.aborted).toHaveBeenCalled(), 15_000);
    expect(dataOf((await stream.rest()).at(-1))).toMatchObject({ id: 2, error: {} });
    for (const { url } of [one, other])
      expect((await sendRaw(url, toolCall('where'), session)).status).toBe(404);
  });

  test('keeps so many events for other processes, and its result in any case', async () => {
    const { one, other, store } = await startTwo();
    const session = await openRaw(one.url);
    const stream = await sendRaw(one.url, toolCall('chatter'), session);
    const { id } = (await stream.next())!;
    const events = await stream.rest();
    expect(events).toHaveLength(5001);
    const ids = events.map((event) => event.id).filter((each) => each !== undefined);
    expect(ids).toHaveLength(1001);
    await vi.waitFor(
      () => expect([...store.values.keys()].some((key) => key.endsWith(':1002'))).toBe(true),
      15_000,
    );
    const copied = [...store.values.keys()].filter((key) => /:c[\da-f]{32}:\d+$/.test(key));
    expect(copied).toHaveLength(1002);
    const resumed = await (await resumeRaw(other.url, session, id!)).rest();
    expect(resumed.slice(1).map((event) => event.id)).toEqual(ids);
    expect(dataOf(resumed.at(-1))).toMatchObject({ id: 2, result: {} });
  });

  test('is told as lost when its process has died', async () => {
    const { one, other, store } = await startTwo();
    const session = await openRaw(one.url);
    const stream = await sendRaw(one.url, toolCall('work', 2, progress), session);
    const { id } = (await stream.next())!;
    await stream.next();
    // A process that was killed says no more that it lives.
    await vi.waitFor(
      () => expect([...store.values.keys()].some((key) => key.endsWith(':1'))).toBe(true),
      15_000,
    );
    for (const key of store.values.keys()) if (key.endsWith(':alive')) store.values.delete(key);
    const events = await (await resumeRaw(other.url, session, id!)).rest();
    expect(events.slice(1).map(dataOf)).toMatchObject([
      { method: 'notifications/progress' },
      { id: 2, error: { message: expect.stringContaining('has ended, or cannot be reached') } },
    ]);
  });
});

describe('the stream of changes', () => {
  test('moves to the process where the client opens it, and what it may have missed is told', async () => {
    const { one, other } = await startTwo();
    const session = await openRaw(one.url);
    await resultOf(sendRaw(one.url, request('resources/subscribe', { uri: 'clock://now' }), session));
    const stream = await sendRaw(one.url, undefined, session);
    const { id } = (await stream.next())!;
    const moved = await resumeRaw(other.url, session, id!);
    expect(await stream.rest()).toEqual([]);
    await moved.next();
    const told = [await moved.next(), await moved.next(), await moved.next()].map(dataOf);
    expect(told.map(({ method }) => method)).toContain('notifications/resources/updated');
    one.handler.notify.toolsChanged();
    expect(dataOf(await moved.next())).toMatchObject({ method: 'notifications/tools/list_changed' });
    moved.hangUp();
  });
});

describe('what is kept of a session', () => {
  test('says nothing to those who read the store, and its id is not there', async () => {
    const { one, store } = await startTwo();
    const session = await openRaw(one.url);
    const stream = await sendRaw(one.url, toolCall('work', 2, progress), session);
    await one.end();
    await stream.rest();
    await vi.waitFor(() => expect(store.values.size).toBeGreaterThan(3), 15_000);
    const all = JSON.stringify([...store.values]);
    for (const secretText of [session['mcp-session-id']!, 'progress', 'raw'])
      expect(all).not.toContain(secretText);
  });

  test('is for its caller: others get the answer for a missing session, in every process', async () => {
    const { one, other } = await startTwo({ createContext: () => ({}) });
    const ada = await openRaw(one.url, { authorization: 'Bearer ada' });
    const stream = await sendRaw(one.url, toolCall('work', 2, progress), ada);
    const { id } = (await stream.next())!;
    const bob = { ...ada, authorization: 'Bearer bob' };
    const missing = { ...bob, 'mcp-session-id': crypto.randomUUID() };
    for (const message of [toolCall('where'), cancel(2), undefined]) {
      const answers = [bob, missing].map((headers) =>
        sendRaw(other.url, message, { ...headers, ...(message === undefined && { 'last-event-id': id! }) }),
      );
      const [stolen, none] = await Promise.all(answers);
      expect([stolen!.status, await stolen!.body()]).toEqual([404, await none!.body()]);
    }
    expect((await fetch(other.url, { method: 'DELETE', headers: bob })).status).toBe(404);
    expect(one.aborted).not.toHaveBeenCalled();
    await one.end();
    expect((await stream.rest()).slice(1).map(dataOf)).toMatchObject([{ id: 2, result: {} }]);
    expect((await sendRaw(other.url, toolCall('where'), ada)).status).toBe(200);
  });

  test('cannot be read with another secret', async () => {
    const { one, store, bus } = await startTwo();
    const session = await openRaw(one.url);
    const stranger = mcpHandler(t.router({ where: tool.query(() => 1) }), {
      legacy: 'sessions',
      store,
      bus,
      secret: secret.toUpperCase(),
    });
    await using server = await serve(stranger);
    expect((await sendRaw(server.mcp, toolCall('where'), session)).status).toBe(404);
    await stranger.close();
  });

  test('is written when it has changed, and not with every request', async () => {
    const { one, other, store } = await startTwo();
    const session = await openRaw(one.url);
    const before = store.writes;
    for (let index = 0; index < 20; index++)
      await resultOf(sendRaw(index % 2 ? one.url : other.url, toolCall('where'), session));
    expect(store.writes).toBe(before);
  });

  test('keeps what is subscribed to in two processes at once', async () => {
    const { one, other } = await startTwo();
    const session = await openRaw(one.url);
    await resultOf(sendRaw(other.url, toolCall('where'), session));
    await Promise.all([
      resultOf(sendRaw(one.url, request('resources/subscribe', { uri: 'clock://now' }), session)),
      resultOf(sendRaw(other.url, request('resources/subscribe', { uri: 'clock://day' }), session)),
    ]);
    const stream = await sendRaw(one.url, undefined, session);
    await stream.next();
    other.handler.notify.resourceUpdated('clock://day');
    other.handler.notify.resourceUpdated('clock://now');
    const told = [dataOf(await stream.next()), dataOf(await stream.next())];
    expect(told.map(({ params }) => (params as { uri: string }).uri).toSorted()).toEqual([
      'clock://day',
      'clock://now',
    ]);
    stream.hangUp();
  });

  test('keeps what is subscribed to while something else is written', async () => {
    const letLate = createGate();
    const createContext = async ({ req }: { req: Request }) => {
      if (req.get('x-late')) await letLate.passed;
      return {};
    };
    const { one, other, store } = await startTwo({ createContext } as Options);
    const session = await openRaw(one.url);
    const subscribe = (uri: string, headers: object) =>
      sendRaw(one.url, request('resources/subscribe', { uri }), { ...session, ...headers });
    const late = subscribe('clock://day', { 'x-late': '1' });
    // The first one is written as soon as the second one wants to be.
    const isWaiting = createGate();
    const plain = { ...store };
    store.add = async (key, value) => {
      const isFree = await plain.add(key, value, 0);
      if (!isFree) isWaiting.open();
      return isFree;
    };
    store.set = async (key, value) => {
      letLate.open();
      await isWaiting.passed;
      return plain.set(key, value, 0);
    };
    await Promise.all([late, subscribe('clock://now', {})].map(resultOf));
    const stream = await sendRaw(other.url, undefined, session);
    await stream.next();
    for (const uri of ['clock://now', 'clock://day']) one.handler.notify.resourceUpdated(uri);
    const told = [dataOf(await stream.next()), dataOf(await stream.next())];
    expect(told.map(({ params }) => (params as { uri: string }).uri).toSorted()).toEqual([
      'clock://day',
      'clock://now',
    ]);
    stream.hangUp();
  });

  test('outlives the process that opened it', async () => {
    const { one, other } = await startTwo();
    const session = await openRaw(one.url);
    await one.handler.close();
    expect(await resultOf(sendRaw(other.url, toolCall('where'), session))).toMatchObject({
      result: { structuredContent: { name: 'other', client: 'raw' } },
    });
    const again = await sendRaw(other.url, hello(), session);
    expect([again.status, await again.body()]).toMatchObject([400, { error: {} }]);
  });

  test('is made once in a process that many requests reach at the same time', async () => {
    const { one, other } = await startTwo({ sessions: { max: 2 } });
    const session = await openRaw(one.url);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        resultOf(sendRaw(other.url, toolCall('where', index), session)),
      ),
    );
    for (const answer of answers) expect(answer).toMatchObject({ result: {} });
  });

  test('makes room for others in a process, and is not over with that', async () => {
    const { one } = await startTwo({ sessions: { max: 1 } });
    const [first, second] = [await openRaw(one.url), await openRaw(one.url)];
    for (const session of [first, second, first, second])
      expect((await sendRaw(one.url, toolCall('where'), session)).status).toBe(200);
  });
});

describe('while the store is away', () => {
  test('sessions that a process knows go on, and unknown ones are answered 503', async () => {
    const { one, other, store } = await startTwo();
    const session = await openRaw(one.url);
    store.isDown = true;
    expect((await sendRaw(one.url, toolCall('where'), session)).status).toBe(200);
    const unknown = await sendRaw(other.url, toolCall('where'), session);
    expect([unknown.status, await unknown.body()]).toMatchObject([
      503,
      { error: { message: 'This session cannot be looked up at the moment; try again later' } },
    ]);
    const headers = { ...session, 'mcp-protocol-version': '2025-11-25' };
    expect((await fetch(one.url, { method: 'DELETE', headers })).status).toBe(503);
    const stream = await sendRaw(one.url, toolCall('work', 2, progress), session);
    const { id } = (await stream.next())!;
    stream.hangUp();
    await one.end();
    expect((await (await resumeRaw(one.url, session, id!)).rest()).slice(1).map(dataOf)).toMatchObject([
      {},
      { id: 2, result: {} },
    ]);
    store.isDown = false;
    await vi.waitFor(
      async () => expect((await sendRaw(other.url, toolCall('where'), session)).status).toBe(200),
      15_000,
    );
  });

  test('a session is opened all the same, and moves when the store is back', async () => {
    const { one, other, store } = await startTwo();
    store.isDown = true;
    const session = await openRaw(one.url);
    expect((await sendRaw(one.url, toolCall('where'), session)).status).toBe(200);
    store.isDown = false;
    await vi.waitFor(
      async () => {
        expect((await sendRaw(one.url, toolCall('where'), session)).status).toBe(200);
        expect((await sendRaw(other.url, toolCall('where'), session)).status).toBe(200);
      },
      { timeout: 10_000, interval: 100 },
    );
  });
});
