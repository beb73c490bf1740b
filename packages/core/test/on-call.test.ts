import { initTRPC, TRPCError } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { type CallOutcome, getMcpCall, type AuthOptions, type McpMeta, type OnCall } from '../src/index.ts';
import { clientKinds, connect, eraOf } from './clients.ts';
import { converse } from './conversation.ts';
import { call, eras } from './messages.ts';
import { serve } from './server.ts';

interface Context {
  user: string;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const createContext = (): Context => ({ user: 'Ada' });
const auth: AuthOptions = {
  authenticate: () => ({ token: 'x', clientId: 'agent', scopes: ['read'], subject: 'ada' }),
};

/** Writes down what a function for onCall is told of each call, and how it ended. */
function audit(lines: unknown[]): OnCall<Context> {
  return async ({ tool, input, ctx, round, next }) => {
    const outcome = await next();
    const { path, kind } = tool;
    lines.push({ path, kind, input, user: ctx.user, round, ended: endOf(outcome) });
    return outcome;
  };
}

function endOf(outcome: CallOutcome): unknown {
  if (outcome.ok) return outcome.data;
  return outcome.instead ?? outcome.error.code;
}

const text = (value: string) => [{ type: 'text', text: expect.stringContaining(value) as string }];

afterEach(() => void vi.useRealTimers());

const ways = clientKinds.flatMap((kind) => [true, false].map((fastLane) => ({ kind, fastLane })));

describe.each(ways)('for a client of kind $kind, with fastLane $fastLane', ({ kind, fastLane }) => {
  const options = { createContext, fastLane, onError: () => {} };

  test('it is around every tool, resource, prompt, completion and list, with what they are', async () => {
    const lines: object[] = [];
    const router = t.router({
      add: t.procedure
        .meta({ mcp: true })
        .input(z.object({ on: z.date(), n: z.bigint() }))
        .mutation(({ input }) => ({ later: new Date(input.on.getTime() + 1) })),
      note: t.procedure
        .meta({ mcp: { complete: { id: 'ids' }, resource: { uri: 'notes://{id}', list: 'all' } } })
        .input(z.object({ id: z.string() }))
        .query(({ input }) => `note ${input.id}`),
      greet: t.procedure
        .meta({ mcp: { prompt: true } })
        .input(z.object({ name: z.string() }))
        .query(({ input }) => `Greet ${input.name}`),
      ids: t.procedure.input(z.object({ value: z.string() })).query(() => ['1', '2']),
      all: t.procedure.query(() => [{ id: '1' }]),
    });
    const onCall = audit(lines);
    await using server = await serve(mcpHandler(router, { ...options, onCall }));
    await using client = await connect[kind](server.mcp);
    const args = { on: '2026-01-01T00:00:00.000Z', n: '7' };
    const { structuredContent } = await client.callTool({ name: 'add', arguments: args });
    expect(structuredContent).toEqual({ later: '2026-01-01T00:00:00.001Z' });
    await client.readResource('notes://1');
    await client.getPrompt('greet', { name: 'Bo' });
    await client.listResources();
    const ref = { type: 'ref/resource' as const, uri: 'notes://{id}' };
    await client.complete({ ref, argument: { name: 'id', value: '' } });
    const user = { user: 'Ada', round: 0 };
    const on = new Date('2026-01-01');
    expect(lines).toEqual([
      {
        ...user,
        path: 'add',
        kind: 'tool',
        input: { on, n: 7n },
        ended: { later: new Date(on.getTime() + 1) },
      },
      { ...user, path: 'note', kind: 'resource', input: { id: '1' }, ended: 'note 1' },
      { ...user, path: 'greet', kind: 'prompt', input: { name: 'Bo' }, ended: 'Greet Bo' },
      { ...user, path: 'all', kind: 'list', input: undefined, ended: [{ id: '1' }] },
      { ...user, path: 'ids', kind: 'completion', input: { value: '' }, ended: ['1', '2'] },
    ]);
  });

  test('what it returns is the outcome: other data, and another error', async () => {
    const router = t.router({
      card: t.procedure.meta({ mcp: true }).query(() => ({ number: '4111', since: new Date(0) })),
      fail: t.procedure.meta({ mcp: true }).query(() => {
        throw new TRPCError({ code: 'CONFLICT', message: 'row 17 of customers' });
      }),
    });
    const onCall: OnCall<Context> = async ({ next }) => {
      const outcome = await next();
      if (outcome.ok) return { ok: true, data: { ...(outcome.data as object), number: '****' } };
      return { ok: false, error: new TRPCError({ code: 'CONFLICT', message: 'somebody was faster' }) };
    };
    await using server = await serve(mcpHandler(router, { ...options, onCall }));
    await using client = await connect[kind](server.mcp);
    const card = await client.callTool({ name: 'card' });
    expect(card.structuredContent).toEqual({ number: '****', since: '1970-01-01T00:00:00.000Z' });
    expect(JSON.stringify(card)).not.toContain('4111');
    const failed = await client.callTool({ name: 'fail' });
    expect(failed).toMatchObject({ isError: true, content: text('CONFLICT: somebody was faster') });
    expect(JSON.stringify(failed)).not.toContain('row 17');
  });

  test('several are run in order, and the first is outermost', async () => {
    const steps: string[] = [];
    const step =
      (name: string): OnCall<Context> =>
      async ({ next }) => {
        steps.push(`${name} in`);
        const outcome = await next();
        steps.push(`${name} out`);
        return outcome.ok ? { ...outcome, data: `${String(outcome.data)} ${name}` } : outcome;
      };
    const router = t.router({
      work: t.procedure
        .meta({ mcp: true })
        .use(({ next }) => {
          steps.push('middleware');
          return next();
        })
        .query(() => 'done'),
    });
    const handler = mcpHandler(router, { ...options, onCall: [step('a'), step('b')] });
    await using server = await serve(handler);
    await using client = await connect[kind](server.mcp);
    expect((await client.callTool({ name: 'work' })).content).toEqual(text('done b a'));
    expect(steps).toEqual(['a in', 'b in', 'middleware', 'b out', 'a out']);
  });

  test('it refuses before anything of the procedure runs, in its own words', async () => {
    const ran = vi.fn();
    const router = t.router({
      work: t.procedure
        .meta({ mcp: true })
        .use(({ next }) => (ran(), next()))
        .mutation(ran),
    });
    const onCall: OnCall<Context> = () => {
      throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'your plan has 3 calls a day' });
    };
    await using server = await serve(mcpHandler(router, { ...options, onCall }));
    await using client = await connect[kind](server.mcp);
    const refused = await client.callTool({ name: 'work' });
    expect(refused).toMatchObject({ isError: true, content: text('your plan has 3 calls a day') });
    expect(ran).not.toHaveBeenCalled();
  });

  test('any other error that it throws is masked, and reported with the same reference', async () => {
    const router = t.router({ work: t.procedure.meta({ mcp: true }).query(() => 1) });
    const onError = vi.fn();
    const thrown = new Error('postgres://secret');
    const onCall: OnCall<Context> = () => Promise.reject(thrown);
    await using server = await serve(mcpHandler(router, { ...options, onError, onCall }));
    await using client = await connect[kind](server.mcp);
    const failed = await client.callTool({ name: 'work' });
    expect(JSON.stringify(failed)).not.toContain('secret');
    const { error, reference } = onError.mock.calls[0]![0] as { error: TRPCError; reference: string };
    expect(error.cause).toBe(thrown);
    expect(failed).toMatchObject({ isError: true, content: text(reference) });
    expect(onError).toHaveBeenCalledTimes(1);
  });

  test.each<[string, OnCall<Context>, string, boolean]>([
    ['a success without next', () => ({ ok: true, data: 1 }), 'without calling next()', false],
    [
      'a success before next is done',
      ({ next }) => (void next(), { ok: true, data: 1 }),
      'before next() was done; await it',
      true,
    ],
    ['nothing', (() => undefined) as never, 'returned no outcome for work; return what next() gave', false],
    [
      'nothing after next',
      (async ({ next }: { next: () => Promise<unknown> }) => void (await next())) as never,
      'returned no outcome for work',
      true,
    ],
    ['data alone', (() => 'done') as never, 'returned no outcome for work', false],
    [
      'no data',
      (async ({ next }: never) => (await (next as () => unknown)(), { ok: true })) as never,
      'no outcome',
      true,
    ],
    ['an error that is none', (() => ({ ok: false, error: 'no' })) as never, 'returned no outcome', false],
    [
      'data that is not there yet',
      async ({ next }) => (await next(), { ok: true, data: Promise.resolve(1) }),
      'not there yet; await it',
      true,
    ],
    [
      'a list of data that is not there yet',
      async ({ next }) => (await next(), { ok: true, data: [Promise.resolve(1)] }),
      'not there yet; await it',
      true,
    ],
    [
      'what was yielded and is not there yet',
      async ({ next }) => (await next(), { ok: true, data: 1, yielded: [Promise.resolve(1)] }),
      'not there yet; await it',
      true,
    ],
    ['next twice', async ({ next }) => (await next(), next()), 'called next() twice for work', true],
    ['next twice, unheard', ({ next }) => (void next(), next()), 'called next() twice for work', true],
  ])('%s is a masked error that says what to do', async (_, onCall, said, runs) => {
    const ran = vi.fn(() => 'ran');
    const router = t.router({ work: t.procedure.meta({ mcp: true }).query(ran) });
    const onError = vi.fn();
    await using server = await serve(mcpHandler(router, { ...options, onError, onCall }));
    await using client = await connect[kind](server.mcp);
    const failed = await client.callTool({ name: 'work' });
    expect(failed).toMatchObject({
      isError: true,
      content: text('INTERNAL_SERVER_ERROR: something went wrong'),
    });
    const failures = onError.mock.calls as [{ error: TRPCError; tool: string }][];
    expect(failures.map(([{ error, tool }]) => [tool, error.cause?.message])).toEqual([
      ['work', expect.stringContaining(said)],
    ]);
    expect(ran).toHaveBeenCalledTimes(runs ? 1 : 0);
  });

  test('it cannot make a success of what has failed, nor skip the middleware that refuses', async () => {
    const ran = vi.fn();
    const router = t.router({
      work: t.procedure
        .meta({ mcp: true })
        .use(() => {
          throw new TRPCError({ code: 'PAYMENT_REQUIRED', message: 'pay first' });
        })
        .query(ran),
    });
    const onError = vi.fn();
    const onCall: OnCall<Context> = async ({ next }) => {
      const outcome = (await next()) as { ok: boolean };
      outcome.ok = true;
      return { ...outcome, ok: true, data: 'made up' };
    };
    await using server = await serve(mcpHandler(router, { ...options, onError, onCall }));
    await using client = await connect[kind](server.mcp);
    const failed = await client.callTool({ name: 'work' });
    expect(JSON.stringify(failed)).not.toContain('made up');
    expect(failed).toMatchObject({ isError: true });
    expect(onError.mock.calls[0]![0]).toMatchObject({
      error: { cause: { message: expect.stringContaining('made a success of work') } },
    });
    expect(ran).not.toHaveBeenCalled();
  });

  test('an error of the procedure that it throws again is reported as that error, once', async () => {
    const router = t.router({
      work: t.procedure.meta({ mcp: true }).query(() => {
        throw new RangeError('too far');
      }),
    });
    const onError = vi.fn();
    const toError = (error: unknown) =>
      error instanceof RangeError
        ? new TRPCError({ code: 'NOT_FOUND', message: 'it is not here' })
        : undefined;
    const onCall: OnCall<Context> = async ({ next }) => {
      const outcome = await next();
      if (!outcome.ok) throw outcome.error;
      return outcome;
    };
    await using server = await serve(mcpHandler(router, { ...options, onError, toError, onCall }));
    await using client = await connect[kind](server.mcp);
    expect(await client.callTool({ name: 'work' })).toMatchObject({ content: text('it is not here') });
    expect(onError).toHaveBeenCalledTimes(1);
  });

  test('arguments that cannot be read, or are not valid, are a failure that it sees', async () => {
    const lines: object[] = [];
    const router = t.router({
      work: t.procedure
        .meta({ mcp: true })
        .input(z.object({ on: z.date() }))
        .query(() => 1),
    });
    await using server = await serve(mcpHandler(router, { ...options, onCall: audit(lines) }));
    await using client = await connect[kind](server.mcp);
    const failed = await client.callTool({ name: 'work', arguments: { on: 'never' } });
    expect(failed).toMatchObject({ isError: true, content: text('BAD_REQUEST') });
    await client.callTool({ name: 'work', arguments: { on: '2026-01-01T00:00:00Z', more: 1 } });
    expect(lines).toMatchObject([{ ended: 'BAD_REQUEST' }, { ended: 'BAD_REQUEST' }]);
  });

  test('what it does to the input reaches neither the procedure nor the next function', async () => {
    const seen: unknown[] = [];
    const spoil: OnCall<Context> = ({ input, next }) => {
      const { on, list } = input as { on: Date; list: string[] };
      on.setTime(0);
      list.push('more');
      return next();
    };
    const look: OnCall<Context> = ({ next, ...told }) => {
      seen.push(told.input);
      return next();
    };
    const router = t.router({
      work: t.procedure
        .meta({ mcp: true })
        .input(z.object({ on: z.date(), list: z.any() }))
        .query(({ input }) => void seen.push(input)),
    });
    await using server = await serve(mcpHandler(router, { ...options, onCall: [spoil, look] }));
    await using client = await connect[kind](server.mcp);
    const args = { on: '2026-01-01T00:00:00Z', list: ['a'] };
    await client.callTool({ name: 'work', arguments: args });
    const sent = { on: new Date('2026-01-01'), list: ['a'] };
    expect(seen).toEqual([sent, sent]);
  });

  test('getMcpCall works in it, and auth and call are those of the request', async () => {
    const router = t.router({ work: t.procedure.meta({ mcp: true }).query(() => 1) });
    const seen: unknown[] = [];
    const onCall: OnCall<Context> = ({ call: running, auth: caller, next }) => {
      seen.push(getMcpCall() === running, caller?.subject, running.tool, running.era);
      return next();
    };
    await using server = await serve(mcpHandler(router, { ...options, auth, onCall }));
    await using client = await connect[kind](server.mcp);
    await client.callTool({ name: 'work' });
    expect(seen).toEqual([true, 'ada', { name: 'work', path: 'work' }, eraOf[kind]]);
  });

  test('it is not asked about what is hidden, what needs a scope, what is limited, and what does not exist', async () => {
    const onCall = vi.fn<OnCall<Context>>(({ next }) => next());
    const router = t.router({
      hidden: t.procedure.meta({ mcp: { visible: () => false } }).query(() => 1),
      scoped: t.procedure.meta({ mcp: { scopes: ['write'] } }).query(() => 1),
      once: t.procedure.meta({ mcp: { rateLimit: { points: 1, durationMs: 60_000 } } }).query(() => 1),
    });
    const all = { ...options, auth, onCall, return200ForErrors: true };
    await using server = await serve(mcpHandler(router, all));
    await using client = await connect[kind](server.mcp);
    await expect(client.callTool({ name: 'hidden' })).rejects.toThrow('Unknown tool: hidden');
    await expect(client.callTool({ name: 'missing' })).rejects.toThrow('Unknown tool: missing');
    expect(await client.callTool({ name: 'scoped' })).toMatchObject({ isError: true });
    expect(onCall).not.toHaveBeenCalled();
    await client.callTool({ name: 'once' });
    expect(await client.callTool({ name: 'once' })).toMatchObject({ content: text('TOO_MANY_REQUESTS') });
    expect(onCall).toHaveBeenCalledTimes(1);
  });

  test('it is around the call inside of run_query and run_mutation, and not around the search', async () => {
    const lines: object[] = [];
    const router = t.router({
      one: t.procedure.meta({ mcp: true }).query(() => 1),
      two: t.procedure.meta({ mcp: true }).query(() => 2),
      act: t.procedure.meta({ mcp: true }).mutation(() => 3),
    });
    const handler = mcpHandler(router, { ...options, discovery: 'search', onCall: audit(lines) });
    await using server = await serve(handler);
    await using client = await connect[kind](server.mcp);
    await client.callTool({ name: 'search_tools', arguments: { query: 'one' } });
    const calls = [{ name: 'one' }, { name: 'two' }];
    await client.callTool({ name: 'run_query', arguments: { calls } });
    await client.callTool({ name: 'run_mutation', arguments: { name: 'act' } });
    expect(lines).toMatchObject([
      { path: 'one', kind: 'tool', ended: 1 },
      { path: 'two', kind: 'tool', ended: 2 },
      { path: 'act', kind: 'tool', ended: 3 },
    ]);
  });

  test('a dry run is a call of the query that it is', async () => {
    const lines: object[] = [];
    const router = t.router({
      close: t.procedure
        .meta({ mcp: { dryRun: 'preview' } })
        .input(z.object({ id: z.string() }))
        .mutation(() => 'closed'),
      preview: t.procedure.input(z.object({ id: z.string() })).query(() => 'would close'),
    });
    await using server = await serve(mcpHandler(router, { ...options, onCall: audit(lines) }));
    await using client = await connect[kind](server.mcp);
    await client.callTool({ name: 'close', arguments: { id: '1', _dryRun: true } });
    expect(lines).toMatchObject([
      { path: 'preview', kind: 'dryRun', input: { id: '1' }, ended: 'would close' },
    ]);
  });

  test('the answer of an idempotency key is no execution, and it may refuse it', async () => {
    const lines: { ended?: unknown }[] = [];
    const ran = vi.fn(() => ({ secret: 's', id: 1 }));
    const router = t.router({
      pay: t.procedure.meta({ mcp: { idempotent: true } }).mutation(ran),
    });
    let isSuspended = false;
    const redact: OnCall<Context> = async ({ next }) => {
      const outcome = await next();
      if (isSuspended) throw new TRPCError({ code: 'PAYMENT_REQUIRED', message: 'suspended' });
      return outcome.ok ? { ...outcome, data: { ...(outcome.data as object), secret: '*' } } : outcome;
    };
    const handler = mcpHandler(router, { ...options, auth, onCall: [audit(lines), redact] });
    await using server = await serve(handler);
    await using client = await connect[kind](server.mcp);
    const pay = () => client.callTool({ name: 'pay', arguments: { _idempotencyKey: 'k1' } });
    const answers = [...(await Promise.all([pay(), pay()])), await pay()];
    expect(answers.map(({ structuredContent }) => structuredContent)).toEqual(
      Array.from({ length: 3 }, () => ({ secret: '*', id: 1 })),
    );
    expect(ran).toHaveBeenCalledTimes(1);
    const ends = lines.map(({ ended }) => (typeof ended === 'string' ? ended : 'ran'));
    expect(ends.toSorted()).toEqual(['earlierAnswer', 'earlierAnswer', 'ran']);
    isSuspended = true;
    expect(await pay()).toMatchObject({ content: text('suspended') });
  });

  test('the values of a generator are not told before it has seen them', async () => {
    const router = t.router({
      list: t.procedure.meta({ mcp: true }).query(async function* () {
        yield 'secret 1';
        yield 'secret 2';
      }),
      sum: t.procedure.meta({ mcp: true }).query(async function* () {
        yield 'secret 1';
        return { total: 1 };
      }),
    });
    const onCall: OnCall<Context> = async ({ next }) => {
      const outcome = await next();
      if (!outcome.ok) return outcome;
      const data = Array.isArray(outcome.data) ? outcome.data.map(() => '*') : outcome.data;
      return { ok: true, data, yielded: outcome.yielded?.map(() => '*') };
    };
    await using server = await serve(mcpHandler(router, { ...options, onCall }));
    await using client = await connect[kind](server.mcp);
    for (const name of ['list', 'sum']) {
      const heard: unknown[] = [];
      const told = await client.callTool({ name }, { onprogress: (progress) => heard.push(progress) });
      expect(heard.length).toBeGreaterThan(0);
      expect(JSON.stringify([told, heard])).not.toContain('secret');
      expect(JSON.stringify(told)).toContain('*');
      expect(JSON.stringify(await client.callTool({ name }))).not.toContain('secret');
    }
  });

  test('a function that hangs is ended by the time limit of the call', async () => {
    const router = t.router({ work: t.procedure.meta({ mcp: { timeoutMs: 50 } }).query(() => 1) });
    for (const onCall of [
      () => new Promise<never>(() => {}),
      async ({ next }: { next: () => unknown }) => (await next(), new Promise<never>(() => {})),
    ]) {
      await using server = await serve(mcpHandler(router, { ...options, onCall }));
      await using client = await connect[kind](server.mcp);
      expect(await client.callTool({ name: 'work' })).toMatchObject({ content: text('TIMEOUT') });
    }
  });

  test('a call with a key that goes on after its time limit does not run twice, and what nobody has seen is not told', async () => {
    let goOn!: () => void;
    const done = new Promise<void>((resolve) => (goOn = resolve));
    const ran = vi.fn(() => done.then(() => 'secret'));
    const router = t.router({
      pay: t.procedure.meta({ mcp: { idempotent: true, timeoutMs: 50 } }).mutation(ran),
    });
    const redact: OnCall<Context> = async ({ next }) => {
      const outcome = await next();
      return outcome.ok ? { ok: true, data: '*' } : outcome;
    };
    await using server = await serve(mcpHandler(router, { ...options, auth, onCall: redact }));
    await using client = await connect[kind](server.mcp);
    const pay = () => client.callTool({ name: 'pay', arguments: { _idempotencyKey: 'k1' } });
    // On a busy machine, the time may be over before the procedure has begun.
    await vi.waitFor(async () => {
      expect(await pay()).toMatchObject({ content: text('TIMEOUT') });
      expect(ran).toHaveBeenCalled();
    }, 15_000);
    expect(await pay()).toMatchObject({ content: text('TIMEOUT') });
    goOn();
    await vi.waitFor(
      async () =>
        expect(await pay()).toMatchObject({ content: text('ran before under its _idempotencyKey') }),
      15_000,
    );
    expect(ran).toHaveBeenCalledTimes(1);
  });

  test('a call with a key that has run does not run again when the function fails after it', async () => {
    const ran = vi.fn(() => 'secret');
    const router = t.router({
      pay: t.procedure.meta({ mcp: { idempotent: true } }).mutation(ran),
    });
    const refuse = (message: string) => new TRPCError({ code: 'SERVICE_UNAVAILABLE', message });
    let tries = 0;
    const onCall: OnCall<Context> = async ({ next }) => {
      tries++;
      // Refused before it has run, a call may be tried again.
      if (tries === 1) throw refuse('not now');
      const outcome = await next();
      if (tries === 2) throw refuse('the log is away');
      return outcome;
    };
    await using server = await serve(mcpHandler(router, { ...options, auth, onCall }));
    await using client = await connect[kind](server.mcp);
    const pay = () => client.callTool({ name: 'pay', arguments: { _idempotencyKey: 'k1' } });
    expect(await pay()).toMatchObject({ content: text('not now') });
    expect(await pay()).toMatchObject({ content: text('the log is away') });
    expect(await pay()).toMatchObject({ content: text('ran before under its _idempotencyKey') });
    expect(ran).toHaveBeenCalledTimes(1);
  });

  test('next runs nothing any more when the call was answered', async () => {
    const ran = vi.fn();
    const router = t.router({ work: t.procedure.meta({ mcp: { timeoutMs: 50 } }).query(ran) });
    let late!: Promise<CallOutcome>;
    let goOn!: () => void;
    const answered = new Promise<void>((resolve) => (goOn = resolve));
    const waitAndGoOn: OnCall<Context> = async ({ next }) => {
      await answered;
      return next();
    };
    const onCall: OnCall<Context> = (given) => (late = Promise.resolve(waitAndGoOn(given)));
    await using server = await serve(mcpHandler(router, { ...options, onCall }));
    await using client = await connect[kind](server.mcp);
    expect(await client.callTool({ name: 'work' })).toMatchObject({ content: text('TIMEOUT') });
    goOn();
    expect(await late).toMatchObject({ ok: false, error: { code: 'CLIENT_CLOSED_REQUEST' } });
    expect(ran).not.toHaveBeenCalled();
  });
});

describe.each(eras)('in the %s era', (era) => {
  test.each([
    ['UNAUTHORIZED', 401],
    ['FORBIDDEN', 403],
  ] as const)('its %s has the status %i', async (code, status) => {
    const router = t.router({ work: t.procedure.meta({ mcp: true }).query(() => 1) });
    const onCall: OnCall<Context> = () => {
      throw new TRPCError({ code, message: 'not you' });
    };
    const options = { createContext, onCall, onError: () => {} };
    await using server = await serve(mcpHandler(router, options));
    const answer = await call(server.mcp, era, 'work');
    expect(answer).toMatchObject({ status, body: { result: { isError: true, _meta: { code } } } });
    const mild = mcpHandler(router, { ...options, return200ForErrors: 'forbidden' });
    await using other = await serve(mild);
    expect((await call(other.mcp, era, 'work')).status).toBe(code === 'FORBIDDEN' ? 200 : 401);
  });
});

describe.each([
  ['2026-07-28', 'stateless'],
  ['2025-11-25', 'sessions'],
] as const)('a person at a client of kind %s', (kind, legacy) => {
  const options = { createContext, legacy, onError: () => {} };

  test('who is asked makes a round that executes nothing, and the agreed call is one execution', async () => {
    const lines: object[] = [];
    const router = t.router({
      close: t.procedure
        .meta({ mcp: { confirm: { question: 'Close {name}?', with: 'account' } } })
        .input(z.object({ id: z.string() }))
        .mutation(() => 'closed'),
      account: t.procedure.input(z.object({ id: z.string() })).query(() => ({ name: 'Acme' })),
    });
    await using server = await serve(mcpHandler(router, { ...options, onCall: audit(lines) }));
    let action = 'accept';
    await using client = await converse(kind, server.mcp, {
      onQuestion: () => (action === 'accept' ? { action, content: {} } : { action }),
    });
    const close = () => client.call('tools/call', { name: 'close', arguments: { id: '1' } });
    expect(await close()).toMatchObject({ content: text('closed') });
    expect(lines).toMatchObject([
      { path: 'account', kind: 'question', round: 0, ended: { name: 'Acme' } },
      { path: 'close', kind: 'tool', round: 0, ended: 'question' },
      { path: 'close', kind: 'tool', round: 1, ended: 'closed' },
    ]);
    action = 'decline';
    expect(await close()).toMatchObject({ isError: true });
  });

  test('is asked whatever is made of the outcome, unless it is refused', async () => {
    const router = t.router({
      work: t.procedure.meta({ mcp: true }).mutation(async () => {
        const schema = z.object({ sure: z.boolean() });
        const answer = await getMcpCall()!.ask({ message: 'Sure?', schema });
        return answer.action;
      }),
    });
    const rethrow: OnCall<Context> = async ({ next }) => {
      const outcome = await next();
      if (!outcome.ok) throw outcome.error;
      return outcome;
    };
    await using server = await serve(mcpHandler(router, { ...options, onCall: [rethrow, rethrow] }));
    const onQuestion = vi.fn(() => ({ action: 'accept', content: { sure: true } }));
    await using client = await converse(kind, server.mcp, { onQuestion });
    expect(await client.call('tools/call', { name: 'work' })).toMatchObject({ content: text('accept') });
    const refuse: OnCall<Context> = async ({ next }) => {
      await next();
      throw new TRPCError({ code: 'CONFLICT', message: 'not now' });
    };
    await using refusing = await serve(mcpHandler(router, { ...options, onCall: refuse }));
    await using other = await converse(kind, refusing.mcp, { onQuestion });
    expect(await other.call('tools/call', { name: 'work' })).toMatchObject({ content: text('not now') });
    expect(onQuestion).toHaveBeenCalledTimes(1);
  });

  test('can be asked by the function itself', async () => {
    const ran = vi.fn(() => 'ran');
    const router = t.router({ work: t.procedure.meta({ mcp: true }).mutation(ran) });
    const lines: object[] = [];
    const askFirst: OnCall<Context> = async ({ call: running, next }) => {
      const { action } = await running.ask({ message: 'Really?', schema: z.object({}) });
      if (action !== 'accept') throw new TRPCError({ code: 'FORBIDDEN', message: 'they said no' });
      return next();
    };
    await using server = await serve(mcpHandler(router, { ...options, onCall: [audit(lines), askFirst] }));
    const onQuestion = () => ({ action: 'accept', content: {} });
    await using client = await converse(kind, server.mcp, { onQuestion });
    expect(await client.call('tools/call', { name: 'work' })).toMatchObject({ content: text('ran') });
    expect(ran).toHaveBeenCalledTimes(1);
    expect(lines).toMatchObject([{ ended: 'question' }, { ended: 'ran' }]);
  });
});
