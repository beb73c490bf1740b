import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { getMcpCall, type McpMeta, type Progress } from '../src/index.ts';
import type { CallMethod } from '../src/protocol/call-by-name.ts';
import { clientKinds } from './clients.ts';
import { converse, type Heard } from './conversation.ts';
import { eras, headersOf, post, toMessage } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const tell = (progress: unknown) => getMcpCall()?.progress(progress as Progress);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Longer than the time for which progress messages are held back. */
const awhile = 60;

describe.each(clientKinds)('for a client of kind %s', (kind) => {
  /** Calls a tool and returns its progress messages, and whether one came after the answer. */
  const listen = async (work: () => unknown) => {
    await using server = await serve(mcpHandler(t.router({ work: tool.mutation(async () => work()) })));
    await using client = await converse(kind, server.mcp);
    const heard: Heard[] = [];
    const result = await client.call(
      'tools/call',
      { name: 'work' },
      { onprogress: (progress) => heard.push(progress) },
    );
    const soFar = heard.length;
    await pause(awhile);
    expect(heard).toHaveLength(soFar);
    return { heard, result };
  };

  test('progress comes while the call runs, with its total and message', async () => {
    let done = () => {};
    const router = t.router({
      work: tool.mutation(async () => {
        tell({ progress: 1, total: 2, message: 'half way' });
        await new Promise<void>((resolve) => (done = resolve));
        return 'ok';
      }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const heard: Heard[] = [];
    const onprogress = (progress: Heard) => {
      heard.push(progress);
      // The procedure ends only when the client has received the progress.
      done();
    };
    const { content } = await client.call('tools/call', { name: 'work' }, { onprogress });
    expect(heard).toEqual([{ progress: 1, total: 2, message: 'half way' }]);
    expect(content).toMatchObject([{ type: 'text' }]);
  });

  test('a thousand at once become a few, that grow, and the last is among them', async () => {
    const { heard } = await listen(() => {
      for (let step = 1; step <= 1000; step++) tell({ progress: step, total: 1000 });
    });
    const steps = heard.map(({ progress }) => progress);
    expect([steps[0], steps.at(-1)]).toEqual([1, 1000]);
    expect(steps).toEqual([...new Set(steps)].toSorted((a, b) => a - b));
    // One for each 20 ms that the loop took, on however slow a machine.
    expect(steps.length).toBeLessThan(50);
  });

  test('one that came too soon is told when its time has come, and not only with the next', async () => {
    let held = () => {};
    const router = t.router({
      work: tool.mutation(async () => {
        tell({ progress: 1 });
        tell({ progress: 2, message: 'now for the long part' });
        await new Promise<void>((resolve) => (held = resolve));
      }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const heard: number[] = [];
    await client.call(
      'tools/call',
      { name: 'work' },
      {
        onprogress({ progress }) {
          heard.push(progress);
          if (progress === 2) held();
        },
      },
    );
    expect(heard).toEqual([1, 2]);
  });

  test('what does not grow is left out', async () => {
    const { heard } = await listen(async () => {
      for (const progress of [1, 1, 0, -5, 2, 2]) {
        tell({ progress });
        await pause(awhile);
      }
    });
    expect(heard).toEqual([{ progress: 1 }, { progress: 2 }]);
  });

  test('what is no progress is left out, and stops nothing that follows', async () => {
    const { heard, result } = await listen(async () => {
      const nothing = [
        { progress: Number.NaN },
        { progress: Number.POSITIVE_INFINITY },
        { progress: Number.NEGATIVE_INFINITY },
        { progress: '7' },
        { progress: 7n },
        { progress: null },
        {},
        null,
        undefined,
        'half',
      ];
      for (const progress of nothing) {
        tell(progress);
        await pause(awhile);
      }
      tell({ progress: 1, total: Number.NaN, message: 5, progressToken: 'another', extra: 1 });
      return 'ok';
    });
    expect(heard).toEqual([{ progress: 1 }]);
    expect(result['isError']).toBeUndefined();
  });

  test('services below the procedure tell it, and so do middleware and createContext', async () => {
    const repository = async () => {
      await pause(awhile);
      tell({ progress: 4, message: 'repository' });
    };
    const service = async () => {
      await pause(awhile);
      tell({ progress: 3, message: 'service' });
      await repository();
    };
    const c = initTRPC.context<object>().meta<McpMeta>().create();
    const router = c.router({
      work: c.procedure
        .meta({ mcp: true })
        .use(async ({ next }) => {
          await pause(awhile);
          tell({ progress: 2, message: 'middleware' });
          return next();
        })
        .mutation(service),
    });
    const createContext = () => {
      tell({ progress: 1, message: 'context' });
      return {};
    };
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await converse(kind, server.mcp);
    const heard: (string | undefined)[] = [];
    await client.call('tools/call', { name: 'work' }, { onprogress: ({ message }) => heard.push(message) });
    expect(heard).toEqual(['context', 'middleware', 'service', 'repository']);
  });

  test('what is told after the answer reaches nobody', async () => {
    let late = Promise.resolve();
    const { heard } = await listen(() => {
      const call = getMcpCall()!;
      tell({ progress: 1 });
      late = pause(awhile / 2).then(() => call.progress({ progress: 2 }));
    });
    await late;
    expect(heard).toEqual([{ progress: 1 }]);
  });

  test('a failed call tells how far it came before it says so', async () => {
    const { heard, result } = await listen(() => {
      tell({ progress: 1 });
      tell({ progress: 2 });
      throw new TRPCError({ code: 'CONFLICT', message: 'somebody was faster' });
    });
    expect(heard).toEqual([{ progress: 1 }, { progress: 2 }]);
    expect(result).toMatchObject({ isError: true });
  });

  test('a client that does not ask for progress gets the answer alone', async () => {
    const router = t.router({
      work: tool.mutation(() => {
        tell({ progress: 1 });
        return { done: true };
      }),
    });
    await using server = await serve(mcpHandler(router), (_, res, next) => {
      res.once('finish', () => types.push(String(res.getHeader('content-type'))));
      next();
    });
    const types: string[] = [];
    await using client = await converse(kind, server.mcp);
    types.splice(0);
    const { structuredContent } = await client.call('tools/call', { name: 'work' });
    expect(structuredContent).toEqual({ done: true });
    expect(types[0]).toBe('application/json');
  });

  test.each<[CallMethod, Record<string, unknown>]>([
    ['resources/read', { uri: 'report://weekly' }],
    ['prompts/get', { name: 'report' }],
  ])('%s tells progress too', async (method, params) => {
    const router = t.router({
      report: t.procedure
        .meta({ mcp: { resource: { uri: 'report://weekly' }, prompt: true } })
        .query(async () => {
          tell({ progress: 1, total: 2 });
          await pause(awhile);
          tell({ progress: 2, total: 2 });
          return 'all is well';
        }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const heard: Heard[] = [];
    const result = await client.call(method, params, { onprogress: (progress) => heard.push(progress) });
    expect(heard).toEqual([
      { progress: 1, total: 2 },
      { progress: 2, total: 2 },
    ]);
    expect(JSON.stringify(result)).toContain('all is well');
  });
});

describe.each(eras)('in the %s era', (era) => {
  const send = (url: string, method: CallMethod, params: Record<string, unknown>) => {
    const message = toMessage(era, method, params) as { params: { _meta?: object } };
    message.params._meta = { ...message.params._meta, progressToken: 'p1' };
    const named = { ...params, name: params['name'] ?? params['uri'] };
    return post(url, message, headersOf(era, method, named));
  };

  test.each([
    ['UNAUTHORIZED', 401],
    ['FORBIDDEN', 403],
  ] as const)(
    'a call that asks for progress and ends with %s before there was any has the status %i',
    async (code, status) => {
      const deny = () => {
        throw new TRPCError({ code, message: 'not you' });
      };
      const router = t.router({
        work: t.procedure.meta({ mcp: true }).mutation(deny),
        report: t.procedure.meta({ mcp: { resource: { uri: 'report://weekly' }, prompt: true } }).query(deny),
      });
      await using server = await serve(mcpHandler(router));
      const called = await send(server.mcp, 'tools/call', { name: 'work' });
      expect(called.status).toBe(status);
      expect(called.headers.get('content-type')).toBe('application/json');
      expect(called.body).toMatchObject({ id: 1, result: { isError: true, _meta: { code } } });
      const read = await send(server.mcp, 'resources/read', { uri: 'report://weekly' });
      expect(read.status).toBe(status);
      expect(read.body).toMatchObject({ id: 1, error: { data: { code } } });
      const got = await send(server.mcp, 'prompts/get', { name: 'report' });
      expect(got.status).toBe(status);
      expect(got.body).toMatchObject({ id: 1, error: { data: { code } } });
    },
  );

  test('a call that has told progress keeps the status it has begun with', async () => {
    const router = t.router({
      work: tool.mutation(async () => {
        tell({ progress: 1 });
        await pause(awhile);
        throw new TRPCError({ code: 'UNAUTHORIZED', message: 'not any more' });
      }),
    });
    await using server = await serve(mcpHandler(router));
    const { status, headers, body } = await send(server.mcp, 'tools/call', { name: 'work' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/event-stream/);
    const sent = String(body)
      .split('\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice('data: '.length)) as Record<string, unknown>);
    expect(sent).toMatchObject([
      { method: 'notifications/progress', params: { progressToken: 'p1', progress: 1 } },
      { id: 1, result: { isError: true, _meta: { code: 'UNAUTHORIZED', httpStatus: 401 } } },
    ]);
  });
});

test('progress for a client that has hung up is told to nobody and harms nothing', async () => {
  let told = () => {};
  const allTold = new Promise<void>((resolve) => (told = resolve));
  let started = () => {};
  const begun = new Promise<void>((resolve) => (started = resolve));
  const failures: unknown[] = [];
  const router = t.router({
    work: tool.mutation(async ({ signal }) => {
      tell({ progress: 1 });
      started();
      await new Promise((resolve) => signal!.addEventListener('abort', resolve));
      for (let step = 2; step < 10; step++) {
        tell({ progress: step });
        await pause(25);
      }
      told();
    }),
    ping: tool.query(() => ({})),
  });
  await using server = await serve(mcpHandler(router, { onError: (failure) => failures.push(failure) }));
  await using client = await converse('2026-07-28', server.mcp);
  const hangUp = new AbortController();
  const call = client.call('tools/call', { name: 'work' }, { signal: hangUp.signal, onprogress: () => {} });
  await begun;
  hangUp.abort(new Error('never mind'));
  await expect(call).rejects.toThrow('never mind');
  await allTold;
  expect((await client.call('tools/call', { name: 'ping' }))['structuredContent']).toEqual({});
  expect(failures).toEqual([]);
});
