import { initTRPC, TRPCError } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import { describe, expect, test } from 'vitest';
import { type CallFailure, getMcpCall, type McpMeta } from '../src/index.ts';
import { mcpHandler } from '../src/adapters/express.ts';
import { clientKinds, eraOf } from './clients.ts';
import { converse, type Heard } from './conversation.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

async function* count(to: number, onEnd: () => void = () => {}) {
  try {
    for (let value = 1; value <= to; value++) {
      await Promise.resolve();
      yield value;
    }
  } finally {
    onEnd();
  }
}

const never = new Promise<never>(() => {});

describe.each(clientKinds)('for a client of kind %s', (kind) => {
  const wrap = (value: unknown) => (eraOf[kind] === 'legacy' ? { result: value } : value);
  /** Calls a query and returns its result, the progress messages, and the errors that the app was told. */
  const callQuery = async (work: () => unknown) => {
    const failures: CallFailure[] = [];
    const router = t.router({ work: tool.query(async () => work()) });
    await using server = await serve(mcpHandler(router, { onError: (failure) => failures.push(failure) }));
    await using client = await converse(kind, server.mcp);
    const heard: Heard[] = [];
    const quiet = await client.call('tools/call', { name: 'work' });
    const loud = await client.call(
      'tools/call',
      { name: 'work' },
      { onprogress: (progress) => heard.push(progress) },
    );
    expect(loud['structuredContent']).toEqual(quiet['structuredContent']);
    return { result: quiet, heard, failures };
  };

  test('what a generator yields is the result, and each value is told on the way', async () => {
    const { result, heard } = await callQuery(() => count(3));
    expect(result['structuredContent']).toEqual(wrap([1, 2, 3]));
    expect(heard).toEqual([1, 2, 3].map((value) => ({ progress: value, message: String(value) })));
  });

  test('a mutation may be a generator itself', async () => {
    const router = t.router({
      work: tool.mutation(async function* () {
        yield 'a';
        await Promise.resolve();
        yield { b: 1 };
      }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const heard: Heard[] = [];
    const result = await client.call(
      'tools/call',
      { name: 'work' },
      { onprogress: (progress) => heard.push(progress) },
    );
    expect(result['structuredContent']).toEqual(wrap(['a', { b: 1 }]));
    expect(heard.map(({ message }) => message)).toEqual(['a', '{"b":1}']);
  });

  test('an empty generator is an empty list', async () => {
    const { result, heard } = await callQuery(() => count(0));
    expect(result['structuredContent']).toEqual(wrap([]));
    expect(heard).toEqual([]);
  });

  test('promises and streams inside an object are waited for, however deep', async () => {
    const { result } = await callQuery(() => ({
      now: 1,
      nothing: null,
      list: [1, 2],
      soon: Promise.resolve('soon'),
      stream: count(2),
      slower: count(20),
      later: Promise.resolve({ again: Promise.resolve(2), stream: count(1) }),
    }));
    expect(result['structuredContent']).toEqual({
      now: 1,
      nothing: null,
      list: [1, 2],
      soon: 'soon',
      stream: [1, 2],
      slower: Array.from({ length: 20 }, (_, index) => index + 1),
      later: { again: 2, stream: [1] },
    });
  });

  test('values of a stream that hold promises are waited for', async () => {
    const { result } = await callQuery(async function* () {
      yield { id: 1, name: Promise.resolve('Ada') };
      yield { id: 2, posts: count(2) };
    });
    expect(result['structuredContent']).toEqual(
      wrap([
        { id: 1, name: 'Ada' },
        { id: 2, posts: [1, 2] },
      ]),
    );
  });

  test('an observable is the list of its values, and is torn down', async () => {
    let tornDown = 0;
    const { result } = await callQuery(() =>
      observable<number>((observer) => {
        observer.next(1);
        setTimeout(() => {
          observer.next(2);
          observer.complete();
        }, 1);
        return () => void tornDown++;
      }),
    );
    expect(result['structuredContent']).toEqual(wrap([1, 2]));
    expect(tornDown).toBe(2);
  });

  test('values are said in JSON as those of any result are', async () => {
    const date = new Date('2026-01-02T03:04:05.000Z');
    const { result, heard } = await callQuery(async function* () {
      yield { date, map: new Map([['a', 1n]]), set: new Set([1]) };
      yield new File(['hello'], 'hello.txt', { type: 'text/plain' });
    });
    const rows = [
      { date: '2026-01-02T03:04:05.000Z', map: { a: '1' }, set: [1] },
      { name: 'hello.txt', mimeType: 'text/plain', size: 5, uri: 'attachment:1' },
    ];
    const { structuredContent, content } = result as { structuredContent: unknown; content: unknown[] };
    expect(structuredContent).toBeUndefined();
    expect(content).toEqual([
      { type: 'text', text: JSON.stringify(rows) },
      {
        type: 'resource',
        resource: { uri: 'attachment:1', mimeType: 'text/plain', text: 'hello' },
      },
    ]);
    expect(heard.map(({ progress }) => progress)).toEqual([1, 2]);
    expect(heard[0]!.message).toBe('{"date":"2026-01-02T03:04:05.000Z","map":{"a":"1"},"set":[1]}');
  });

  test('an error midway is the app’s own, after what came before it was told', async () => {
    let ended = 0;
    const { result, heard, failures } = await callQuery(async function* () {
      try {
        yield 1;
        throw new TRPCError({ code: 'CONFLICT', message: 'row 2 is taken' });
      } finally {
        ended++;
      }
    });
    expect(result).toMatchObject({ isError: true, _meta: { code: 'CONFLICT', httpStatus: 409 } });
    expect(JSON.stringify(result['content'])).toContain('row 2 is taken');
    expect(heard).toEqual([{ progress: 1, message: '1' }]);
    expect(ended).toBe(2);
    expect(failures.map(({ error }) => error.message)).toEqual(['row 2 is taken', 'row 2 is taken']);
  });

  test('what nobody wrote for a model is masked midway as well', async () => {
    const { result, failures } = await callQuery(async function* () {
      yield 1;
      throw new Error('connection to 10.0.0.7 lost');
    });
    expect(JSON.stringify(result)).not.toContain('10.0.0.7');
    expect(JSON.stringify(result)).toContain(failures[0]!.reference);
    expect((failures[0]!.error.cause as Error).message).toBe('connection to 10.0.0.7 lost');
  });

  test('one stream that fails ends the others, and the call', async () => {
    let ended: () => void = () => {};
    const end = new Promise<void>((resolve) => (ended = resolve));
    const router = t.router({
      work: tool.query(() => ({
        // Without a limit, this never ends.
        endless: (async function* () {
          try {
            for (;;) {
              await new Promise((resolve) => setTimeout(resolve, 1));
              yield 'again';
            }
          } finally {
            ended();
          }
        })(),
        failing: (async function* () {
          yield 1;
          throw new TRPCError({ code: 'CONFLICT', message: 'no more' });
        })(),
      })),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const result = await client.call('tools/call', { name: 'work' });
    expect(result).toMatchObject({ isError: true, _meta: { code: 'CONFLICT' } });
    await end;
  });

  test('a stream that is over does not end the others, where the call has a time limit', async () => {
    const router = t.router({
      work: t.procedure
        .meta({ mcp: { timeoutMs: 20_000 } })
        .query(() => ({ short: count(1), long: count(50), empty: count(0) })),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const { structuredContent } = await client.call('tools/call', { name: 'work' });
    expect(structuredContent).toMatchObject({ short: [1], empty: [], long: { length: 50 } });
  });

  test('the generator, its finally included, runs inside the call', async () => {
    const seen: unknown[] = [];
    const note = (where: string) => seen.push([where, getMcpCall()?.tool.path]);
    await callQuery(async function* () {
      try {
        note('start');
        yield 1;
        await Promise.resolve();
        note('later');
        yield 2;
      } finally {
        await Promise.resolve();
        note('finally');
      }
    });
    const once = ['start', 'later', 'finally'].map((where) => [where, 'work']);
    expect(seen).toEqual([...once, ...once]);
  });

  test('ten thousand values are a result, one more is told to the app and masked', async () => {
    const ended: number[] = [];
    const router = t.router({
      most: tool.query(() => count(10_000)),
      more: tool.query(() => count(Number.POSITIVE_INFINITY, () => ended.push(1))),
    });
    const failures: CallFailure[] = [];
    await using server = await serve(mcpHandler(router, { onError: (failure) => failures.push(failure) }));
    await using client = await converse(kind, server.mcp);
    const { structuredContent } = await client.call('tools/call', { name: 'most' });
    expect(Object.values(structuredContent as object).flat()).toHaveLength(10_000);
    const { isError, _meta } = await client.call('tools/call', { name: 'more' });
    expect({ isError, _meta }).toMatchObject({ isError: true, _meta: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(failures[0]!.error.message).toBe(
      'it yielded more than 10000 values; set mcp.stream to collect fewer',
    );
    expect(ended).toEqual([1]);
  });

  test('resources and prompts may be streams', async () => {
    const router = t.router({
      log: t.procedure.meta({ mcp: { resource: { uri: 'app://log' }, prompt: true } }).query(() => count(2)),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    expect(await client.call('resources/read', { uri: 'app://log' })).toMatchObject({
      contents: [{ uri: 'app://log', mimeType: 'application/json', text: '[1,2]' }],
    });
    expect(await client.call('prompts/get', { name: 'log' })).toMatchObject({
      messages: [{ role: 'user', content: { type: 'text', text: '[1,2]' } }],
    });
  });

  test('the app’s own progress and that of a stream grow together', async () => {
    const { heard } = await callQuery(async function* () {
      getMcpCall()!.progress({ progress: 10, message: 'prepared' });
      yield 'a';
      yield 'b';
    });
    expect(heard.map(({ progress, message }) => [progress, message])).toEqual([
      [10, 'prepared'],
      [11, 'a'],
      [12, 'b'],
    ]);
  });

  test('an object that waits for ever ends with the time limit', async () => {
    const router = t.router({
      work: t.procedure.meta({ mcp: { timeoutMs: 50 } }).query(() => ({ now: 1, never })),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    expect(await client.call('tools/call', { name: 'work' })).toMatchObject({
      isError: true,
      _meta: { code: 'TIMEOUT', httpStatus: 408 },
    });
  });
});
