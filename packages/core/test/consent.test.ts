import { initTRPC, TRPCError } from '@trpc/server';
import { Client as ModernClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { createMemoryStore } from '../src/call/memory-store.ts';
import { getMcpCall, type HandlerOptions, type McpMeta, type Store } from '../src/index.ts';
import { type Answer, call, request } from './messages.ts';
import { serve, type TestServer } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const secret = 'a secret of at least thirty-two bytes';

const closings: (() => PromiseLike<void>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closings.splice(0)) await close();
});

function createRouter(ran: (what: string) => void) {
  const close = t.procedure
    .meta({ mcp: { title: 'Close an account', confirm: 'Close {id} for {reason}?' } })
    .input(z.object({ id: z.string(), reason: z.string().default('no reason') }))
    .mutation(({ input }) => {
      ran(input.id);
      return `closed ${input.id}`;
    });
  return t.router({
    close,
    drop: t.procedure
      .meta({ mcp: { confirm: true, confirmFallback: 'proceed' } })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => {
        ran(input.id);
        return `dropped ${input.id}`;
      }),
    both: t.procedure.meta({ mcp: { confirm: 'Really?' } }).mutation(async () => {
      const answer = await getMcpCall()!.ask({ message: 'How many?', schema: z.object({ n: z.number() }) });
      ran('both');
      return answer;
    }),
  });
}

async function start(options: HandlerOptions = {}) {
  const ran = vi.fn<(what: string) => void>();
  // A handler without a context cannot tell callers apart.
  const server = await serve(mcpHandler(createRouter(ran), { createContext: () => ({}), ...options }));
  closings.push(() => server[Symbol.asyncDispose]());
  return { server, ran };
}

interface Round {
  state?: string | undefined;
  answer?: unknown;
  name?: string;
  args?: Record<string, unknown>;
  headers?: Record<string, string>;
}

const canAsk = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };

/** Sends one round of a call, as a client that can ask does. */
function round(
  server: TestServer,
  { state, answer, name = 'close', args, headers }: Round = {},
): Promise<Answer> {
  const params = {
    name,
    arguments: args ?? { id: 'c1' },
    ...(state !== undefined && { requestState: state }),
    ...(answer !== undefined && { inputResponses: { confirm: answer } }),
    _meta: canAsk,
  };
  return request(server.mcp, 'modern', 'tools/call', params, headers);
}

const stateOf = ({ body }: Answer) => (body as { result: { requestState: string } }).result.requestState;
const questionOf = ({ body }: Answer) =>
  (body as { result: { inputRequests: { confirm: { params: { message: string } } } } }).result.inputRequests
    .confirm.params.message;
const textOf = ({ body }: Answer) =>
  (body as { result?: { content: [{ text: string }] } }).result?.content?.[0].text ?? JSON.stringify(body);
const accept = { action: 'accept', content: {} };

describe('a tool that needs consent', () => {
  test('asks in the words of its author, and runs when the person agrees', async () => {
    const { server, ran } = await start();
    const asked = await round(server, { args: { id: 'c1', reason: 'fraud' } });
    expect(questionOf(asked)).toBe('Close "c1" for "fraud"?');
    expect(ran).not.toHaveBeenCalled();
    const done = await round(server, {
      state: stateOf(asked),
      answer: accept,
      args: { id: 'c1', reason: 'fraud' },
    });
    expect(textOf(done)).toBe('closed c1');
    expect(ran.mock.calls).toEqual([['c1']]);
  });

  test('is asked about by its title and its arguments, when its author has no words', async () => {
    const { server } = await start();
    expect(questionOf(await round(server, { name: 'drop', args: { id: 'c1' } }))).toBe('Drop?\nid: "c1"');
  });

  test('takes no answer that nobody asked for', async () => {
    const { server, ran } = await start();
    const early = await round(server, { answer: accept });
    expect(questionOf(early)).toBe('Close "c1" for (not given)?');
    expect(ran).not.toHaveBeenCalled();
  });

  test.each([
    ['other arguments', { args: { id: 'c2' } }],
    ['another tool', { name: 'drop' }],
    ['another caller', { headers: { authorization: 'Bearer somebody else' } }],
  ])('does not run for %s than was agreed to', async (_, other) => {
    const { server, ran } = await start();
    const state = stateOf(await round(server));
    const answer = await round(server, { state, answer: accept, ...other });
    expect(answer.body).toMatchObject({
      error: { code: -32_602, message: expect.stringContaining('requestState') },
    });
    expect(ran).not.toHaveBeenCalled();
  });

  test('does not run when the state was tampered with', async () => {
    const { server, ran } = await start();
    const state = stateOf(await round(server));
    for (const forged of [`${state}x`, state.slice(1), state.replace('.', '..'), 'x', '']) {
      const { body } = await round(server, { state: forged, answer: accept });
      expect(body, forged).not.toMatchObject({ result: { content: expect.anything() } });
    }
    expect(ran).not.toHaveBeenCalled();
  });

  test('does not run on a state of another secret', async () => {
    const [one, other] = [await start({ secret }), await start({ secret: `${secret}, another one` })];
    const state = stateOf(await round(one.server));
    const { body } = await round(other.server, { state, answer: accept });
    expect(body).toMatchObject({ error: { code: -32_602 } });
    expect(other.ran).not.toHaveBeenCalled();
  });

  test('does not run on a state that has expired', async () => {
    const { server, ran } = await start();
    const state = stateOf(await round(server));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 });
    const { body } = await round(server, { state, answer: accept });
    expect(body).toMatchObject({ error: { code: -32_602 } });
    expect(ran).not.toHaveBeenCalled();
  });

  test('runs once for one consent, also on two nodes that are asked at the same moment', async () => {
    const store = createMemoryStore();
    const nodes = [await start({ store, secret }), await start({ store, secret })];
    const state = stateOf(await round(nodes[0]!.server));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => round(nodes[index % 2]!.server, { state, answer: accept })),
    );
    expect(answers.map(textOf).filter((text) => text === 'closed c1')).toHaveLength(1);
    expect(
      answers.map(textOf).filter((text) => text.startsWith('CONFLICT: this consent was used')),
    ).toHaveLength(19);
    expect([...nodes[0]!.ran.mock.calls, ...nodes[1]!.ran.mock.calls]).toEqual([['c1']]);
  });

  test.each(['decline', 'cancel'])(
    'does not run when the person answers with %s, also not later',
    async (action) => {
      const { server, ran } = await start();
      const state = stateOf(await round(server));
      expect(textOf(await round(server, { state, answer: { action } }))).toMatch(
        /^PRECONDITION_FAILED: the person .*nothing was done/,
      );
      expect(textOf(await round(server, { state, answer: accept }))).toMatch(/^CONFLICT/);
      expect(ran).not.toHaveBeenCalled();
    },
  );

  test('asks once more when the answer is missing or is none', async () => {
    const { server, ran } = await start();
    let state = stateOf(await round(server));
    for (const answer of [undefined, { action: 'perhaps' }]) {
      const again = await round(server, { state, answer });
      expect(again.body, JSON.stringify(again.body)).toMatchObject({
        result: { resultType: 'input_required' },
      });
      state = stateOf(again);
    }
    expect(ran).not.toHaveBeenCalled();
    expect(textOf(await round(server, { state, answer: accept }))).toBe('closed c1');
  });

  test('keeps the consent while the procedure asks for more, and cannot be replayed then either', async () => {
    const { server, ran } = await start();
    const params = { name: 'both', _meta: canAsk };
    const send = (more: object) => request(server.mcp, 'modern', 'tools/call', { ...params, ...more });
    const first = await send({});
    const second = await send({ requestState: stateOf(first), inputResponses: { confirm: accept } });
    const [key] = Object.keys((second.body as { result: { inputRequests: object } }).result.inputRequests);
    const last = {
      requestState: stateOf(second),
      inputResponses: { [key!]: { action: 'accept', content: { n: 3 } } },
    };
    expect(textOf(await send(last))).toBe('{"action":"accept","content":{"n":3}}');
    expect(textOf(await send(last))).toMatch(/^CONFLICT/);
    expect(ran.mock.calls).toEqual([['both']]);
  });

  test.each(['modern', 'legacy'] as const)(
    'is refused to a %s client that cannot ask, with what to do',
    async (era) => {
      const { server, ran } = await start();
      const text = textOf(await call(server.mcp, era, 'close', { id: 'c1' }));
      expect(text).toMatch(/^PRECONDITION_FAILED: this needs the consent of a person.*tell the person/);
      expect(ran).not.toHaveBeenCalled();
      expect(textOf(await call(server.mcp, era, 'drop', { id: 'c1' }))).toContain('dropped c1');
    },
  );

  test.each([
    [
      'declines',
      'decline',
      'the person declined, and nothing was done; do not call again unless they ask for it',
    ],
    [
      'closes the question',
      'cancel',
      'the person closed the question, and nothing was done; call again only when they ask for it',
    ],
  ])('tells the model nothing else to do when a person %s', async (_, action, message) => {
    const { server } = await start();
    const state = stateOf(await round(server));
    expect(textOf(await round(server, { state, answer: { action } }))).toBe(
      `PRECONDITION_FAILED: ${message}`,
    );
  });

  test('asks no client that shows web pages alone', async () => {
    const { server, ran } = await start();
    const send = (elicitation: object) =>
      request(server.mcp, 'modern', 'tools/call', {
        name: 'close',
        arguments: { id: 'c1' },
        _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation } },
      });
    expect(textOf(await send({ url: {} }))).toMatch(
      /^PRECONDITION_FAILED: this needs the consent of a person/,
    );
    expect(questionOf(await send({}))).toContain('Close');
    expect(questionOf(await send({ url: {}, form: {} }))).toContain('Close');
    expect(ran).not.toHaveBeenCalled();
  });

  test('does not run while the store is away, and says so', async () => {
    const store: Store = { ...createMemoryStore(), add: () => Promise.reject(new Error('ECONNREFUSED')) };
    const onError = vi.fn();
    const { server, ran } = await start({ store, secret, onError });
    const state = stateOf(await round(server));
    expect(textOf(await round(server, { state, answer: accept }))).toMatch(
      /^SERVICE_UNAVAILABLE: .*nothing was done/,
    );
    expect(ran).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledOnce();
  });
});

describe('the official clients', () => {
  test('ask their person, in 2026', async () => {
    const { server } = await start();
    const asked = vi.fn();
    const client = new ModernClient(
      { name: 'test', version: '1' },
      { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked(params.message);
      return { action: 'accept', content: {} };
    });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.mcp)));
    closings.unshift(() => client.close());
    expect(await client.callTool({ name: 'close', arguments: { id: 'c7' } })).toMatchObject({
      structuredContent: 'closed c7',
    });
    expect(asked.mock.calls).toEqual([['Close "c7" for (not given)?']]);
  });

  test('ask their person, in a session of 2025', async () => {
    const { server, ran } = await start({ legacy: 'sessions' });
    const asked = vi.fn();
    const client = new LegacyClient({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } });
    let action: 'accept' | 'decline' = 'accept';
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked(params.message);
      return { action, content: {} };
    });
    await client.connect(new LegacyTransport(new URL(server.mcp)));
    closings.unshift(() => client.close());
    expect(await client.callTool({ name: 'close', arguments: { id: 'c7' } })).toMatchObject({
      structuredContent: { result: 'closed c7' },
    });
    action = 'decline';
    expect(await client.callTool({ name: 'close', arguments: { id: 'c8' } })).toMatchObject({
      isError: true,
    });
    expect(asked.mock.calls).toEqual([['Close "c7" for (not given)?'], ['Close "c8" for (not given)?']]);
    expect(ran.mock.calls).toEqual([['c7']]);
  });
});

describe('a person who is asked for consent and for something else at once', () => {
  async function startBoth() {
    const ran = vi.fn();
    const close = t.procedure
      .meta({ mcp: { confirm: 'Close it?' } })
      .use(async ({ next }) => {
        const mcp = getMcpCall()!;
        const asking = mcp.ask({ message: 'Which region?', schema: z.object({}), key: 'confirm' });
        const [result] = await Promise.all([next(), asking.catch(() => undefined)]);
        await asking;
        return result;
      })
      .input(z.object({}).optional())
      .mutation(() => ran());
    const server = await serve(mcpHandler(t.router({ close })));
    closings.push(() => server[Symbol.asyncDispose]());
    const send = (more: object = {}) =>
      request(server.mcp, 'modern', 'tools/call', { name: 'close', _meta: canAsk, ...more });
    return { ran, send };
  }

  const keysOf = ({ body }: Answer) =>
    Object.keys((body as { result: { inputRequests: object } }).result.inputRequests).toSorted();

  test('sees both questions, whatever their keys', async () => {
    const { ran, send } = await startBoth();
    const asked = await send();
    expect(keysOf(asked)).toEqual(['app:confirm', 'confirm']);
    await send({ requestState: stateOf(asked), inputResponses: { confirm: accept, 'app:confirm': accept } });
    expect(ran).toHaveBeenCalledOnce();
  });

  test('does not consent with the answer to the other one', async () => {
    const { ran, send } = await startBoth();
    const again = await send({
      requestState: stateOf(await send()),
      inputResponses: { 'app:confirm': accept },
    });
    expect(keysOf(again)).toEqual(['confirm']);
    expect(ran).not.toHaveBeenCalled();
    await send({ requestState: stateOf(again), inputResponses: { confirm: accept } });
    expect(ran).toHaveBeenCalledOnce();
  });

  test('is not asked again after declining, although the other one is open', async () => {
    const { ran, send } = await startBoth();
    const { body } = await send({
      requestState: stateOf(await send()),
      inputResponses: { confirm: { action: 'decline' } },
    });
    expect(body).toMatchObject({ result: { isError: true } });
    expect(textOf({ body } as Answer)).toContain('the person declined');
    expect(ran).not.toHaveBeenCalled();
  });
});

test.each([
  [
    'CONFIRM_UNKNOWN',
    () => t.router({ a: t.procedure.meta({ mcp: { confirm: 'Close {what}?' } }).mutation(() => 1) }),
    {},
  ],
  ['SECRET_MISSING', () => createRouter(() => {}), { store: createMemoryStore() }],
  ['SECRET_SHORT', () => createRouter(() => {}), { secret: 'short' }],
] as const)('%s is found at mount', (code, makeRouter, options) => {
  expect(() => mcpHandler(makeRouter() as ReturnType<typeof createRouter>, options)).toThrow(code);
});

test.each([
  ['with an input', z.object({ id: z.string() })],
  ['without an input', z.void()],
  ['with an input that may be left out', z.object({ id: z.string() }).optional()],
] as [string, z.ZodType][])(
  'whoever may not do it is told so first, and nobody is asked: %s',
  async (_, input) => {
    const guarded = t.procedure
      .meta({ mcp: { confirm: 'Sure?' } })
      .use(() => {
        throw new TRPCError({ code: 'FORBIDDEN', message: 'admins only' });
      })
      .input(input)
      .mutation(() => 1);
    await using server = await serve(mcpHandler(t.router({ close: guarded })));
    const { status, body } = await round(server);
    expect([status, body]).toMatchObject([403, { result: { isError: true } }]);
    expect(textOf({ body } as Answer)).toContain('FORBIDDEN: admins only');
  },
);

describe('a tool whose middleware decides what the input is', () => {
  async function startReplacing(idempotent: boolean) {
    const ran = vi.fn<(input: unknown) => void>();
    const seen = vi.fn<() => void>();
    const close = t.procedure
      .meta({ mcp: { confirm: 'Close it?', idempotent } })
      .use(({ next }) => {
        seen();
        return next({ getRawInput: async () => ({ id: 'c1' }) } as never);
      })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => ran(input));
    const handler = mcpHandler(t.router({ close }), { callerId: () => 'ada', createContext: () => ({}) });
    const server = await serve(handler);
    closings.push(() => server[Symbol.asyncDispose]());
    const send = (more: object = {}) =>
      request(server.mcp, 'modern', 'tools/call', {
        name: 'close',
        arguments: idempotent ? { id: 'c1', _idempotencyKey: 'k' } : { id: 'c1' },
        _meta: canAsk,
        ...more,
      });
    return { ran, seen, send };
  }

  test.each([false, true])('does not run without consent either, idempotent: %s', async (idempotent) => {
    const { ran, seen, send } = await startReplacing(idempotent);
    const asked = await send();
    expect(ran).not.toHaveBeenCalled();
    expect(seen).toHaveBeenCalledOnce();
    await send({ requestState: stateOf(asked), inputResponses: { confirm: accept } });
    expect(ran.mock.calls).toEqual([[{ id: 'c1' }]]);
    expect(seen).toHaveBeenCalledTimes(2);
  });
});
