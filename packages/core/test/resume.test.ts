import { initTRPC, TRPCError } from '@trpc/server';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { getMcpCall, type HandlerOptions, type McpMeta } from '../src/index.ts';
import { dataOf, hello, openRaw, resumeRaw, sendRaw, toolCall } from './events.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });
const tool = t.procedure.meta({ mcp: true });

/** A server whose tool `work` says how far it is, waits until `finish` is called, and ends. */
async function start(options: HandlerOptions & { createContext?: () => object } = {}) {
  const finish: (() => void)[] = [];
  const aborted = vi.fn();
  const report = (progress: number) => getMcpCall()!.progress({ progress });
  const wait = (signal: AbortSignal | undefined) => {
    signal!.addEventListener('abort', aborted);
    return new Promise<void>((resolve) => finish.push(resolve));
  };
  const router = t.router({
    work: tool.mutation(async ({ signal }) => {
      report(1);
      await wait(signal);
      return { worked: true };
    }),
    quiet: tool.mutation(async ({ signal }) => {
      await wait(signal);
      return { worked: true };
    }),
    close: tool.mutation(async ({ signal }) => {
      getMcpCall()!.sdk?.http?.closeSSE?.();
      await wait(signal);
      return { worked: true };
    }),
    ask: tool.mutation(() =>
      getMcpCall()!.ask({ message: 'How many?', schema: z.object({ n: z.number() }) }),
    ),
    fail: t.procedure.meta({ mcp: { resource: { uri: 'clock://fail' } } }).query(() => {
      report(1);
      throw new TRPCError({ code: 'NOT_FOUND', message: 'No clock here' });
    }),
    deny: tool.mutation(() => 'no'),
    now: t.procedure.meta({ mcp: { resource: { uri: 'clock://now' } } }).query(() => 'noon'),
  });
  const handler = mcpHandler(router, { legacy: 'sessions', onError: () => {}, ...options });
  const server = await serve(handler);
  onTestFinished(() => server[Symbol.asyncDispose]());
  onTestFinished(() => handler.close());
  return {
    handler,
    url: server.mcp,
    aborted,
    finish,
    /** Lets the calls end that have begun, as soon as there are so many. */
    end: async (count = 1) => {
      await vi.waitFor(() => expect(finish).toHaveLength(count), { timeout: 10_000 });
      for (const go of finish.splice(0)) go();
    },
  };
}

const progress = { progressToken: 'p' };

describe('a call whose client was sent away', () => {
  const open = async () => {
    const started = await start({ sessions: { max: 1 } });
    const session = await openRaw(started.url);
    const away = await (await sendRaw(started.url, toolCall('close'), session)).rest();
    const { aborted, finish, url } = started;
    await vi.waitFor(() => expect(finish).toHaveLength(1), 15_000);
    const openAnother = async () => {
      const answer = await sendRaw(url, hello());
      await answer.body();
      return answer.status;
    };
    const makesRoom = () => vi.waitFor(async () => expect(await openAnother()).toBe(200), 15_000);
    return { aborted, finish, id: away.at(-1)!.id!, makesRoom, openAnother, session, url };
  };

  test('keeps its session until it ends, and no longer', async () => {
    const { aborted, finish, makesRoom, openAnother } = await open();
    expect(await openAnother()).toBe(503);
    finish[0]!();
    await makesRoom();
    expect(aborted).not.toHaveBeenCalled();
  });

  test('keeps its session no longer than for a client that comes back and hangs up', async () => {
    const { aborted, id, makesRoom, openAnother, session, url } = await open();
    const back = await resumeRaw(url, session, id);
    await back.next();
    expect(await openAnother()).toBe(503);
    back.hangUp();
    await makesRoom();
    await vi.waitFor(() => expect(aborted).toHaveBeenCalled(), 15_000);
  });
});

describe('the stream of a call', () => {
  test('begins with an event that has an id and no data, and every event has an id of its own', async () => {
    const { url, end } = await start();
    const session = await openRaw(url);
    const stream = await sendRaw(url, toolCall('work', 2, progress), session);
    const first = await stream.next();
    expect(first).toEqual({ id: expect.stringMatching(/^\w+-0$/), retry: '1000', data: '' });
    await end();
    const events = [first!, ...(await stream.rest())];
    expect(new Set(events.map(({ id }) => id)).size).toBe(3);
    expect(dataOf(events[1])).toMatchObject({ method: 'notifications/progress' });
    expect(dataOf(events[2])).toMatchObject({ id: 2, result: { structuredContent: { worked: true } } });
  });

  test('goes on where it broke off, and then until it is over', async () => {
    const { url, end, aborted } = await start();
    const session = await openRaw(url);
    const stream = await sendRaw(url, toolCall('work', 2, progress), session);
    const { id } = (await stream.next())!;
    const told = await stream.next();
    stream.hangUp();
    // Nothing came since: the result comes when there is one.
    const resumed = await resumeRaw(url, session, told!.id!);
    expect(resumed.status).toBe(200);
    expect(await resumed.next()).toEqual({ id: told!.id, retry: '1000', data: '' });
    await end();
    const [result, ...more] = await resumed.rest();
    expect([dataOf(result), more]).toMatchObject([{ id: 2, result: { structuredContent: {} } }, []]);
    // Whatever was sent after an id is sent again, also when all is over.
    const again = await resumeRaw(url, session, id!);
    expect(await again.rest()).toMatchObject([{ id, data: '' }, told!, result!]);
    // After the last event there is nothing, and a client that is told so does not come back.
    expect((await resumeRaw(url, session, result!.id!)).status).toBe(204);
    expect(aborted).not.toHaveBeenCalled();
  });

  test('brings no event of another stream', async () => {
    const { url, end } = await start();
    const session = await openRaw(url);
    const one = await sendRaw(url, toolCall('work', 'one', progress), session);
    const { id } = (await one.next())!;
    const other = await sendRaw(url, toolCall('work', 'other', progress), session);
    one.hangUp();
    await end(2);
    await other.rest();
    const events = await (await resumeRaw(url, session, id!)).rest();
    expect(events.slice(1).map(dataOf)).toMatchObject([
      { method: 'notifications/progress' },
      { id: 'one', result: {} },
    ]);
  });

  test('is closed by the server where the procedure wants it, and the client comes back for the result', async () => {
    const { url, end } = await start();
    const session = await openRaw(url);
    const stream = await sendRaw(url, toolCall('close'), session);
    const events = await stream.rest();
    expect(events).toEqual([{ id: expect.any(String), retry: '1000', data: '' }]);
    const resumed = await resumeRaw(url, session, events[0]!.id!);
    await end();
    expect((await resumed.rest()).slice(1).map(dataOf)).toMatchObject([{ id: 2, result: {} }]);
  });

  test('is closed after connectionMs, also without anything on it, and each time that the client comes back', async () => {
    const { url, end } = await start({ sessions: { connectionMs: 50, retryMs: 7 } });
    const session = await openRaw(url);
    const [first, ...none] = await (await sendRaw(url, toolCall('quiet'), session)).rest();
    expect([first, none]).toEqual([{ id: expect.any(String), retry: '7', data: '' }, []]);
    expect(await (await resumeRaw(url, session, first!.id!)).rest()).toEqual([first]);
    await end();
    const events = await (await resumeRaw(url, session, first!.id!)).rest();
    expect(events.slice(1).map(dataOf)).toMatchObject([{ id: 2, result: {} }]);
  });

  test.each([
    [0, '0'],
    [0.5, '1'],
    [Infinity, '2147483647'],
  ])('says when to come back in digits, with the retryMs %d', async (retryMs, retry) => {
    const { url, end } = await start({ sessions: { retryMs } });
    const session = await openRaw(url);
    const stream = await sendRaw(url, toolCall('work', 2, progress), session);
    expect(await stream.next()).toMatchObject({ retry });
    await end();
    await stream.rest();
  });

  test.each(['2025-06-18', '2025-03-26'])(
    'has no event without data for a client of %s, and is not closed by the server',
    async (revision) => {
      const { url, end } = await start({ sessions: { connectionMs: 1 } });
      const session = await openRaw(url, {}, hello(revision));
      const headers = { ...session, 'mcp-protocol-version': revision };
      const stream = await sendRaw(url, toolCall('work', 2, progress), headers);
      const told = await stream.next();
      expect(dataOf(told)).toMatchObject({ method: 'notifications/progress' });
      stream.hangUp();
      const resumed = await resumeRaw(url, headers, told!.id!);
      await end();
      expect((await resumed.rest()).map(dataOf)).toMatchObject([{ id: 2, result: {} }]);
      const closing = sendRaw(url, toolCall('close', 3), headers);
      await end();
      expect(await (await closing).body()).toMatchObject({ id: 3, result: {} });
    },
  );

  test('goes to the client that came last, when two go on at once', async () => {
    const { url, end } = await start();
    const session = await openRaw(url);
    const stream = await sendRaw(url, toolCall('work', 2, progress), session);
    const { id } = (await stream.next())!;
    await stream.next();
    const one = await resumeRaw(url, session, id!);
    expect(await stream.rest()).toEqual([]);
    const other = await resumeRaw(url, session, id!);
    await one.rest();
    await end();
    const events = await other.rest();
    expect(events.slice(1).map(dataOf)).toMatchObject([{ method: 'notifications/progress' }, { id: 2 }]);
  });

  test('brings a question that was asked while nobody listened, and the answer goes on', async () => {
    const { url } = await start();
    const session = await openRaw(url, {}, hello('2025-11-25', { elicitation: {} }));
    const stream = await sendRaw(url, toolCall('ask'), session);
    const { id } = (await stream.next())!;
    stream.hangUp();
    const resumed = await resumeRaw(url, session, id!);
    await resumed.next();
    const question = dataOf(await resumed.next());
    expect(question).toMatchObject({ method: 'elicitation/create' });
    const answer = { jsonrpc: '2.0', id: question['id'], result: { action: 'accept', content: { n: 3 } } };
    expect((await sendRaw(url, answer, session)).status).toBe(202);
    expect((await resumed.rest()).map(dataOf)).toMatchObject([
      { id: 2, result: { structuredContent: { action: 'accept', content: { n: 3 } } } },
    ]);
  });

  test('is over when its call is cancelled, also without a connection', async () => {
    const { url, aborted } = await start();
    const session = await openRaw(url);
    const stream = await sendRaw(url, toolCall('work', 2, progress), session);
    const { id } = (await stream.next())!;
    stream.hangUp();
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } };
    expect((await sendRaw(url, cancel, session)).status).toBe(202);
    await vi.waitFor(() => expect(aborted).toHaveBeenCalled(), 15_000);
    const events = await (await resumeRaw(url, session, id!)).rest();
    expect(events.slice(1).map(dataOf)).toMatchObject([{ method: 'notifications/progress' }]);
  });

  test('says that a call was ended, when the handler closes', async () => {
    const { url, handler } = await start();
    const session = await openRaw(url);
    const stream = await sendRaw(url, toolCall('work', 2, progress), session);
    await stream.next();
    await stream.next();
    await handler.close();
    expect((await stream.rest()).map(dataOf)).toMatchObject([{ id: 2, error: { code: -32_603 } }]);
  });

  test('is none if the answer is the first thing: it stays one body', async () => {
    const { url } = await start();
    const session = await openRaw(url);
    const answer = await sendRaw(url, toolCall('deny', 2, progress), session);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.body()).toMatchObject({ id: 2, result: {} });
  });
});

test.each(['keptBytes', 'retryMs', 'connectionMs'])('%s has to be a number of 0 or more', (name) => {
  for (const wrong of [-1, Number.NaN, '1', null])
    expect(() => mcpHandler(t.router({}), { legacy: 'sessions', sessions: { [name]: wrong } })).toThrow(
      `sessions.${name}`,
    );
});

describe('an event id', () => {
  const unknown = {
    error: { code: -32_600, message: expect.stringContaining('Nothing is kept after this') },
  };

  test.each([
    ['garbage', 'garbage'],
    ['a name of objects', '__proto__'],
    ['what is very long', 'c'.repeat(8000)],
    ['a stream that never was', `c${'0'.repeat(32)}-0`],
    ['a place that is too large', `c${'0'.repeat(32)}-${'9'.repeat(30)}`],
    ['a negative place', `c${'0'.repeat(32)}--1`],
  ])('of %s is answered 400', async (_, id) => {
    const { url } = await start();
    const session = await openRaw(url);
    const resumed = await resumeRaw(url, session, id);
    expect([resumed.status, await resumed.body()]).toMatchObject([400, unknown]);
    expect((await sendRaw(url, toolCall('deny'), session)).status).toBe(200);
  });

  test('of a place that was not reached is answered 400', async () => {
    const { url, end } = await start();
    const session = await openRaw(url);
    const stream = await sendRaw(url, toolCall('work', 2, progress), session);
    const { id } = (await stream.next())!;
    const resumed = await resumeRaw(url, session, id!.replace(/0$/, '99'));
    expect(resumed.status).toBe(400);
    await end();
  });

  test('of another session is worth nothing, and the session of another caller is none', async () => {
    const { url, end } = await start({ createContext: () => ({}) });
    const ada = await openRaw(url, { authorization: 'Bearer ada' });
    const bob = await openRaw(url, { authorization: 'Bearer bob' });
    const stream = await sendRaw(url, toolCall('work', 2, progress), ada);
    const { id } = (await stream.next())!;
    expect((await resumeRaw(url, bob, id!)).status).toBe(400);
    const stolen = await resumeRaw(url, { ...ada, authorization: 'Bearer bob' }, id!);
    const missing = await resumeRaw(url, { ...bob, 'mcp-session-id': crypto.randomUUID() }, id!);
    expect([stolen.status, await stolen.body()]).toEqual([404, await missing.body()]);
    expect(missing.status).toBe(404);
    // Trying to has taken nothing away.
    await stream.next();
    await end();
    expect((await stream.rest()).map(dataOf)).toMatchObject([{ id: 2, result: {} }]);
  });

  test('is not given where nothing is kept', async () => {
    const { url, end } = await start({ sessions: { keptBytes: 0, connectionMs: 1 } });
    const session = await openRaw(url);
    const stream = await sendRaw(url, toolCall('work', 2, progress), session);
    await end();
    const events = await stream.rest();
    expect(events.map(({ id, retry }) => [id, retry])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  test('of what was pushed out is answered 400, and nothing is left out silently', async () => {
    const { url, end } = await start({ sessions: { keptBytes: 300 } });
    const session = await openRaw(url);
    const stream = await sendRaw(url, toolCall('work', 2, progress), session);
    const { id } = (await stream.next())!;
    stream.hangUp();
    await end();
    const later = await sendRaw(url, toolCall('work', 3, progress), session);
    await end();
    await later.rest();
    expect((await resumeRaw(url, session, id!)).status).toBe(400);
  });
});

describe('the stream of changes', () => {
  const listen = (url: string, session: Record<string, string>) => sendRaw(url, undefined, session);

  test('goes on where it broke off, with what has changed meanwhile', async () => {
    const { url, handler } = await start();
    const session = await openRaw(url);
    const subscribe = {
      jsonrpc: '2.0',
      id: 5,
      method: 'resources/subscribe',
      params: { uri: 'clock://now' },
    };
    await (await sendRaw(url, subscribe, session)).body();
    const stream = await listen(url, session);
    await stream.next();
    handler.notify.toolsChanged();
    const told = await stream.next();
    stream.hangUp();
    handler.notify.resourceUpdated('clock://now');
    const resumed = await resumeRaw(url, session, told!.id!);
    expect(await resumed.next()).toEqual({ id: told!.id, retry: '1000', data: '' });
    expect(dataOf(await resumed.next())).toMatchObject({ params: { uri: 'clock://now' } });
    handler.notify.promptsChanged();
    handler.notify.resourcesChanged();
    expect(dataOf(await resumed.next())).toMatchObject({ method: 'notifications/resources/list_changed' });
    resumed.hangUp();
  });

  test('says that everything may have changed, when nobody knows what a client has missed', async () => {
    const { url } = await start();
    const session = await openRaw(url);
    const subscribe = {
      jsonrpc: '2.0',
      id: 5,
      method: 'resources/subscribe',
      params: { uri: 'clock://now' },
    };
    await (await sendRaw(url, subscribe, session)).body();
    const resumed = await resumeRaw(url, session, `l${'0'.repeat(32)}-7`);
    await resumed.next();
    const told = [await resumed.next(), await resumed.next(), await resumed.next()].map(dataOf);
    expect(told.map(({ method }) => String(method)).toSorted()).toEqual([
      'notifications/resources/list_changed',
      'notifications/resources/updated',
      'notifications/tools/list_changed',
    ]);
    resumed.hangUp();
  });

  test('is one for a session: a second one is refused, and one that goes on takes its place', async () => {
    const { url, handler } = await start();
    const session = await openRaw(url);
    const stream = await listen(url, session);
    const { id } = (await stream.next())!;
    const second = await listen(url, session);
    expect([second.status, await second.body()]).toMatchObject([409, { error: {} }]);
    const resumed = await resumeRaw(url, session, id!);
    expect(await stream.rest()).toEqual([]);
    await resumed.next();
    handler.notify.toolsChanged();
    expect(dataOf(await resumed.next())).toMatchObject({ method: 'notifications/tools/list_changed' });
    resumed.hangUp();
  });
});

describe('the official client of 2025', () => {
  const toTransport = (url: string) =>
    new StreamableHTTPClientTransport(new URL(url), {
      reconnectionOptions: {
        initialReconnectionDelay: 5,
        maxReconnectionDelay: 20,
        reconnectionDelayGrowFactor: 1,
        maxRetries: 5,
      },
    });
  const open = async (url: string) => {
    const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { n: 7 } }));
    const transport = toTransport(url);
    await client.connect(transport);
    onTestFinished(() => client.close());
    return { client, transport };
  };

  test('comes back by itself when the server closes the connection, as often as it does', async () => {
    const { url, end } = await start({ sessions: { connectionMs: 20, retryMs: 5 } });
    const { client } = await open(url);
    const tokens = vi.fn<(token: string) => void>();
    const call = client.callTool({ name: 'quiet' }, undefined, { onresumptiontoken: tokens });
    await vi.waitFor(() => expect(tokens.mock.calls.length).toBeGreaterThan(3), { timeout: 10_000 });
    await end();
    expect(await call).toMatchObject({ structuredContent: { worked: true } });
    expect(await client.callTool({ name: 'ask' })).toMatchObject({
      structuredContent: { action: 'accept', content: { n: 7 } },
    });
  });

  test('does not come back again and again when a call ended with an error of the protocol', async () => {
    const { url, handler } = await start({ sessions: { retryMs: 1 } });
    const requests = vi.fn<(lastEventId: string | undefined, status: number) => void>();
    const client = new Client({ name: 'test', version: '1' });
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      async fetch(to, init) {
        const response = await fetch(to, init);
        requests(new Headers(init?.headers).get('last-event-id') ?? undefined, response.status);
        return response;
      },
    });
    await client.connect(transport);
    onTestFinished(() => client.close());
    const reading = client.readResource({ uri: 'clock://fail' }, { onprogress: () => {} });
    await expect(reading).rejects.toThrow('No clock here');
    await vi.waitFor(
      () => expect(requests.mock.calls.at(-1)).toEqual([expect.stringMatching(/-2$/), 204]),
      15_000,
    );
    const { length } = requests.mock.calls;
    await client.ping();
    await client.ping();
    expect(requests.mock.calls).toHaveLength(length + 2);
    await handler.close();
  });

  test('gets in a new process the result of a call that the old one has begun', async () => {
    const { url, end } = await start();
    const { client, transport } = await open(url);
    let token: string | undefined;
    const call = client
      .callTool({ name: 'work' }, undefined, {
        onresumptiontoken: (given) => (token = given),
        onprogress: () => {},
      })
      .catch((error: unknown) => error);
    await vi.waitFor(() => expect(token).toMatch(/-1$/), { timeout: 10_000 });
    const { sessionId, protocolVersion } = transport;
    await client.close();
    expect(await call).toBeInstanceOf(Error);

    const later = new Client({ name: 'test', version: '1' });
    const resumed = new StreamableHTTPClientTransport(new URL(url), { sessionId: sessionId! });
    await later.connect(resumed);
    resumed.setProtocolVersion(protocolVersion!);
    onTestFinished(() => later.close());
    const result = later.request({ method: 'tools/call', params: { name: 'work' } }, CallToolResultSchema, {
      resumptionToken: token!,
    });
    await end();
    expect(await result).toMatchObject({ structuredContent: { worked: true } });
  });
});
