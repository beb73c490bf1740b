import {
  experimental_standaloneMiddleware,
  getTRPCErrorFromUnknown,
  initTRPC,
  lazy,
  TRPCError,
} from '@trpc/server';
import fc from 'fast-check';
import superjson from 'superjson';
import { afterAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/fetch.ts';
import type { McpMeta } from '../src/index.ts';
import { eras, headersOf, toMessage } from './messages.ts';
import { runsOf } from './runs.ts';
import { seed } from './schema/generated/seed.ts';

vi.setConfig({ testTimeout: 120_000 });

/** What middleware and resolvers are given, all of it. */
interface Given {
  ctx: object;
  path: string;
  type: string;
  input: unknown;
  meta: unknown;
  signal: AbortSignal | undefined;
  batchIndex: number;
  getRawInput: () => Promise<unknown>;
  next: (options?: object) => Promise<Result>;
}

type Result = { ok: true; data: unknown } | { ok: false; error: TRPCError };

/** What was seen, by whom, in the order in which it was. */
let seen: unknown[] = [];

function see(who: string, { ctx, signal, getRawInput: _read, next: _next, ...others }: Given): void {
  const keys = Object.keys({ ctx, signal, ...others }).toSorted();
  seen.push({
    who,
    keys,
    ctx: { ...ctx },
    hasSignal: signal instanceof AbortSignal && !signal.aborted,
    ...others,
  });
}

async function goOn(who: string, given: Given, options?: object): Promise<Result> {
  see(who, given);
  const result = await given.next(options);
  seen.push({
    back: who,
    keys: Object.keys(result).toSorted(),
    result: result.ok ? { data: result.data } : { error: describeError(result.error) },
  });
  return result;
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, cause } = error;
  const code = error instanceof TRPCError ? error.code : undefined;
  return { name, code, message, cause: cause === undefined ? undefined : describeError(cause) };
}

/** Middleware, by what it does. */
const steps = {
  pass: (given: Given) => goOn('pass', given),
  async readRaw(given: Given) {
    seen.push({ raw: await given.getRawInput() });
    return goOn('readRaw', given);
  },
  async readRawLater(given: Given) {
    const result = await goOn('readRawLater', given);
    seen.push({ raw: await given.getRawInput() });
    return result;
  },
  extend: (given: Given) => goOn('extend', given, { ctx: { added: Object.keys(given.ctx).length } }),
  replaceUser: (given: Given) => goOn('replaceUser', given, { ctx: { user: 'somebody else' } }),
  replaceInput: (given: Given) => goOn('replaceInput', given, { input: { text: 'replaced' } }),
  replaceRaw: (given: Given) =>
    goOn('replaceRaw', given, {
      getRawInput: () => Promise.resolve({ text: 'replaced', at: new Date(1), n: 1n }),
    }),
  async alter(given: Given) {
    const result = await goOn('alter', given);
    // What a subscription returned stays a stream.
    return result.ok && !isIterable(result.data) ? { ...result, data: { altered: true } } : result;
  },
  async translate(given: Given) {
    const result = await goOn('translate', given);
    if (result.ok) return result;
    throw new TRPCError({ code: 'CONFLICT', message: 'as this app calls it', cause: result.error });
  },
  async again(given: Given) {
    const result = await goOn('again', given);
    return result.ok ? result : goOn('again', given, { ctx: { again: true } });
  },
  async twice(given: Given) {
    await goOn('twice', given);
    return goOn('twice', given, { ctx: { turn: 2 } });
  },
  async throwAfter(given: Given) {
    const result = await goOn('throwAfter', given);
    if (result.ok) throw new TRPCError({ code: 'PRECONDITION_FAILED', message: 'too late' });
    return result;
  },
  replacePath: (given: Given) => goOn('replacePath', given, { path: 'another', type: 'mutation' }),
  async late(given: Given) {
    await new Promise((resolve) => setImmediate(resolve));
    return goOn('late', given);
  },
  refuse: () => {
    throw new TRPCError({ code: 'FORBIDDEN', message: 'not you', cause: new Error('the reason') });
  },
  crash: () => {
    throw new Error('password=hunter2');
  },
  throwText() {
    // oxlint-disable-next-line typescript/only-throw-error -- apps do
    throw 'a text';
  },
  forgetNext: () => undefined,
};

const ends = {
  value: () => ({ done: true }),
  nothing: () => undefined,
  refuse: steps.refuse,
  crash: steps.crash,
};

/** Parsers of one field each, so that any of them stand one after another. */
const parsers = {
  text: z.object({ text: z.string().min(1) }),
  length: z.object({ text: z.string().transform((text) => text.length) }),
  free: z.object({ text: z.string().refine((text) => Promise.resolve(text !== 'taken'), 'it is taken') }),
  at: z.object({ at: z.date() }),
  n: z.object({ n: z.bigint().optional() }),
};

const fields = { text: 'text', length: 'text', free: 'text', at: 'at', n: 'n' } as const;
type Field = (typeof fields)[keyof typeof fields];

/** Values of a field, as they are and as they go over the wire. */
const values: Record<Field, fc.Arbitrary<[value: unknown, wire: unknown]>> = {
  text: fc.constantFrom('ada', '', 'taken', 5).map((text) => [text, text]),
  at: fc.constantFrom('2026-01-31T09:00:00.000Z', '1969-01-01T00:00:00.000Z').map((at) => [new Date(at), at]),
  n: fc.constantFrom(0n, 2n ** 70n).map((n) => [n, String(n)]),
};

const stepNames = Object.keys(steps) as (keyof typeof steps)[];
const passing = stepNames.filter((name) => !['refuse', 'crash', 'throwText', 'forgetNext'].includes(name));

type Step =
  | { use: keyof typeof steps; as: 'function' | 'middleware' | 'standalone' | 'pipe' }
  | { input: keyof typeof parsers }
  | { concat: keyof typeof steps; input: keyof typeof parsers | undefined };

const parserName = fc.constantFrom(...(Object.keys(parsers) as (keyof typeof parsers)[]));
const stepName = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...passing) },
  { weight: 1, arbitrary: fc.constantFrom(...stepNames) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      use: stepName,
      as: fc.constantFrom('function', 'middleware', 'standalone', 'pipe'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ input: parserName }) },
  { weight: 1, arbitrary: fc.record({ concat: stepName, input: fc.option(parserName, { nil: undefined }) }) },
);

const plan = fc.record({
  path: fc.constantFrom('act', 'rows.act', 'rows.deep.act'),
  type: fc.constantFrom('query', 'mutation', 'subscription'),
  steps: fc.array(step, { maxLength: 7 }),
  output: fc.constantFrom('unchecked', 'unchecked', 'unchecked', 'wrong'),
  end: fc.constantFrom('value', 'value', 'value', 'nothing', 'refuse', 'crash'),
  transformer: fc.constantFrom('superjson', 'none'),
  mounted: fc.constantFrom('inline', 'merged', 'lazy'),
  ctx: fc.constantFrom({ user: 'ada' }, { user: undefined, since: new Date(0) }),
  values: fc.record(values, { requiredKeys: ['at'] }),
  era: fc.constantFrom(...eras),
  fastLane: fc.boolean(),
});
type Plan = typeof plan extends fc.Arbitrary<infer TPlan> ? TPlan : never;

/** A builder whose type does not grow with each step: the steps are known at run time only. */
interface Builder {
  meta(meta: object): Builder;
  use(middleware: unknown): Builder;
  input(parser: unknown): Builder;
  output(parser: unknown): Builder;
  concat(builder: unknown): Builder;
  query(resolver: (given: Given) => unknown): never;
  mutation(resolver: (given: Given) => unknown): never;
  subscription(resolver: (given: Given) => unknown): never;
}

function build({ path, type, steps: all, output, end, transformer, mounted }: Plan) {
  const t = initTRPC
    .context<object>()
    .meta<McpMeta & { note?: string }>()
    .create({ ...(transformer === 'superjson' && { transformer: superjson }) });
  const plain = t.procedure as unknown as Builder;
  const middleware = (use: unknown) => t.middleware(use as never);
  const forms = {
    function: (use: unknown) => use,
    middleware,
    standalone: (use: unknown) => experimental_standaloneMiddleware().create(use as never),
    pipe: (use: unknown) => middleware(use).unstable_pipe(steps.pass as never),
  };
  let builder = plain.meta({ mcp: true, note: 'first' });
  for (const one of all) {
    if ('use' in one) builder = builder.use(forms[one.as](steps[one.use]));
    else if ('concat' in one) {
      const other = one.input ? plain.input(parsers[one.input]) : plain;
      builder = builder.concat(other.use(steps[one.concat]));
    } else builder = builder.input(parsers[one.input]);
  }
  if (output === 'wrong' && type !== 'subscription')
    builder = builder.output(z.object({ other: z.string() }));
  builder = builder.meta({ note: 'second' });
  const procedure =
    type === 'subscription'
      ? builder.subscription(async function* (given) {
          see('resolver', given);
          seen.push({ raw: await given.getRawInput() });
          yield 1;
          yield ends[end]();
        })
      : builder[type](async (given) => {
          see('resolver', given);
          seen.push({ raw: await given.getRawInput() });
          return ends[end]();
        });
  const [last, ...keys] = path.split('.').toReversed();
  const routers = keys.reduce<object>(
    (inner, key) => ({ [key]: mounted === 'lazy' ? lazy(async () => t.router(inner as never)) : inner }),
    { [last!]: procedure },
  ) as Record<string, never>;
  return mounted === 'merged' ? t.mergeRouters(t.router({}), t.router(routers)) : t.router(routers);
}

/** The fields that the procedure's parsers ask for: what none asks for goes over the wire as it is. */
function argumentsOf({ steps: all, values: drawn }: Plan, which: 0 | 1): Record<string, unknown> | undefined {
  const asked = new Set(all.flatMap((one) => ('input' in one && one.input ? [fields[one.input]] : [])));
  if (asked.size === 0) return undefined;
  return Object.fromEntries(
    [...asked].flatMap((field) => (drawn[field] ? [[field, drawn[field][which]]] : [])),
  );
}

/** What was seen, and what came out of it. */
interface Run {
  seen: unknown[];
  error: unknown;
}

async function callCaller(router: ReturnType<typeof build>, made: Plan): Promise<Run> {
  seen = [];
  const caller = router.createCaller(made.ctx, { signal: new AbortController().signal });
  const procedure = made.path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], caller) as (
    input: unknown,
  ) => Promise<unknown>;
  let error: unknown;
  try {
    const value = await procedure(argumentsOf(made, 0));
    if (isIterable(value)) for await (const _ of value);
  } catch (thrown) {
    error = describeError(getTRPCErrorFromUnknown(thrown));
  }
  return { seen, error };
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function callTool(router: ReturnType<typeof build>, made: Plan): Promise<Run> {
  seen = [];
  const errors: unknown[] = [];
  const handler = mcpHandler(router, {
    createContext: () => made.ctx,
    fastLane: made.fastLane,
    onError: ({ error }) => void errors.push(describeError(error)),
  });
  const params = { name: made.path.replaceAll('.', '_'), arguments: argumentsOf(made, 1) ?? {} };
  const response = await handler(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: {
        host: 'localhost',
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headersOf(made.era, 'tools/call', params),
      },
      body: JSON.stringify(toMessage(made.era, 'tools/call', params)),
    }),
  );
  expect(await response.text()).toContain('"result"');
  expect(errors.length).toBeLessThan(2);
  return { seen, error: errors[0] };
}

const outcomes = new Map<string, number>();

test('a tool call is a call of createCaller: all that middleware and resolvers see, and the errors', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (made) => {
      const router = build(made);
      const caller = await callCaller(router, made);
      const tool = await callTool(router, made);
      expect(tool).toEqual(caller);
      const code = (caller.error as { code?: string } | undefined)?.code ?? 'OK';
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
    }),
    { seed, numRuns: runsOf(2000) },
  );
});

// A property over calls that all fail alike would hold for nothing.
afterAll(() => {
  for (const code of ['OK', 'BAD_REQUEST', 'FORBIDDEN', 'CONFLICT', 'INTERNAL_SERVER_ERROR']) {
    expect([code, outcomes.get(code) ?? 0]).toEqual([code, expect.any(Number)]);
    expect(outcomes.get(code) ?? 0, code).toBeGreaterThan(2);
  }
});
