import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/express.ts';
import { type CallFailure, type HandlerOptions, type McpMeta, type McpSettings } from '../../src/index.ts';
import { call, eras } from '../messages.ts';
import { serve } from '../server.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: true });
const tool = t.procedure.meta({ mcp: true });

interface Told {
  text: string;
  meta: Record<string, unknown>;
}

/** Calls a tool whose resolver throws this error, and returns what the client gets. */
async function told(
  make: () => unknown,
  settings: McpSettings = {},
  options: HandlerOptions = {},
  era: (typeof eras)[number] = 'legacy',
): Promise<Told> {
  const router = t.router({
    act: t.procedure.meta({ mcp: settings }).mutation(() => {
      throw make();
    }),
  });
  await using server = await serve(mcpHandler(router, { onError: () => undefined, ...options }));
  return read(await call(server.mcp, era, 'act'));
}

function read({ body }: { body: unknown }): Told {
  const { result } = body as { result: { content: { text: string }[]; _meta: Record<string, unknown> } };
  expect(result).toMatchObject({ isError: true });
  expect(result).not.toHaveProperty('structuredContent');
  const { 'io.modelcontextprotocol/serverInfo': _, ...meta } = result._meta;
  return { text: result.content[0]!.text, meta };
}

const reference = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';

test.each([
  ['PARSE_ERROR', 400, /^PARSE_ERROR: no\nSend the arguments/],
  ['BAD_REQUEST', 400, /^BAD_REQUEST: no$/],
  ['UNAUTHORIZED', 401, /^UNAUTHORIZED: no \(WWW-Authenticate: Bearer\)$/],
  ['PAYMENT_REQUIRED', 402, /^PAYMENT_REQUIRED: no\nTell the person/],
  ['FORBIDDEN', 403, /^FORBIDDEN: no$/],
  ['NOT_FOUND', 404, /^NOT_FOUND: no\nCheck the identifiers/],
  ['METHOD_NOT_SUPPORTED', 405, /^METHOD_NOT_SUPPORTED: no$/],
  ['TIMEOUT', 408, /^TIMEOUT: no\nIt took too long/],
  ['CONFLICT', 409, /^CONFLICT: no\nRead the current state again/],
  ['PRECONDITION_FAILED', 412, /^PRECONDITION_FAILED: no\nBring about/],
  ['PAYLOAD_TOO_LARGE', 413, /^PAYLOAD_TOO_LARGE: no\nSend less/],
  ['UNSUPPORTED_MEDIA_TYPE', 415, /^UNSUPPORTED_MEDIA_TYPE: no\nSend another/],
  ['UNPROCESSABLE_CONTENT', 422, /^UNPROCESSABLE_CONTENT: no$/],
  ['PRECONDITION_REQUIRED', 428, /^PRECONDITION_REQUIRED: no\nBring about/],
  ['TOO_MANY_REQUESTS', 429, /^TOO_MANY_REQUESTS: no\nWait before/],
  ['CLIENT_CLOSED_REQUEST', 499, /^CLIENT_CLOSED_REQUEST: no$/],
  ['INTERNAL_SERVER_ERROR', 500, /^INTERNAL_SERVER_ERROR: no$/],
  ['NOT_IMPLEMENTED', 501, /^NOT_IMPLEMENTED: no\nDo it another way/],
  ['BAD_GATEWAY', 502, /^BAD_GATEWAY: no\nAnother system failed/],
  ['SERVICE_UNAVAILABLE', 503, /^SERVICE_UNAVAILABLE: no\nTry once more/],
  ['GATEWAY_TIMEOUT', 504, /^GATEWAY_TIMEOUT: no\nAnother system/],
] as const)(
  '%s tells its message, its status %s to programs, and what to do next',
  async (code, httpStatus, text) => {
    const { text: seen, meta } = await told(
      () => new TRPCError({ code, message: 'no', cause: new Error('x') }),
    );
    expect(seen).toMatch(text);
    expect(meta).toEqual({
      code,
      httpStatus,
      path: 'act',
      shape: { message: 'no', code: expect.any(Number), data: { code, httpStatus, path: 'act' } },
      ...(code === 'UNAUTHORIZED' && { 'mcp/www_authenticate': ['Bearer'] }),
    });
  },
);

test.each([
  ['retryAfter in seconds', { retryAfter: 30 }, 'Call again in 30 seconds, not sooner.'],
  ['a header', { retryAfter: '30' }, 'Call again in 30 seconds, not sooner.'],
  ['one second', { retryAfter: 0.2 }, 'Call again in 1 second, not sooner.'],
  ['retryAfterMs', { retryAfterMs: 1500 }, 'Call again in 2 seconds, not sooner.'],
  [
    'rate-limiter-flexible',
    { msBeforeNext: 2001, remainingPoints: 0 },
    'Call again in 3 seconds, not sooner.',
  ],
  [
    'rate-limiter-flexible, as it is kept',
    { _msBeforeNext: 60_000 },
    'Call again in 60 seconds, not sooner.',
  ],
  ['a time that has come', { resetTime: new Date(0) }, 'Call again in 1 second, not sooner.'],
  ['nothing of use', { retryAfter: null }, 'Wait before you call again.'],
  ['a flag', { retryAfter: true }, 'Wait before you call again.'],
  ['an empty header', { retryAfter: '' }, 'Wait before you call again.'],
  ['a time before time', { retryAfter: -1 }, 'Wait before you call again.'],
  ['a negative header', { retryAfter: '-5' }, 'Wait before you call again.'],
  ['no number', { retryAfterMs: Number.NaN }, 'Wait before you call again.'],
])('a rate limit with %s says when to call again', async (_, cause, hint) => {
  const limit = () => new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'slow down', cause });
  expect((await told(limit)).text).toBe(`TOO_MANY_REQUESTS: slow down\n${hint}`);
});

test.each([
  ['a Date', () => ({ resetTime: new Date(Date.now() + 90_000) })],
  ['the date of a header', () => ({ retryAfter: new Date(Date.now() + 90_000).toUTCString() })],
  ['milliseconds since 1970', () => ({ reset: Date.now() + 90_000 })],
])('a rate limit until %s says how long that is', async (_, make) => {
  const limit = () => new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'slow down', cause: make() });
  expect((await told(limit)).text).toMatch(/\nCall again in (8[5-9]|90) seconds, not sooner\.$/);
});

test('a time to wait is told where waiting helps, and nowhere else', async () => {
  const withTime = (code: TRPCError['code']) => () =>
    new TRPCError({ code, message: 'no', cause: { retryAfter: 5 } });
  expect((await told(withTime('SERVICE_UNAVAILABLE'))).text).toContain('Call again in 5 seconds');
  expect((await told(withTime('NOT_FOUND'))).text).not.toContain('5 seconds');
  const raw = () => Object.assign(new Error('upstream'), { retryAfter: 5 });
  expect((await told(raw)).text).not.toContain('5 seconds');
});

describe('errorHint', () => {
  const conflict = () => new TRPCError({ code: 'CONFLICT', message: 'taken' });

  test('says what to do next in place of the code, from the error itself', async () => {
    const errorHint = ({ code, message }: TRPCError) => `Ask for another name (${code}, ${message}).`;
    expect((await told(conflict, { errorHint })).text).toBe(
      'CONFLICT: taken\nAsk for another name (CONFLICT, taken).',
    );
  });

  test.each([
    ['says nothing', () => undefined],
    ['says an empty string', () => ''],
    ['says what is no string', () => Promise.resolve('later') as never],
  ])('that %s leaves the hint of the code', async (_, errorHint) => {
    expect((await told(conflict, { errorHint })).text).toMatch(
      /^CONFLICT: taken\nRead the current state again/,
    );
  });

  test('that throws costs the hint and not the error, its status or its report', async () => {
    const failures: CallFailure[] = [];
    const hintError = new Error('no hint');
    const thrown = new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' });
    const { text, meta } = await told(
      () => thrown,
      {
        errorHint: () => {
          throw hintError;
        },
      },
      { onError: (failure) => failures.push(failure) },
    );
    expect(text).toBe('UNAUTHORIZED: sign in (WWW-Authenticate: Bearer)');
    expect(meta).toMatchObject({ code: 'UNAUTHORIZED', httpStatus: 401 });
    expect(failures.map(({ error }) => error)).toEqual([hintError, thrown]);
  });
});

describe.each(eras)('in the %s era', (era) => {
  test('a masked error tells programs its code and path, and neither shape nor issues', async () => {
    const failures: CallFailure[] = [];
    const cause = new Error('password=hunter2');
    const { text, meta } = await told(() => cause, {}, { onError: (failure) => failures.push(failure) }, era);
    expect(text).toMatch(
      new RegExp(`^INTERNAL_SERVER_ERROR: something went wrong inside the app \\(reference ${reference}\\)$`),
    );
    expect(meta).toEqual({ code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, path: 'act' });
    expect(failures).toEqual([
      {
        error: expect.objectContaining({ cause }),
        reference: text.match(new RegExp(reference))![0],
        tool: 'act',
        path: 'act',
        ctx: undefined,
        auth: undefined,
      },
    ]);
  });

  test('exposeInternalErrors shows the message, for development, and still neither stack nor shape', async () => {
    const { text, meta } = await told(
      () => new Error('password=hunter2'),
      {},
      { exposeInternalErrors: true },
      era,
    );
    expect(text).toMatch(
      new RegExp(`^INTERNAL_SERVER_ERROR: password=hunter2 \\(reference ${reference}\\)$`),
    );
    expect(meta).toEqual({ code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, path: 'act' });
  });

  test('what the app wrote is told beside the issues, and where it wrote nothing a sentence is', async () => {
    const { error } = z.object({ to: z.object({ zip: z.string() }) }).safeParse({ to: { zip: 1 } });
    const line = 'to.zip: Invalid input: expected string, received number';
    const issues = [{ path: 'to.zip', message: 'Invalid input: expected string, received number' }];
    const own = await told(
      () => new TRPCError({ code: 'BAD_REQUEST', message: 'we do not ship there', cause: error }),
      {},
      {},
      era,
    );
    const passedOn = await told(() => new TRPCError({ code: 'BAD_REQUEST', cause: error }), {}, {}, era);
    expect(own.text).toBe(`BAD_REQUEST: we do not ship there\n${line}`);
    expect(own.meta).toMatchObject({ code: 'BAD_REQUEST', httpStatus: 400, path: 'act', issues });
    expect(passedOn.text).toBe(`BAD_REQUEST: the arguments are not valid\n${line}`);
    expect(passedOn.meta).toMatchObject({ issues });
  });

  test('a result that the output parser refuses is ours to report, and not the caller’s fault', async () => {
    const failures: CallFailure[] = [];
    const s = initTRPC.meta<McpMeta>().create({
      // As in many apps: the validation errors, for forms.
      errorFormatter: ({ shape, error }) => ({
        ...shape,
        data: { ...shape.data, zodError: error.cause instanceof z.ZodError ? error.cause.issues : null },
      }),
    });
    const router = s.router({
      act: s.procedure
        .meta({ mcp: true })
        .output(z.object({ plan: z.literal('secret-plan') }))
        .query(() => ({ plan: 'other' }) as never),
    });
    await using server = await serve(mcpHandler(router, { onError: (failure) => failures.push(failure) }));
    const answer = await call(server.mcp, era, 'act');
    const { text, meta } = read(answer);
    expect([answer.status, text]).toEqual([
      200,
      `INTERNAL_SERVER_ERROR: something went wrong inside the app (reference ${failures[0]?.reference})`,
    ]);
    expect(meta).toEqual({ code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, path: 'act' });
    expect(failures.map(({ error }) => error.cause)).toEqual([expect.any(z.ZodError)]);
  });

  test('the app’s own shape goes along, less every stack in it', async () => {
    const s = initTRPC.meta<McpMeta>().create({
      isDev: true,
      errorFormatter: ({ shape, error }) => ({
        ...shape,
        data: { ...shape.data, ticket: 7, debug: { at: error.stack, cause: [error.cause?.stack, 'kept'] } },
      }),
    });
    const router = s.router({
      act: s.procedure.meta({ mcp: true }).query(() => {
        throw new TRPCError({ code: 'CONFLICT', message: 'taken', cause: new Error('inner') });
      }),
    });
    await using server = await serve(mcpHandler(router));
    expect(read(await call(server.mcp, era, 'act')).meta['shape']).toEqual({
      message: 'taken',
      code: -32_009,
      data: { code: 'CONFLICT', httpStatus: 409, path: 'act', ticket: 7, debug: { cause: [null, 'kept'] } },
    });
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['makes nothing', () => undefined],
    ['makes null', () => null],
  ])('a formatter that %s costs the shape and nothing else', async (_, errorFormatter) => {
    const s = initTRPC.meta<McpMeta>().create({ errorFormatter: errorFormatter as never });
    const router = s.router({
      act: s.procedure.meta({ mcp: true }).query(() => {
        throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
      }),
    });
    await using server = await serve(mcpHandler(router));
    const answer = await call(server.mcp, era, 'act');
    expect([answer.status, read(answer)]).toEqual([
      403,
      { text: 'FORBIDDEN: not you', meta: { code: 'FORBIDDEN', httpStatus: 403, path: 'act' } },
    ]);
  });

  test('of a shape that holds itself, that part is left out', async () => {
    const s = initTRPC.meta<McpMeta>().create({
      errorFormatter() {
        const made: Record<string, unknown> = { kept: 1 };
        return Object.assign(made, { self: made }) as never;
      },
    });
    const router = s.router({
      act: s.procedure.meta({ mcp: true }).query(() => {
        throw new TRPCError({ code: 'CONFLICT', message: 'taken' });
      }),
    });
    await using server = await serve(mcpHandler(router));
    expect(read(await call(server.mcp, era, 'act')).meta['shape']).toEqual({ kept: 1 });
  });

  test('a TRPCError of another copy of tRPC is one, with its code, message and status', async () => {
    class OtherTRPCError extends Error {
      override readonly name = 'TRPCError';
      readonly code = 'UNAUTHORIZED';
    }
    const { text, meta } = await told(() => new OtherTRPCError('sign in'), {}, {}, era);
    expect([text, meta['httpStatus']]).toEqual(['UNAUTHORIZED: sign in (WWW-Authenticate: Bearer)', 401]);
  });

  test('onError hears of the context and the caller too', async () => {
    const failures: CallFailure[] = [];
    const c = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
    const error = new TRPCError({ code: 'NOT_FOUND', message: 'no such customer' });
    const router = c.router({
      customers: {
        get: c.procedure.meta({ mcp: { name: 'find' } }).query(() => {
          throw error;
        }),
      },
    });
    const auth = { token: 'x', clientId: 'ada', scopes: [] };
    await using server = await serve(
      mcpHandler(router, {
        createContext: () => ({ user: 'ada' }),
        auth: { authenticate: () => auth },
        onError: (failure) => failures.push(failure),
      }),
    );
    await call(server.mcp, era, 'find');
    expect(failures).toEqual([
      {
        error,
        reference: expect.stringMatching(new RegExp(`^${reference}$`)),
        tool: 'find',
        path: 'customers.get',
        ctx: { user: 'ada' },
        auth,
      },
    ]);
    expect(failures[0]!.error).toBe(error);
  });

  test('each call of a batch gets its own answer', async () => {
    const router = t.router({ echo: tool.input(z.object({ n: z.number() })).query(({ input }) => input.n) });
    await using server = await serve(mcpHandler(router));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => call(server.mcp, era, 'echo', { n })),
    );
    expect(
      answers.map(
        ({ body }) => (body as { result: { content: { text: string }[] } }).result.content[0]!.text,
      ),
    ).toEqual(Array.from({ length: 20 }, (_, n) => (era === 'modern' ? `${n}` : `{"result":${n}}`)));
  });

  test.each([
    ['a bigint', () => [{ type: 'text', text: 'x', n: 1n }]],
    [
      'a cycle',
      () => {
        const block: Record<string, unknown> = { type: 'text', text: 'x' };
        block['self'] = block;
        return [block];
      },
    ],
  ])('content that holds %s is a tool error', async (_, toContent) => {
    const router = t.router({
      told: t.procedure.meta({ mcp: { toContent: toContent as never } }).query(() => 'fine'),
    });
    await using server = await serve(mcpHandler(router, { onError: () => undefined }));
    const answer = await call(server.mcp, era, 'told');
    expect([answer.status, read(answer).text]).toEqual([
      200,
      expect.stringMatching(/^INTERNAL_SERVER_ERROR: /),
    ]);
  });

  test('content that is a promise is a tool error, and not what is in it', async () => {
    const toContent = () => Promise.resolve('hunter2') as never;
    const router = t.router({ told: t.procedure.meta({ mcp: { toContent } }).query(() => 'fine') });
    await using server = await serve(mcpHandler(router, { onError: () => undefined }));
    const { text } = read(await call(server.mcp, era, 'told'));
    expect(text).toMatch(/^INTERNAL_SERVER_ERROR: something went wrong inside the app/);
  });
});

test('without onError, what the app has to mend is printed and what callers do wrong is not', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const codes = [
    'BAD_REQUEST',
    'UNAUTHORIZED',
    'FORBIDDEN',
    'NOT_FOUND',
    'CONFLICT',
    'TOO_MANY_REQUESTS',
    'INTERNAL_SERVER_ERROR',
    'BAD_GATEWAY',
  ] as const;
  const fail = (make: () => unknown) =>
    tool.query(() => {
      throw make();
    });
  const router = t.router({
    ...Object.fromEntries(codes.map((code) => [code, fail(() => new TRPCError({ code, message: 'no' }))])),
    raw: fail(() => new Error('no')),
    strict: tool.input(z.object({ n: z.number() })).query(() => 1),
    broken: tool.output(z.number()).query(() => 'x' as never),
  });
  await using server = await serve(mcpHandler(router));
  for (const name of [...codes, 'raw', 'strict', 'broken']) await call(server.mcp, 'modern', name);
  const lines = printed.mock.calls.map(([line]) => String(line).replace(new RegExp(reference), '…'));
  printed.mockRestore();
  expect(lines).toEqual([
    'MCP failure … in INTERNAL_SERVER_ERROR:',
    'MCP failure … in BAD_GATEWAY:',
    'MCP failure … in raw:',
    'MCP failure … in broken:',
  ]);
});
