import { initTRPC, TRPCError } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../src/adapters/node.ts';
import { getMcpCall, type McpMeta, type McpSettings } from '../src/index.ts';
import { clientKinds, eraOf } from './clients.ts';
import { converse, type Heard } from './conversation.ts';
import { eras, headersOf, post, request, toMessage } from './messages.ts';
import { listen, serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();

afterEach(() => void vi.useRealTimers());

async function* steps<TResult>(words: readonly unknown[], result: TResult) {
  for (const word of words) {
    await Promise.resolve();
    yield word;
  }
  return result;
}

const textOf = (content: unknown) => (content as { text: string }[]).map(({ text }) => text).join('\n');

describe.each(clientKinds)('for a client of kind %s', (kind) => {
  const wrap = (value: unknown) => (eraOf[kind] === 'legacy' ? { result: value } : value);

  /** What a client gets of what a mutation returns: without progress, and with it. */
  const callBoth = async (work: () => unknown, settings: McpSettings = {}) => {
    const router = t.router({ work: t.procedure.meta({ mcp: settings }).mutation(async () => work()) });
    await using server = await serve(mcpHandler(router, { onError: () => {} }));
    await using client = await converse(kind, server.mcp);
    const heard: Heard[] = [];
    const quiet = await client.call('tools/call', { name: 'work' });
    const loud = await client.call(
      'tools/call',
      { name: 'work' },
      { onprogress: (progress) => heard.push(progress) },
    );
    return { quiet, loud, heard: heard.map(({ message }) => message) };
  };

  test('what a generator returns is the result, and what it yielded is progress', async () => {
    const { quiet, loud, heard } = await callBoth(() => steps(['reading', 'counting'], { total: 42 }));
    expect(loud['structuredContent']).toEqual({ total: 42 });
    expect(quiet['structuredContent']).toEqual({ total: 42 });
    expect(heard).toEqual(['reading', 'counting']);
    expect(textOf(loud['content'])).toContain('{"total":42}');
  });

  test('a client that did not ask for progress reads how many values there were, and which', async () => {
    const { quiet } = await callBoth(() => steps(['reading', { at: 'half' }, 'counting'], { total: 42 }));
    const text = textOf(quiet['content']);
    for (const part of ['{"total":42}', '3', 'reading', '{"at":"half"}', 'counting']) {
      expect(text).toContain(part);
    }
  });

  test('no more values than a stream may have follow, and all are counted', async () => {
    const words = Array.from({ length: 150 }, (_, index) => `step-${index}.`);
    const { quiet } = await callBoth(() => steps(words, { total: 42 }));
    expect(quiet['structuredContent']).toEqual({ total: 42 });
    const text = textOf(quiet['content']);
    expect(text).toContain('150');
    const told = text.match(/step-\d+\./g) ?? [];
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThanOrEqual(100);
  });

  test.each([
    ['null', null, null],
    ['nought', 0, 0],
    ['false', false, false],
    ['a list', [1, 2], [1, 2]],
    ['a text', 'done', 'done'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a bigint', 12n, '12'],
    ['a set', new Set(['a']), ['a']],
  ])('a generator may return %s', async (_, returned, result) => {
    const { quiet, loud } = await callBoth(() => steps(['reading'], returned));
    expect([quiet['structuredContent'], loud['structuredContent']]).toEqual([wrap(result), wrap(result)]);
  });

  test('a generator that yields nothing may return as well', async () => {
    const { quiet, heard } = await callBoth(() => steps([], { total: 42 }));
    expect(quiet['structuredContent']).toEqual({ total: 42 });
    expect(textOf(quiet['content'])).toBe('{"total":42}');
    expect(heard).toEqual([]);
  });

  test('without a return value the result is the list', async () => {
    const { quiet, heard } = await callBoth(() => steps(['a', 'b'], undefined));
    expect(quiet['structuredContent']).toEqual(wrap(['a', 'b']));
    expect(heard).toEqual(['a', 'b']);
  });

  test('a procedure that is a generator itself may return as well', async () => {
    const router = t.router({
      work: t.procedure.meta({ mcp: true }).mutation(async function* () {
        yield 'reading';
        await Promise.resolve();
        return { total: 42 };
      }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    expect((await client.call('tools/call', { name: 'work' }))['structuredContent']).toEqual({ total: 42 });
  });

  test('any iterator that ends with a value has that for its result', async () => {
    const iterable = () => {
      let left = 2;
      return {
        [Symbol.asyncIterator]: () => ({
          next: async () =>
            left-- > 0 ? { done: false, value: 'more' } : { done: true, value: { total: 42 } },
        }),
      };
    };
    const { quiet } = await callBoth(iterable);
    expect(quiet['structuredContent']).toEqual({ total: 42 });
  });

  test('one that throws after it has yielded has failed', async () => {
    const failing = async function* () {
      yield 'reading';
      await Promise.resolve();
      throw new TRPCError({ code: 'CONFLICT', message: 'Somebody was faster.' });
    };
    const { quiet } = await callBoth(failing);
    expect(quiet).toMatchObject({ isError: true });
    expect(textOf(quiet['content'])).toContain('Somebody was faster.');
  });

  test('a prompt and a resource that are generators are what they return', async () => {
    const router = t.router({
      prompt: t.procedure.meta({ mcp: { prompt: true } }).query(() => steps(['reading'], 'Say hello.')),
      page: t.procedure
        .meta({ mcp: { resource: { uri: 'x://page' } } })
        .query(() => steps(['reading'], { total: 42 })),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    expect((await client.call('prompts/get', { name: 'prompt' }))['messages']).toEqual([
      { role: 'user', content: { type: 'text', text: 'Say hello.' } },
    ]);
    expect((await client.call('resources/read', { uri: 'x://page' }))['contents']).toMatchObject([
      { text: '{"total":42}' },
    ]);
  });

  test.each([
    ['an object', { total: 42 }, { total: 42 }],
    ['a number', 42, { result: 42 }],
    ['an object with keys of what is collected', { items: 'many' }, { result: { items: 'many' } }],
  ])('a stream with limits may return %s, which fits its listed schema', async (_, returned, expected) => {
    const stream = { maxItems: 5 };
    const router = t.router({
      watch: t.procedure
        .meta({ mcp: { stream } })
        // tRPC's types have no return value here, and its callers drop it.
        .subscription(() => steps(['a', 'b'], returned) as never),
      endless: t.procedure.meta({ mcp: { stream } }).query(() => steps(['a', 'b', 'c', 'd', 'e', 'f'], 42)),
      plain: t.procedure.meta({ mcp: { stream } }).query(() => steps(['a', 'b'], undefined)),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    // The clients check the structured content against the schema.
    await client.listTools();
    const { structuredContent, content } = await client.call('tools/call', { name: 'watch' });
    expect(structuredContent).toEqual(expected);
    expect(textOf(content)).toContain('2 values were yielded before this result:\na\nb');
    // What a limit ends has not returned.
    expect((await client.call('tools/call', { name: 'endless' }))['structuredContent']).toEqual({
      items: ['a', 'b', 'c', 'd', 'e'],
      ended: 'maxItems',
    });
    expect((await client.call('tools/call', { name: 'plain' }))['structuredContent']).toEqual({
      items: ['a', 'b'],
      ended: 'complete',
    });
  });

  test('a generator inside an object may return as well', async () => {
    const { quiet } = await callBoth(() => ({ one: steps(['reading'], 1), other: steps(['a'], undefined) }));
    expect(quiet['structuredContent']).toEqual({ one: 1, other: ['a'] });
    expect(textOf(quiet['content'])).toContain('1 value was yielded before this result:\nreading');
  });

  test('the output schema is that of the returned value where it is said, and else none', async () => {
    const router = t.router({
      said: t.procedure
        .meta({ mcp: { output: z.object({ total: z.number() }) } })
        .mutation(() => steps(['reading'], { total: 42 })),
      unsaid: t.procedure.meta({ mcp: true }).mutation(() => steps(['reading'], { total: 42 })),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const [said, unsaid] = await client.listTools();
    expect(said!['outputSchema']).toMatchObject({
      type: 'object',
      properties: { total: { type: 'number' } },
    });
    expect(unsaid!['outputSchema']).toBeUndefined();
    for (const name of ['said', 'unsaid']) {
      expect((await client.call('tools/call', { name }))['structuredContent']).toEqual({ total: 42 });
    }
  });
});

describe('a quiet call', () => {
  /** Lets fake time pass until something has come, at most so much of it. */
  async function within<TValue>(ms: number, promise: Promise<TValue>): Promise<TValue | 'nothing'> {
    const settled: { value: TValue }[] = [];
    const watched = promise.then((value) => settled.push({ value }));
    // What has already been sent needs turns of the real loop to arrive.
    for (let passed = 0; passed <= ms && settled.length === 0; passed += 500) {
      for (let turn = 0; turn < 5 && settled.length === 0; turn++)
        await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(500);
    }
    for (let turn = 0; turn < 50 && settled.length === 0; turn++)
      await new Promise((resolve) => setImmediate(resolve));
    return settled[0] ? settled[0].value : (watched.catch(() => {}), 'nothing');
  }

  /** Progress, which clients and proxies take for a sign of life, or a comment, which only proxies do. */
  const signOfLife: unknown = expect.stringMatching(/^:|"notifications\/progress"/);

  const quietRouter = (onStart: () => void, firstTold: boolean, done: Promise<unknown>) =>
    t.router({
      work: t.procedure.meta({ mcp: true }).mutation(async () => {
        onStart();
        if (firstTold) getMcpCall()!.progress({ progress: 1 });
        await done;
        return { total: 42 };
      }),
    });

  function toRequest(era: (typeof eras)[number], progressToken: string | undefined): Request {
    const params = { name: 'work', ...(progressToken !== undefined && { _meta: { progressToken } }) };
    return new Request('http://127.0.0.1/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headersOf(era, 'tools/call', params),
      },
      body: JSON.stringify(toMessage(era, 'tools/call', params)),
    });
  }

  describe.each(eras)('in the %s era', (era) => {
    test.each([
      ['before the first progress', false],
      ['after it', true],
    ])(
      'sends something within 15 s, again and again, to a client that asked for progress: %s',
      async (_, told) => {
        vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
        let end = () => {};
        const done = new Promise<void>((resolve) => (end = resolve));
        const handler = fetchHandler(quietRouter(() => {}, told, done));
        const response = await within(15_000, handler(toRequest(era, 'p')));
        expect(response, 'the head of the answer').not.toBe('nothing');
        const { status, headers, body } = response as Response;
        expect([status, headers.get('content-type')]).toEqual([
          200,
          expect.stringContaining('text/event-stream'),
        ]);
        const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
        if (told)
          expect(await within(1000, reader.read())).toMatchObject({ value: expect.stringContaining('"p"') });
        for (let count = 0; count < 3; count++) {
          const chunk = await within(15_000, reader.read());
          expect(chunk, `sign of life ${count}`).toMatchObject({ value: signOfLife });
        }
        end();
        let rest = '';
        for (;;) {
          const chunk = await within(1000, reader.read());
          if (chunk === 'nothing' || chunk.done) break;
          rest += chunk.value;
        }
        expect(rest).toContain('{"total":42}');
        expect(vi.getTimerCount()).toBe(0);
      },
    );

    test('has one JSON body where nobody asked for progress', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
      let end = () => {};
      const done = new Promise<void>((resolve) => (end = resolve));
      const handler = fetchHandler(quietRouter(() => {}, false, done));
      const pending = handler(toRequest(era, undefined));
      expect(await within(20_000, pending)).toBe('nothing');
      end();
      expect((await pending).headers.get('content-type')).toBe('application/json');
    });
  });

  test('of a client of 2025 in a session sends something within 15 s as well', async () => {
    let end = () => {};
    const done = new Promise<void>((resolve) => (end = resolve));
    let started = () => {};
    const running = new Promise<void>((resolve) => (started = resolve));
    const handler = nodeHandler(quietRouter(started, false, done), { legacy: 'sessions' });
    await using server = await listen((req, res) => void handler(req, res));
    const initialize = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
    };
    const { headers } = await post(server.url, initialize);
    const session = { 'mcp-session-id': headers.get('mcp-session-id')! };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
    const pending = fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headersOf('legacy', 'tools/call'),
        ...session,
      },
      body: JSON.stringify(
        toMessage('legacy', 'tools/call', { name: 'work', _meta: { progressToken: 'p' } }),
      ),
    });
    await running;
    const response = await within(15_000, pending);
    expect(response, 'the head of the answer').not.toBe('nothing');
    const reader = (response as Response).body!.pipeThrough(new TextDecoderStream()).getReader();
    expect(await within(15_000, reader.read())).toMatchObject({ value: signOfLife });
    end();
    await reader.cancel();
    vi.useRealTimers();
    await request(server.url, 'legacy', 'ping', {}, session);
  });
});
