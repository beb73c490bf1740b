import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { type CallFailure, getMcpCall, type McpMeta } from '../../src/index.ts';
import type { HandlerOptions } from '../../src/protocol/options.ts';
import { person } from './person.ts';

const t = initTRPC.meta<McpMeta>().create();
const callerId = ({ headers }: Request) => headers.get('authorization') ?? undefined;
const task = t.procedure.meta({ mcp: { task: true } });

function open(router: ReturnType<typeof t.router>, options: HandlerOptions = {}) {
  const failures: CallFailure[] = [];
  const handler = mcpHandler(router, { callerId, onError: (failure) => failures.push(failure), ...options });
  onTestFinished(() => handler.close());
  return { ann: person(handler, 'ann'), plain: person(handler, 'ann', { capabilities: {} }), failures };
}

/** What a result says, without what the protocol adds. */
function core(result: Record<string, unknown> | undefined): unknown {
  const { content, structuredContent, isError } = result ?? {};
  return { content, structuredContent, isError };
}

describe('the result of a task is that of a plain call', () => {
  class Unwritable {
    toJSON(): never {
      throw new Error('no JSON of this');
    }
  }
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const router = t.router({
    nothing: task.mutation(() => {}),
    null: task.query(() => null),
    date: task.query(() => ({ at: new Date(0), big: 12n, map: new Map([['a', 1]]) })),
    list: task.query(() => [1, 2, 3]),
    file: task.query(() => new File(['hello'], 'hello.txt', { type: 'text/plain' })),
    generator: task.query(async function* () {
      yield 1;
      yield 2;
    }),
    returning: task.query(async function* () {
      yield 'reading';
      return { total: 42 };
    }),
    subscription: t.procedure
      .meta({ mcp: { task: true, stream: { maxItems: 2, maxMs: 5000 } } })
      .subscription(async function* () {
        for (let n = 1; ; n++) yield n;
      }),
    conflict: task.mutation(() => {
      throw new TRPCError({ code: 'CONFLICT', message: 'somebody was faster' });
    }),
    forbidden: task.mutation(() => {
      throw new TRPCError({ code: 'FORBIDDEN', message: 'not yours' });
    }),
    unauthorized: task.mutation(() => {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'log in again' });
    }),
    cyclic: task.query(() => cyclic),
    unwritable: task.query(() => new Unwritable()),
    function: task.query(() => ({ run: () => 1 })),
  });

  test.each(Object.keys(router._def.procedures).filter((name) => name !== 'unwritable'))(
    '%s',
    async (name) => {
      const { ann, plain } = open(router);
      const expected = await plain.call(name);
      const id = await ann.start(name);
      const { status, result } = await ann.settle(id);
      expect(status).toBe('completed');
      const strip = (value: unknown) =>
        JSON.parse(JSON.stringify(value).replaceAll(/reference [\w-]+/g, 'reference ID')) as unknown;
      expect(strip(core(result))).toEqual(strip(core(expected.result)));
      // Whatever the app threw, the poll itself is allowed.
      expect((await ann.get(id)).status).toBe(200);
    },
  );

  test.each([true, 'forbidden', false] as const)(
    'with return200ForErrors: %j',
    async (return200ForErrors) => {
      const { ann, plain } = open(router, { return200ForErrors });
      for (const name of ['forbidden', 'unauthorized']) {
        const expected = await plain.call(name);
        const { status, result } = await ann.settle(await ann.start(name));
        expect(status).toBe('completed');
        expect(core(result)).toEqual(core(expected.result));
        expect(result!.isError).toBe(true);
      }
    },
  );
});

test('an error nobody wrote for a model is masked in a task too, and reported once', async () => {
  const router = t.router({
    report: task.mutation(() => {
      throw new Error('password is hunter2');
    }),
  });
  const { ann, failures } = open(router);
  const id = await ann.start('report');
  const { status, statusMessage, result } = await ann.settle(id);
  expect(status).toBe('completed');
  expect(result!.isError).toBe(true);
  expect(JSON.stringify([statusMessage, result])).not.toContain('hunter2');
  expect(failures).toHaveLength(1);
  expect(JSON.stringify(result)).toContain(failures[0]!.reference);
});

test('a result of 50 MB is told whole, or as an error that says what to do', async () => {
  const router = t.router({ report: task.query(() => 'x'.repeat(50_000_000)) });
  const { ann, failures } = open(router);
  const id = await ann.start('report');
  const { status, result } = await ann.settle(id);
  expect(status).toBe('completed');
  if (result!.isError) {
    expect(result!.content[0]!.text).toMatch(/^PAYLOAD_TOO_LARGE: .*ask for less/);
    expect(failures.length).toBeLessThanOrEqual(1);
  } else {
    expect((result!.structuredContent as string).length).toBe(50_000_000);
  }
  // It does not take the room of others for good.
  expect((await ann.settle(await ann.start('report'))).status).toBe('completed');
});

test('arguments of 3 MB arrive, and wrong ones are told as in a plain call', async () => {
  const router = t.router({
    count: task
      .input(z.object({ text: z.string(), n: z.number().optional() }))
      .mutation(({ input }) => input.text.length),
  });
  const { ann, plain } = open(router);
  const long = await ann.settle(await ann.start('count', { text: 'x'.repeat(3_000_000) }));
  expect(long.result?.structuredContent).toBe(3_000_000);
  const wrong = { text: 1, n: 'x' };
  const expected = await plain.call('count', wrong);
  const answer = await ann.call('count', wrong);
  // It may be told at once, or as the result of the task.
  const result =
    answer.result?.['resultType'] === 'task'
      ? (await ann.settle(answer.result['taskId'] as string)).result
      : answer.result;
  expect(core(result)).toEqual(core(expected.result));
});

test('arguments of 5 MB arrive where the body may be that large', async () => {
  const router = t.router({
    count: task.input(z.object({ text: z.string() })).mutation(({ input }) => input.text.length),
  });
  const { ann } = open(router, { maxBodyBytes: 10_000_000 });
  const { result } = await ann.settle(await ann.start('count', { text: 'x'.repeat(5_000_000) }));
  expect(result?.structuredContent).toBe(5_000_000);
});

test('a result that is over its budget of tokens has the rest in a next call', async () => {
  const rows = Array.from({ length: 500 }, (_, id) => ({ id, name: `Customer number ${id}` }));
  const router = t.router({
    list: t.procedure.meta({ mcp: { task: true, result: { maxTokens: 1000 } } }).query(() => rows),
  });
  const { ann, plain } = open(router, { secret: 'a secret of thirty-two bytes or more' });
  const expected = await plain.call('list');
  const { result } = await ann.settle(await ann.start('list'));
  const count = (value: unknown) => JSON.stringify(value).match(/Customer number/g)!.length;
  expect(count(result!.content)).toBeLessThan(500);
  expect(count(result)).toBe(count(expected.result));
});

test('a file as argument arrives', async () => {
  const router = t.router({
    size: task.input(z.object({ file: z.instanceof(File) })).mutation(async ({ input }) => input.file.text()),
  });
  const { ann } = open(router);
  const file = { name: 'a.txt', mimeType: 'text/plain', data: Buffer.from('hello').toString('base64') };
  expect((await ann.settle(await ann.start('size', { file }))).result?.structuredContent).toBe('hello');
});

test('the call knows its task in createContext, middleware and resolver', async () => {
  const seen: (string | undefined)[] = [];
  const c = initTRPC.context<{ id: string | undefined }>().meta<McpMeta>().create();
  const router = c.router({
    report: c.procedure
      .meta({ mcp: { task: true } })
      .use(({ next }) => {
        seen.push(getMcpCall()?.task?.id);
        return next();
      })
      .mutation(({ ctx }) => [ctx.id, getMcpCall()?.task?.id]),
    plain: c.procedure.meta({ mcp: true }).query(() => getMcpCall()!.task === undefined),
  });
  const handler = mcpHandler(router, { callerId, createContext: ({ mcp }) => ({ id: mcp.task?.id }) });
  onTestFinished(() => handler.close());
  const ann = person(handler, 'ann');
  const id = await ann.start('report');
  expect((await ann.settle(id)).result?.structuredContent).toEqual([id, id]);
  expect(seen.at(-1)).toBe(id);
  expect((await ann.call('plain')).result?.['structuredContent']).toBe(true);
});
