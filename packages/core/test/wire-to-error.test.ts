import { getTRPCErrorFromUnknown, initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { CallFailure, Era, ErrorPlace, HandlerOptions, McpMeta } from '../src/index.ts';
import { type Answer, call, eras, request } from './messages.ts';
import { serve } from './server.ts';

/** As apps have it: a class of errors of their own, with a code of their own. */
class AppError extends Error {
  readonly reason: 'missing' | 'anonymous' | 'forbidden' | 'broken';

  constructor(reason: AppError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

const codes = { missing: 'NOT_FOUND', anonymous: 'UNAUTHORIZED', forbidden: 'FORBIDDEN' } as const;

/** As an app would write it. */
const toError = (error: unknown) =>
  error instanceof AppError && error.reason !== 'broken'
    ? new TRPCError({ code: codes[error.reason], message: error.message, cause: error })
    : undefined;

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create({ isDev: false });
const tool = t.procedure.meta({ mcp: true });

const textOf = ({ body }: Answer): string =>
  (body as { result?: { content?: [{ text: string }] } }).result?.content?.[0].text ?? JSON.stringify(body);

/** Calls a tool that throws. Returns what the model reads, and what the app is told. */
async function fail(
  era: Era,
  thrown: unknown,
  options: HandlerOptions<typeof anyRouter>,
): Promise<{ text: string; status: number; failures: CallFailure[]; answer: Answer }> {
  const failures: CallFailure[] = [];
  const router = t.router({
    fail: tool.mutation(() => {
      throw thrown;
    }),
  });
  const onError = (failure: CallFailure) => failures.push(failure);
  const createContext = () => ({ user: 'ada' });
  await using server = await serve(mcpHandler(router, { createContext, onError, ...options }));
  const answer = await call(server.mcp, era, 'fail');
  return { text: textOf(answer), status: answer.status, failures, answer };
}

const anyRouter = t.router({});

describe.each(eras)('toError in the %s era', (era) => {
  test.each([true, false])(
    'decides the code and the message that a model reads, with fastLane %s',
    async (fastLane) => {
      const cause = new AppError('missing', 'There is no envelope 7');
      const { text, failures, answer } = await fail(era, cause, { toError, fastLane });
      expect(text).toMatch(/^NOT_FOUND: There is no envelope 7\n/);
      expect(failures).toMatchObject([{ error: { code: 'NOT_FOUND', cause }, path: 'fail', tool: 'fail' }]);
      expect(failures[0]!.error.cause).toBe(cause);
      expect((answer.body as { result: unknown }).result).toMatchObject({
        isError: true,
        _meta: { code: 'NOT_FOUND', httpStatus: 404, shape: { message: 'There is no envelope 7' } },
      });
    },
  );

  test.each([
    ['anonymous', 401],
    ['forbidden', 403],
  ] as const)('makes an answer of the status for %s', async (reason, status) => {
    const failed = await fail(era, new AppError(reason, 'Sign in as an owner'), { toError });
    expect(failed.status).toBe(status);
    expect(failed.text).toContain('Sign in as an owner');
  });

  const app = new TRPCError({ code: 'CONFLICT', message: 'Somebody was faster', cause: new Error('x') });
  const repeating = new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: 'x', cause: new Error('x') });
  test.each<[string, unknown, unknown]>([
    ['an error of the app', expect.any(AppError), new AppError('missing', 'a')],
    ['an error without a message', expect.any(AppError), new AppError('missing', '')],
    ['a plain error', new RangeError('b'), new RangeError('b')],
    ['a TRPCError of the app, which is given as it is', app, app],
    ['a TRPCError that only repeats its cause', repeating, repeating],
    ['an object', expect.objectContaining({ message: 'c', reason: 'd' }), { message: 'c', reason: 'd' }],
    ['a text', new Error('e'), 'e'],
  ])('gets what was thrown: %s', async (_, expected, thrown) => {
    const seen: [unknown, ErrorPlace][] = [];
    await fail(era, thrown, { toError: (...given) => void seen.push(given) });
    expect(seen).toEqual([[expected, { path: 'fail', ctx: { user: 'ada' } }]]);
    if (thrown instanceof Error) expect(seen[0]![0]).toBe(thrown);
  });

  test.each<[string, (error: unknown) => unknown]>([
    ['returns undefined', () => undefined],
    ['returns the same error', (error) => error],
    ['returns what tRPC makes of every error', (error) => getTRPCErrorFromUnknown(error)],
  ])('leaves the error masked when it %s', async (_, answer) => {
    const { text, failures } = await fail(era, new Error('password=hunter2'), { toError: answer as never });
    expect(failures).toHaveLength(1);
    const [{ reference } = {}] = failures;
    expect(text).toBe(`INTERNAL_SERVER_ERROR: something went wrong inside the app (reference ${reference})`);
  });

  test.each<[string, () => unknown, string]>([
    ['throws', () => JSON.parse('{'), 'JSON'],
    [
      'returns an error of another class',
      () => new Error('password=hunter2'),
      'toError returned an object of class Error',
    ],
    ['returns null', () => null, 'toError returned null'],
    ['returns a text', () => 'password=hunter2', 'toError returned a string'],
    ['returns a list', () => [], 'toError returned a list'],
    [
      'is asynchronous',
      async () => toError(new AppError('missing', 'x')),
      'toError returned an object of class Promise',
    ],
    ['rejects', () => Promise.reject(new Error('no')), 'toError returned an object of class Promise'],
  ])('counts as undefined when it %s, and onError is told', async (_, answer, said) => {
    const thrown = new AppError('missing', 'password=hunter2');
    const { text, failures } = await fail(era, thrown, { toError: answer as never });
    expect(text).toContain('INTERNAL_SERVER_ERROR: something went wrong inside the app (reference ');
    expect(failures).toHaveLength(2);
    expect(failures[0]).toMatchObject({ path: 'fail', tool: 'fail' });
    expect(failures[0]!.error.message).toContain(said);
    expect(failures[1]!.error.cause).toBe(thrown);
  });

  test('takes a TRPCError of another copy of tRPC, and none with a code that tRPC does not know', async () => {
    const other = Object.assign(new Error('There is none'), { name: 'TRPCError', code: 'NOT_FOUND' });
    expect((await fail(era, new Error('x'), { toError: () => other as never })).text).toMatch(
      /^NOT_FOUND: There is none\n/,
    );
    const unknown = Object.assign(new Error('hunter2'), { name: 'TRPCError', code: 'NO_CREDITS' });
    expect((await fail(era, new Error('x'), { toError: () => unknown as never })).text).toMatch(
      /^INTERNAL_SERVER_ERROR: something went wrong inside the app \(reference/,
    );
  });

  test('is asked about resources, prompts, completions, dry runs, streams and middleware', async () => {
    const missing = (what: string): never => {
      throw new AppError('missing', `no ${what}`);
    };
    const router = t.router({
      page: t.procedure
        .meta({ mcp: { resource: { uri: 'app://{id}' } } })
        .input(z.object({ id: z.string() }))
        .query(() => missing('page')),
      greet: t.procedure
        .meta({ mcp: { tool: false, prompt: true, complete: { who: 'ids' } } })
        .input(z.object({ who: z.string() }))
        .query(() => missing('prompt')),
      ids: t.procedure.input(z.object({ value: z.string() })).query(() => missing('ids')),
      remove: t.procedure.meta({ mcp: { dryRun: 'plan' } }).mutation(() => 1),
      plan: t.procedure.query(() => missing('plan')),
      ticks: t.procedure.meta({ mcp: { stream: {} } }).query(async function* () {
        yield await Promise.resolve(1);
        missing('tick');
      }),
      guarded: tool.use(() => missing('guard')).query(() => 1),
    });
    const paths: (string | undefined)[] = [];
    const handler = mcpHandler(router, {
      createContext: () => ({ user: 'ada' }),
      onError: () => {},
      toError: (error, { path, ctx }) => {
        paths.push(path);
        expect(ctx).toMatchObject({ user: 'ada' });
        return toError(error);
      },
    });
    await using server = await serve(handler);
    const ref = { type: 'ref/prompt', name: 'greet' };
    const asked: [string, Record<string, unknown>, string][] = [
      ['resources/read', { uri: 'app://7' }, 'no page'],
      ['prompts/get', { name: 'greet', arguments: { who: 'a' } }, 'no prompt'],
      ['completion/complete', { ref, argument: { name: 'who', value: '' } }, 'no ids'],
      ['tools/call', { name: 'remove', arguments: { _dryRun: true } }, 'no plan'],
      ['tools/call', { name: 'ticks' }, 'no tick'],
      ['tools/call', { name: 'guarded' }, 'no guard'],
    ];
    for (const [method, params, said] of asked) {
      expect(textOf(await request(server.mcp, era, method, params)), said).toContain(`NOT_FOUND: ${said}`);
    }
    expect(paths).toEqual(['page', 'greet', 'ids', 'plan', 'ticks', 'guarded']);
  });

  test('is asked about errors of createContext, for calls and for lists', async () => {
    const places: ErrorPlace[] = [];
    const handler = mcpHandler(t.router({ get: tool.query(() => 1) }), {
      createContext: (): { user: string } => {
        throw new AppError('anonymous', 'Sign in first');
      },
      onError: () => {},
      listing: 'permitted',
      toError: (error, place) => {
        places.push(place);
        return toError(error);
      },
    });
    await using server = await serve(handler);
    for (const answer of [await call(server.mcp, era, 'get'), await request(server.mcp, era, 'tools/list')]) {
      expect(answer.status).toBe(401);
      expect(JSON.stringify(answer.body)).toContain('UNAUTHORIZED: Sign in first');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(places).toEqual([
      { path: 'get', ctx: undefined },
      { path: undefined, ctx: undefined },
    ]);
  });

  test('hides from a list of what is permitted what it makes a FORBIDDEN of', async () => {
    const guarded = tool.use(() => {
      throw new AppError('forbidden', 'owners only');
    });
    const router = t.router({ open: tool.query(() => 1), guarded: guarded.query(() => 2) });
    const list = async (options: HandlerOptions<typeof router>) => {
      const createContext = () => ({ user: 'ada' });
      await using server = await serve(
        mcpHandler(router, { createContext, listing: 'permitted', ...options }),
      );
      const { body } = await request(server.mcp, era, 'tools/list');
      return (body as { result: { tools: { name: string }[] } }).result.tools.map(({ name }) => name);
    };
    expect(await list({})).toEqual(['guarded', 'open']);
    expect(await list({ toError })).toEqual(['open']);
    const all = new TRPCError({ code: 'FORBIDDEN', message: 'no' });
    const asking = t.router({
      get: tool.use(async ({ getRawInput, next }) => (await getRawInput(), next())).query(() => 1),
    });
    const createContext = () => ({ user: 'ada' });
    await using server = await serve(
      mcpHandler(asking, { createContext, listing: 'permitted', toError: () => all }),
    );
    const { body } = await request(server.mcp, era, 'tools/list');
    expect(JSON.stringify(body)).toContain('"get"');
  });

  test('may word problems of the arguments, and keeps them where it does not', async () => {
    const router = t.router({
      get: tool.input(z.object({ id: z.number() })).query(() => 1),
    });
    const createContext = () => ({ user: 'ada' });
    await using kept = await serve(mcpHandler(router, { createContext, toError }));
    expect(textOf(await call(kept.mcp, era, 'get', { id: 'x' }))).toMatch(
      /^BAD_REQUEST: the arguments are not valid\nid: /,
    );
    const worded = (error: unknown) =>
      error instanceof TRPCError
        ? new TRPCError({ code: 'BAD_REQUEST', message: 'Look at the id', cause: error.cause })
        : undefined;
    await using other = await serve(mcpHandler(router, { createContext, toError: worded }));
    expect(textOf(await call(other.mcp, era, 'get', { id: 'x' }))).toMatch(
      /^BAD_REQUEST: Look at the id\nid: /,
    );
  });
});

describe.each(eras)('errorFormatter in the %s era', (era) => {
  const format = async (
    thrown: unknown,
    message: (error: TRPCError, before: string) => unknown,
    options: HandlerOptions<typeof anyRouter> = { errorFormatter: 'message' },
  ) => {
    let calls = 0;
    const f = initTRPC
      .context<{ user: string }>()
      .meta<McpMeta>()
      .create({
        isDev: false,
        errorFormatter: ({ error, shape }) => {
          calls++;
          return { ...shape, message: message(error, shape.message) as string };
        },
      });
    const router = f.router({
      fail: f.procedure.meta({ mcp: true }).mutation(() => {
        throw thrown;
      }),
      get: f.procedure
        .meta({ mcp: true })
        .input(z.object({ id: z.number() }))
        .query(() => 1),
      output: f.procedure
        .meta({ mcp: true })
        .output(z.object({ id: z.literal('secret') }))
        .query(() => ({ id: 'x' }) as never),
    });
    const createContext = () => ({ user: 'ada' });
    const onError = () => {};
    await using server = await serve(mcpHandler(router, { createContext, onError, ...options }));
    const answer = await call(server.mcp, era, 'fail');
    const output = await call(server.mcp, era, 'output');
    const wrong = await call(server.mcp, era, 'get', { id: 'x' });
    return { text: textOf(answer), answer, output: textOf(output), wrong: textOf(wrong), calls };
  };
  const worded = (error: TRPCError, before: string) =>
    error.cause instanceof AppError ? `Sorry: ${error.cause.reason}` : before;
  const masked = /^INTERNAL_SERVER_ERROR: something went wrong inside the app \(reference [-\w]+\)$/;

  test('lets the message of a masked error through only where it is asked to', async () => {
    const thrown = new AppError('broken', 'hunter2');
    expect((await format(thrown, worded, {})).text).toMatch(masked);
    const { text, answer, calls } = await format(thrown, worded);
    expect(text).toBe('INTERNAL_SERVER_ERROR: Sorry: broken');
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
    expect((answer.body as { result: { _meta: object } }).result._meta).not.toHaveProperty('shape');
    // Once for each error, as under tRPC, and not for an output that its schema refuses.
    expect(calls).toBe(2);
  });

  test('replaces the message of an error that the app has worded', async () => {
    const thrown = new TRPCError({ code: 'CONFLICT', message: 'too late' });
    const { text, answer } = await format(thrown, (error) => `${error.code.toLowerCase()}!`);
    expect(text).toMatch(/^CONFLICT: conflict!\n/);
    expect((answer.body as { result: unknown }).result).toMatchObject({
      _meta: { shape: { message: 'conflict!' } },
    });
  });

  test('may word wrong arguments, and the problems follow', async () => {
    const { wrong } = await format(new Error('x'), ({ code }, before) =>
      code === 'BAD_REQUEST' ? 'Have another look' : before,
    );
    expect(wrong).toMatch(/^BAD_REQUEST: Have another look\nid: /);
    const same = await format(new Error('x'), (_, before) => before);
    expect(same.wrong).toMatch(/^BAD_REQUEST: the arguments are not valid\nid: /);
  });

  test('never tells what is wrong with a result', async () => {
    const { output } = await format(new Error('x'), ({ cause }, before) => cause?.message ?? before);
    expect(output).toMatch(masked);
    expect((await format(new Error('x'), () => 'secret')).output).toMatch(masked);
  });

  const deep = new Error('outer', { cause: new Error('hunter2') });
  test.each<[string, (error: TRPCError, before: string) => unknown]>([
    ['unchanged', (_, before) => before],
    ['of the cause', (error) => error.cause!.message],
    ['of the cause of the cause', (error) => (error.cause!.cause as Error).message],
    ['of the cause without its spaces', (error) => `\t${error.cause!.message} `],
    [
      'of one of several causes',
      (error) => {
        const cause = new AggregateError([new Error('a'), new Error('hunter2 of two')], 'several');
        Object.assign(error, { cause });
        return 'hunter2 of two';
      },
    ],
    ['the code', (error) => error.code],
    ['empty', () => ' '],
    ['no text', () => ({ hunter2: true })],
    ['a stack', () => 'Error: hunter2\n    at run (file.ts:1:2)'],
    [
      'thrown',
      () => {
        throw new Error('hunter2');
      },
    ],
  ])('keeps an error masked where its message is %s', async (_, message) => {
    expect((await format(deep, message)).text).toMatch(masked);
  });

  test('comes after toError', async () => {
    const { text } = await format(new AppError('missing', 'none'), worded, {
      errorFormatter: 'message',
      toError,
    });
    expect(text).toMatch(/^NOT_FOUND: Sorry: missing\n/);
  });
});

describe.each(eras)('a message that is withheld, in the %s era', (era) => {
  test('stays so when middleware or toError changes the message of the error, for a log', async () => {
    const change = (error: unknown) => {
      if (error instanceof Error) error.message = `[db] ${error.message}`;
      return undefined;
    };
    const logged = tool.use(async ({ next }) => {
      const result = await next();
      if (!result.ok) change(result.error.cause);
      return result;
    });
    const router = t.router({
      plain: logged.mutation(() => {
        throw new Error('hunter2');
      }),
      text: logged.mutation(() => {
        throw 'hunter2';
      }),
    });
    const createContext = () => ({ user: 'ada' });
    const onError = () => {};
    await using server = await serve(mcpHandler(router, { createContext, onError }));
    for (const name of ['plain', 'text'])
      expect(JSON.stringify((await call(server.mcp, era, name)).body)).not.toContain('hunter2');
    expect((await fail(era, new Error('hunter2'), { toError: change })).text).not.toContain('hunter2');
  });

  const words = /; the app's message is withheld, because it may come from inside; see docs\/errors\.md/;

  test.each(['NOT_FOUND', 'INTERNAL_SERVER_ERROR'] as const)('is told of for a wrapped %s', async (code) => {
    const cause = new Error('hunter2');
    for (const error of [
      new TRPCError({ code, message: cause.message, cause }),
      new TRPCError({ code, cause }),
    ]) {
      const { text, failures } = await fail(era, error, {});
      expect(text).toMatch(words);
      expect(text).toContain(`(reference ${failures[0]?.reference})`);
      expect(text).not.toContain('hunter2');
    }
  });

  test.each([
    ['that nobody wrapped', new Error('hunter2')],
    ['that is a text', 'hunter2'],
    ['that is an object', { message: 'hunter2' }],
    ['without a message', new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: new Error('') })],
  ])('is not told of for an error %s', async (_, thrown) => {
    expect((await fail(era, thrown, {})).text).not.toMatch(words);
  });
});

test('options of another kind are set-up problems', () => {
  const wrong = { toError: 'x', errorFormatter: 'messages' } as unknown as HandlerOptions<typeof anyRouter>;
  expect(() => mcpHandler(anyRouter, { createContext: () => ({ user: '' }), ...wrong })).toThrow(
    /errorFormatter: it has to be "message"[^]*toError: it has to be a function|toError: it has to be a function[^]*errorFormatter: it has to be "message"/,
  );
});
