import { initTRPC } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { getMcpCall, type HandlerOptions, type McpMeta, type McpRateLimit } from '../src/index.ts';
import { createMemoryStore } from '../src/call/memory-store.ts';
import { converse } from './conversation.ts';
import { type Answer, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<{ isAdmin?: boolean }>().meta<McpMeta>().create();

const limitOf = (points: number): McpRateLimit => ({ points, durationMs: 60_000 });

const canAsk = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };

interface Asked {
  requestState: string;
  inputRequests: Record<string, unknown>;
}

const askedBy = ({ body }: Answer) => (body as { result: Asked }).result;
const whole = ({ body }: Answer) => JSON.stringify(body);
const outOfPoints = expect.stringContaining('TOO_MANY_REQUESTS');

/** One round of a call, by a client that can be asked. Given what it was asked before, it answers that. */
function round(url: string, method: string, params: object, asked?: Asked, n = 7): Promise<Answer> {
  const answers =
    asked &&
    Object.fromEntries(
      Object.keys(asked.inputRequests).map((key) => [key, { action: 'accept', content: { n } }]),
    );
  return request(url, 'modern', method, {
    ...params,
    ...(asked && { requestState: asked.requestState, inputResponses: answers }),
    _meta: canAsk,
  });
}

async function start(points: number, options: HandlerOptions = {}) {
  const ran = vi.fn<(what: unknown) => void>();
  const ask = (message: string) =>
    getMcpCall()!.ask({ message, schema: z.object({ n: z.number() }), key: message });
  const rateLimit = limitOf(points);
  const router = t.router({
    pay: t.procedure.meta({ mcp: { rateLimit } }).mutation(async () => {
      ran(await ask('one'));
      return 'paid';
    }),
    twice: t.procedure.meta({ mcp: { rateLimit } }).mutation(async () => {
      await ask('one');
      ran('between');
      await ask('two');
      ran('end');
      return 'paid twice';
    }),
    greet: t.procedure.meta({ mcp: { prompt: true, rateLimit } }).query(async () => {
      ran(await ask('one'));
      return 'hello';
    }),
    page: t.procedure.meta({ mcp: { resource: { uri: 'x://page' }, rateLimit } }).query(async () => {
      ran(await ask('one'));
      return 'text';
    }),
    close: t.procedure.meta({ mcp: { confirm: 'Close it?', rateLimit } }).mutation(() => ran('closed')),
  });
  const server = await serve(
    mcpHandler(router, { createContext: () => ({}), onError: () => {}, ...options }),
  );
  return { url: server.mcp, ran, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe.each([
  ['a tool', 'tools/call', { name: 'pay' }],
  ['a prompt', 'prompts/get', { name: 'greet' }],
  ['a resource', 'resources/read', { uri: 'x://page' }],
])('%s that asks', (_, method, params) => {
  test('takes one point for the rounds of one call', async () => {
    await using app = await start(1);
    const asked = askedBy(await round(app.url, method, params));
    expect(whole(await round(app.url, method, params, asked))).not.toEqual(outOfPoints);
    expect(app.ran).toHaveBeenCalledTimes(1);
    expect(whole(await round(app.url, method, params))).toEqual(outOfPoints);
  });

  test('runs once for what was answered, however often the answer is sent', async () => {
    await using app = await start(1);
    const asked = askedBy(await round(app.url, method, params));
    for (let count = 0; count < 4; count++) await round(app.url, method, params, asked);
    expect(app.ran).toHaveBeenCalledTimes(1);
  });

  test('runs once when the answer is sent many times at the same moment', async () => {
    await using app = await start(1);
    const asked = askedBy(await round(app.url, method, params));
    await Promise.all([1, 2, 3, 4, 5].map((n) => round(app.url, method, params, asked, n)));
    expect(app.ran).toHaveBeenCalledTimes(1);
  });
});

test('a state that was answered once takes no other answer', async () => {
  await using app = await start(10);
  const asked = askedBy(await round(app.url, 'tools/call', { name: 'pay' }));
  await round(app.url, 'tools/call', { name: 'pay' }, asked, 1);
  await round(app.url, 'tools/call', { name: 'pay' }, asked, 2);
  expect(app.ran.mock.calls).toEqual([[{ action: 'accept', content: { n: 1 } }]]);
});

test('neither state of a call that asks twice is good a second time', async () => {
  await using app = await start(1);
  const params = { name: 'twice' };
  const first = askedBy(await round(app.url, 'tools/call', params));
  const second = askedBy(await round(app.url, 'tools/call', params, first));
  expect(whole(await round(app.url, 'tools/call', params, second))).toContain('paid twice');
  app.ran.mockClear();
  await round(app.url, 'tools/call', params, first);
  await round(app.url, 'tools/call', params, second);
  expect(app.ran).not.toHaveBeenCalled();
});

test('a replay is counted by the handler’s own limit as well', async () => {
  await using app = await start(100, { rateLimit: limitOf(2) });
  const asked = askedBy(await round(app.url, 'tools/call', { name: 'pay' }));
  for (let count = 0; count < 5; count++) await round(app.url, 'tools/call', { name: 'pay' }, asked);
  expect(app.ran).toHaveBeenCalledTimes(1);
  expect(whole(await round(app.url, 'tools/call', { name: 'pay' }))).toEqual(outOfPoints);
});

test.each(['pay', 'close'])(
  'a state of %j that is replayed takes a point, and runs nothing',
  async (name) => {
    await using app = await start(3);
    const asked = askedBy(await round(app.url, 'tools/call', { name }));
    await round(app.url, 'tools/call', { name }, asked);
    app.ran.mockClear();
    for (let count = 0; count < 3; count++) await round(app.url, 'tools/call', { name }, asked);
    expect(app.ran).not.toHaveBeenCalled();
    expect(whole(await round(app.url, 'tools/call', { name }))).toEqual(outOfPoints);
  },
);

test('a state that is sent to two machines at the same moment is good on one of them', async () => {
  const shared = { store: createMemoryStore(), secret: 'a secret of at least thirty-two bytes' };
  await using one = await start(100, shared);
  await using other = await start(100, shared);
  for (const name of ['pay', 'close']) {
    const asked = askedBy(await round(one.url, 'tools/call', { name }));
    const urls = [one.url, other.url, one.url, other.url];
    const texts = (await Promise.all(urls.map((url) => round(url, 'tools/call', { name }, asked)))).map(
      whole,
    );
    expect(
      texts.filter((text) => text.includes('CONFLICT: ')),
      name,
    ).toHaveLength(3);
    expect([...one.ran.mock.calls, ...other.ran.mock.calls], name).toHaveLength(1);
    one.ran.mockClear();
    other.ran.mockClear();
  }
});

test('says what was used already', async () => {
  await using app = await start(100);
  const replay = async (name: string) => {
    const asked = askedBy(await round(app.url, 'tools/call', { name }));
    await round(app.url, 'tools/call', { name }, asked);
    return whole(await round(app.url, 'tools/call', { name }, asked));
  };
  expect(await replay('pay')).toContain(
    'CONFLICT: these answers were used already, and are good for one call only',
  );
  expect(await replay('close')).toContain(
    'CONFLICT: this consent was used already, and is good for one call only',
  );
});

test('a replay does not reach createContext', async () => {
  const createContext = vi.fn(() => ({}));
  await using app = await start(100, { createContext } as HandlerOptions);
  const asked = askedBy(await round(app.url, 'tools/call', { name: 'pay' }));
  await round(app.url, 'tools/call', { name: 'pay' }, asked);
  createContext.mockClear();
  await round(app.url, 'tools/call', { name: 'pay' }, asked);
  expect(createContext).not.toHaveBeenCalled();
});

test('a client that never answers well takes points again after ten rounds', async () => {
  await using app = await start(3);
  let answer = await round(app.url, 'tools/call', { name: 'pay' });
  let rounds = 0;
  for (; rounds < 30 && askedBy(answer).requestState !== undefined; rounds++) {
    const { requestState } = askedBy(answer);
    answer = await request(app.url, 'modern', 'tools/call', { name: 'pay', requestState, _meta: canAsk });
  }
  expect(whole(answer)).toEqual(outOfPoints);
  // Ten rounds are free, two take the points that are left, and the next one is refused.
  expect(rounds).toBe(13);
});

test('whoever lacks the scopes keeps the state for when they have them', async () => {
  const ran = vi.fn();
  let scopes = ['pay'];
  const auth = { authenticate: () => ({ token: 't', clientId: 'app', scopes, extra: { sub: 'ann' } }) };
  const pay = t.procedure.meta({ mcp: { scopes: ['pay'] } }).mutation(async () => {
    ran(await getMcpCall()!.ask({ message: 'Sure?', schema: z.object({ n: z.number() }) }));
  });
  await using server = await serve(mcpHandler(t.router({ pay }), { auth, createContext: () => ({}) }));
  const asked = askedBy(await round(server.mcp, 'tools/call', { name: 'pay' }));
  scopes = [];
  expect((await round(server.mcp, 'tools/call', { name: 'pay' }, asked)).status).toBe(403);
  scopes = ['pay'];
  await round(server.mcp, 'tools/call', { name: 'pay' }, asked);
  expect(ran).toHaveBeenCalledOnce();
});

test.each(['2026-07-28', '2025-11-25'] as const)(
  'the rounds of the official client of %s take one point',
  async (kind) => {
    await using app = await start(1, { legacy: 'sessions' });
    await using client = await converse(kind, app.url, {
      onQuestion: () => ({ action: 'accept', content: { n: 1 } }),
    });
    expect(await client.call('tools/call', { name: 'twice' })).not.toHaveProperty('isError', true);
    expect(app.ran.mock.calls.at(-1)).toEqual(['end']);
    expect(JSON.stringify(await client.call('tools/call', { name: 'twice' }))).toEqual(outOfPoints);
  },
);
