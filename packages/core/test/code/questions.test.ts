import { initTRPC } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/express.ts';
import { createMemoryStore } from '../../src/call/memory-store.ts';
import { type CodeRun, getMcpCall, type HandlerOptions, type McpMeta, type Store } from '../../src/index.ts';
import { converse, type Shown } from '../conversation.ts';
import { type Answer, request } from '../messages.ts';
import { serve } from '../server.ts';
import { api, running, type Script, scripts } from './script.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const secret = 'a secret of at least thirty-two bytes';

/** An app that writes down what has run. */
function makeRouter(ran: string[], released: Promise<void> = Promise.resolve()) {
  const tool = t.procedure.meta({ mcp: true });
  return t.router({
    read: tool.input(z.object({ n: z.number() })).query(({ input }) => {
      ran.push(`read ${input.n}`);
      return { n: input.n, size: 'x'.repeat(input.n) };
    }),
    slow: tool.query(async () => {
      await released;
      ran.push('slow');
      return 'slow';
    }),
    close: t.procedure
      .meta({ mcp: { confirm: 'Close {id}?' } })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => {
        ran.push(`close ${input.id}`);
        return { closed: input.id };
      }),
    survey: tool.mutation(async () => {
      const one = await getMcpCall()!.ask({ message: 'One?', schema: z.object({ n: z.number() }) });
      const two = await getMcpCall()!.ask({ message: 'Two?', schema: z.object({ n: z.number() }) });
      ran.push('survey');
      return [one, two];
    }),
  });
}

type Options = HandlerOptions<ReturnType<typeof makeRouter>>;

async function start(script: Script, options: Options = {}, ran: string[] = [], released?: Promise<void>) {
  const handler = mcpHandler(makeRouter(ran, released), {
    discovery: scripts({ it: script }),
    legacy: 'sessions',
    onError: () => {},
    createContext: ({ req }) => ({ user: req.headers['x-user']?.toString() ?? '' }),
    callerId: ({ headers }) => headers.get('x-user') ?? undefined,
    ...options,
  });
  const server = await serve(handler);
  return { ...server, ran };
}

const canAsk = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
const accept = { action: 'accept', content: {} };

interface Round {
  state?: string | undefined;
  answers?: Record<string, unknown>;
  user?: string;
  name?: string;
}

/** Sends one round of a run, as a client that can ask does. */
function round(url: string, { state, answers, user = 'ada', name = 'it' }: Round = {}): Promise<Answer> {
  const params = {
    ...running(name),
    ...(state !== undefined && { requestState: state }),
    ...(answers && { inputResponses: answers }),
    _meta: canAsk,
  };
  return request(url, 'modern', 'tools/call', params, { 'x-user': user });
}

interface Result {
  requestState?: string;
  inputRequests?: Record<string, { params: { message: string } }>;
  content?: [{ text: string }];
}
const resultOf = ({ body }: Answer) => (body as { result?: Result }).result;
const stateOf = (answer: Answer) => resultOf(answer)?.requestState;
const questionsOf = (answer: Answer) =>
  Object.values(resultOf(answer)?.inputRequests ?? {}).map(({ params }) => params.message);
const textOf = (answer: Answer) => resultOf(answer)?.content?.[0].text ?? JSON.stringify(answer.body);

/** A store that shows what is in it. */
function openStore(): { store: Store; entries: Map<string, string> } {
  const memory = createMemoryStore();
  const entries = new Map<string, string>();
  return {
    entries,
    store: {
      ...memory,
      async add(key, value, ...more) {
        const isNew = await memory.add(key, value, ...more);
        if (isNew) entries.set(key, value);
        return isNew;
      },
      async delete(key) {
        entries.delete(key);
        await memory.delete(key);
      },
    },
  };
}
const runsIn = (entries: Map<string, string>) => [...entries.keys()].filter((key) => key.startsWith('code:'));

describe.each(['2026-07-28', '2025-11-25'] as const)('a person at a client of %s', (kind) => {
  const run = async (
    script: Script,
    onQuestion: (shown: Shown) => Record<string, unknown> = () => accept,
    options: Options = {},
    released?: Promise<void>,
  ) => {
    const asked: string[] = [];
    await using server = await start(script, options, [], released);
    await using client = await converse(kind, server.mcp, {
      onQuestion(shown) {
        asked.push(shown.message);
        return onQuestion(shown);
      },
    });
    const result = await client.call('tools/call', running('it'));
    const [{ text }] = result['content'] as [{ text: string }];
    return { asked, ran: server.ran, isError: result['isError'], value: JSON.parse(text) as unknown };
  };

  test('is asked by a call inside of code, and no other call runs twice', async () => {
    const ended = await run(async (code) => [
      await api(code, 'read', { n: 1 }),
      await api(code, 'close', { id: 'a' }),
      await api(code, 'read', { n: 2 }),
      await api(code, 'close', { id: 'b' }),
    ]);
    expect(ended).toEqual({
      asked: ['Close "a"?', 'Close "b"?'],
      ran: ['read 1', 'close a', 'read 2', 'close b'],
      isError: undefined,
      value: [{ n: 1, size: 'x' }, { closed: 'a' }, { n: 2, size: 'xx' }, { closed: 'b' }],
    });
  });

  test('who declines stops that call alone, and the code goes on', async () => {
    const ended = await run(
      async (code) => [await code.call('close', { id: 'a' }), await code.call('close', { id: 'b' })],
      ({ message }) => (message.includes('a') ? { action: 'decline' } : accept),
    );
    expect(ended.value).toEqual([
      {
        ok: false,
        code: 'PRECONDITION_FAILED',
        message: expect.stringContaining('the person declined, and nothing was done'),
      },
      { ok: true, json: { closed: 'b' } },
    ]);
    expect(ended.ran).toEqual(['close b']);
  });

  test('is asked one thing after the other where calls ask at once', async () => {
    const ended = await run((code) => Promise.all(['a', 'b', 'c'].map((id) => api(code, 'close', { id }))));
    expect(ended).toMatchObject({
      asked: ['Close "a"?', 'Close "b"?', 'Close "c"?'],
      ran: ['close a', 'close b', 'close c'],
      value: [{ closed: 'a' }, { closed: 'b' }, { closed: 'c' }],
    });
  });

  test('is asked when the calls that run at the same time have ended, whose results are kept', async () => {
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const ended = await run(
      (code) => {
        // Later than everything that does not wait for it.
        setImmediate(() => setImmediate(() => setTimeout(release, 0)));
        return Promise.all([api(code, 'slow'), api(code, 'close', { id: 'a' }), api(code, 'read', { n: 1 })]);
      },
      undefined,
      {},
      released,
    );
    expect(ended.ran.toSorted()).toEqual(['close a', 'read 1', 'slow']);
    expect(ended.ran.at(-1)).toBe('close a');
    expect(ended.value).toEqual(['slow', { closed: 'a' }, { n: 1, size: 'x' }]);
  });

  test('is asked by a procedure as often as it asks, beside others that ask', async () => {
    const ended = await run(
      (code) => Promise.all([api(code, 'survey'), api(code, 'close', { id: 'a' })]),
      ({ message }) =>
        message.startsWith('Close') ? accept : { action: 'accept', content: { n: message.length } },
    );
    expect(ended).toMatchObject({
      asked: ['One?', 'Two?', 'Close "a"?'],
      ran: ['survey', 'close a'],
      value: [
        [
          { action: 'accept', content: { n: 4 } },
          { action: 'accept', content: { n: 4 } },
        ],
        { closed: 'a' },
      ],
    });
  });

  test('cannot be seen by the code, which has the same time and the same chance in each round', async () => {
    const seen: [number, number][] = [];
    const noticed: unknown[] = [];
    const signals: AbortSignal[] = [];
    await run(async (code) => {
      seen.push([code.startedAt, code.seed]);
      signals.push(code.signal);
      return api(code, 'close', { id: 'a' }).catch((error: unknown) => noticed.push(error));
    });
    expect(seen).toHaveLength(2);
    expect(seen[0]).toEqual(seen[1]);
    expect(noticed).toEqual([]);
    expect(signals[0]!.aborted).toBe(true);
    expect(signals[0]!.reason).toMatchObject({ message: 'the run goes on when a person has answered' });
  });

  test('pays for the run and for each call inside once, however many rounds there are', async () => {
    const ended = await run(
      (code) =>
        Promise.all([code.call('survey', {}), code.call('read', { n: 1 }), code.call('read', { n: 2 })]),
      () => ({ action: 'accept', content: { n: 1 } }),
      { rateLimit: { points: 3, durationMs: 60_000 } },
    );
    expect(ended.value).toMatchObject([{ ok: true }, { ok: true }, { code: 'TOO_MANY_REQUESTS' }]);
  });
});

test('a client that cannot ask gets an error in the code', async () => {
  await using server = await start((code) => code.call('close', { id: 'a' }));
  await using client = await converse('2026-07-28', server.mcp);
  const { content } = await client.call('tools/call', running('it'));
  expect(JSON.parse((content as [{ text: string }])[0].text)).toMatchObject({
    ok: false,
    code: 'PRECONDITION_FAILED',
  });
});

describe('the answer', () => {
  const script: Script = async (code) => [
    await api(code, 'read', { n: 1 }),
    await api(code, 'close', { id: 'a' }),
  ];
  const done = '[{"n":1,"size":"x"},{"closed":"a"}]';
  const confirm = { confirm: accept };

  test('lets the run go on once, however often it is sent', async () => {
    const { store, entries } = openStore();
    await using server = await start(script, { store, secret });
    const state = stateOf(await round(server.mcp));
    expect(runsIn(entries)).toHaveLength(1);
    expect(textOf(await round(server.mcp, { state, answers: confirm }))).toBe(done);
    expect(textOf(await round(server.mcp, { state, answers: confirm }))).toBe(
      'CONFLICT: these answers were used already, and are good for one run only',
    );
    expect(server.ran).toEqual(['read 1', 'close a']);
    expect(runsIn(entries)).toEqual([]);
  });

  test('lets the run go on in one of two processes, whichever gets it, and once if both do', async () => {
    const { store } = openStore();
    const ran: string[] = [];
    await using first = await start(script, { store, secret }, ran);
    await using second = await start(script, { store, secret }, ran);
    const state = stateOf(await round(first.mcp));
    expect(textOf(await round(second.mcp, { state, answers: confirm }))).toBe(done);
    const again = stateOf(await round(second.mcp));
    const servers = [first, second, first, second];
    const texts = await Promise.all(
      servers.map(async ({ mcp }) => textOf(await round(mcp, { state: again, answers: confirm }))),
    );
    expect(texts.filter((text) => text === done)).toHaveLength(1);
    expect(texts.filter((text) => text.startsWith('CONFLICT'))).toHaveLength(3);
    expect(ran).toEqual(['read 1', 'close a', 'read 1', 'close a']);
  });

  test('is one of the same caller to the same code', async () => {
    await using server = await start(script);
    const state = stateOf(await round(server.mcp));
    const others = [
      { state, answers: confirm, user: 'bob' },
      { state, answers: confirm, name: 'other' },
    ];
    for (const other of others) expect(textOf(await round(server.mcp, other))).toContain('another call');
    expect(server.ran).toEqual(['read 1']);
    expect(textOf(await round(server.mcp, { state, answers: confirm }))).toBe(done);
  });

  test('that is missing is asked for again', async () => {
    await using server = await start(script);
    const first = await round(server.mcp);
    const second = await round(server.mcp, { state: stateOf(first) });
    expect(questionsOf(second)).toEqual(['Close "a"?']);
    expect(textOf(await round(server.mcp, { state: stateOf(second), answers: confirm }))).toBe(done);
    expect(server.ran).toEqual(['read 1', 'close a']);
  });

  test('comes too late for what is not kept any more', async () => {
    const { store, entries } = openStore();
    await using server = await start(script, { store, secret });
    const state = stateOf(await round(server.mcp));
    await store.delete(runsIn(entries)[0]!);
    expect(textOf(await round(server.mcp, { state, answers: confirm }))).toMatch(
      /^CONFLICT: what the code did before the question is not kept any more, because an answer has to come within 10 minutes/,
    );
    expect(server.ran).toEqual(['read 1']);
  });

  test('can be sent again when the store could not be reached', async () => {
    const { store } = openStore();
    let isDown = false;
    const get: Store['get'] = async (key) => {
      if (isDown) throw new Error('ECONNREFUSED');
      return store.get(key);
    };
    await using server = await start(script, { store: { ...store, get }, secret });
    const state = stateOf(await round(server.mcp));
    isDown = true;
    expect(textOf(await round(server.mcp, { state, answers: confirm }))).toMatch(/^SERVICE_UNAVAILABLE/);
    isDown = false;
    expect(textOf(await round(server.mcp, { state, answers: confirm }))).toBe(done);
  });

  test('to code that then does something else ends the run, before anything more is called', async () => {
    let rounds = 0;
    await using server = await start(async (code) => {
      rounds++;
      await api(code, 'read', { n: rounds });
      await api(code, 'close', { id: 'a' });
      return 'done';
    });
    const state = stateOf(await round(server.mcp));
    expect(textOf(await round(server.mcp, { state, answers: confirm }))).toMatch(
      /^CONFLICT: after the answer, the code did not do the same as before the question: its call 1 was read with other arguments/,
    );
    expect(server.ran).toEqual(['read 1']);
  });
});

describe('what is kept while a person is asked', () => {
  const confirm = { confirm: accept };

  test('is encrypted in the store of the app', async () => {
    const { store, entries } = openStore();
    const script: Script = async (code) => {
      await api(code, 'read', { n: 40 });
      await api(code, 'close', { id: 'a' });
    };
    await using server = await start(script, { store, secret });
    await round(server.mcp);
    const [key] = runsIn(entries);
    expect(entries.get(key!)).not.toContain('xxxx');
    expect(atob(entries.get(key!)!)).not.toContain('xxxx');
  });

  test('has a bound, beyond which a call that asks fails in words, and the code goes on', async () => {
    const { store, entries } = openStore();
    await using server = await start(
      async (code) => {
        for (let part = 1; part <= 3; part++) await api(code, 'read', { n: 400_000 });
        return [
          await code.call('close', { id: 'a' }),
          ((await api(code, 'read', { n: 1 })) as { n: number }).n,
        ];
      },
      { store, secret },
    );
    expect(JSON.parse(textOf(await round(server.mcp)))).toEqual([
      {
        ok: false,
        code: 'PAYLOAD_TOO_LARGE',
        message: expect.stringContaining('more than 1048576 characters'),
      },
      1,
    ]);
    expect(server.ran).not.toContain('close a');
    expect(entries.size).toBe(0);
  });

  test('is nothing where the store has no room, and the call that asks fails', async () => {
    const { store } = openStore();
    const add = vi.fn<Store['add']>(() => Promise.reject(new Error('ECONNREFUSED')));
    await using server = await start((code) => code.call('close', { id: 'a' }), {
      store: { ...store, add },
      secret,
    });
    expect(JSON.parse(textOf(await round(server.mcp)))).toMatchObject({
      ok: false,
      code: 'SERVICE_UNAVAILABLE',
    });
    expect(server.ran).toEqual([]);
  });

  test('is gone when the run has failed', async () => {
    const { store, entries } = openStore();
    await using server = await start(
      async (code) => {
        await api(code, 'close', { id: 'a' });
        throw new Error('after it');
      },
      { store, secret },
    );
    const state = stateOf(await round(server.mcp));
    expect(textOf(await round(server.mcp, { state, answers: confirm }))).toBe(
      'UNPROCESSABLE_CONTENT: after it',
    );
    expect(runsIn(entries)).toEqual([]);
  });

  test('is gone when the client of a session cancels the call while a person is asked', async () => {
    const { store, entries } = openStore();
    let forgotten!: () => void;
    const gone = new Promise<void>((resolve) => (forgotten = resolve));
    const remove: Store['delete'] = async (key) => {
      await store.delete(key);
      if (key.startsWith('code:')) forgotten();
    };
    await using server = await start((code) => api(code, 'close', { id: 'a' }), {
      store: { ...store, delete: remove },
      secret,
    });
    const controller = new AbortController();
    await using client = await converse('2025-11-25', server.mcp, {
      onQuestion() {
        expect(runsIn(entries)).toHaveLength(1);
        controller.abort();
        return new Promise(() => {});
      },
    });
    const called = client.call('tools/call', running('it'), { signal: controller.signal });
    await expect(called).rejects.toThrow();
    await gone;
    expect(runsIn(entries)).toEqual([]);
    expect(server.ran).toEqual([]);
  });

  test('is nothing where the code ended before everybody was waited for', async () => {
    const { store, entries } = openStore();
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const script: Script = (code: CodeRun) => {
      void code.call('slow', {});
      void code.call('close', { id: 'a' });
      return new Promise((resolve) => setImmediate(() => setImmediate(() => resolve('gave up'))));
    };
    await using server = await start(script, { store, secret }, [], released);
    expect(textOf(await round(server.mcp))).toBe('"gave up"');
    release();
    expect(entries.size).toBe(0);
  });
});
