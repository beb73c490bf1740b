import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { compileInput } from '../../src/schema/input.ts';
import { callOverWire, createProcedure } from './procedure.ts';

const digits = '9'.repeat(1_000_000);
const deep = 20_000;

/** Expects a quick refusal whose message fits into a context window. */
async function expectRefused(parser: unknown, args: unknown, path?: string, withinMs = 250): Promise<void> {
  const input = compileInput([parser]);
  const run = createProcedure([parser]);
  const start = performance.now();
  const { error } = await callOverWire(run, input, args);
  expect(error).toBeDefined();
  const issues = input.explain(error, args) ?? [{ path: '', message: (error as Error).message }];
  expect(performance.now() - start).toBeLessThan(withinMs);
  expect(issues.length).toBeGreaterThan(0);
  const told = issues.map((issue) => `${issue.path}: ${issue.message}`).join('\n');
  expect(told.length).toBeLessThan(2_000);
  expect(told).not.toMatch(/Maximum call stack|\[object|SyntaxError|at \w+ \(/);
  if (path !== undefined) expect(issues.map((issue) => issue.path)).toContain(path);
}

async function receive(parser: unknown, args: unknown): Promise<unknown> {
  const outcome = await callOverWire(createProcedure([parser]), compileInput([parser]), args);
  expect(outcome.error).toBeUndefined();
  return outcome.value;
}

function nest(depth: number, around: (inner: unknown) => unknown): unknown {
  let value: unknown = around(null);
  for (let level = 0; level < depth; level++) value = around(value);
  return value;
}

const Node = z.object({
  at: z.date().optional(),
  get next() {
    return Node.nullish();
  },
});
const ByName = z.object({
  get next() {
    return z.map(z.string(), ByName).nullish();
  },
});
const Items = z.object({
  at: z.date().optional(),
  get items() {
    return z.set(Items).nullish();
  },
});
type Nested = null | bigint | Nested[];
const Nested: z.ZodType<Nested> = z.lazy(() => z.union([z.null(), z.bigint(), z.array(Nested)]));

describe('numbers', () => {
  it('refuses a bigint of a million digits at once', () =>
    expectRefused(z.object({ id: z.bigint() }), { id: digits }, 'id', 50));

  it('refuses a thousand bigints of ten thousand digits at once', () =>
    expectRefused(z.array(z.bigint()), {
      input: Array.from({ length: 1000 }, () => digits.slice(0, 10_000)),
    }));

  it('refuses a million digits where a number is wanted', () =>
    expectRefused(z.object({ n: z.number() }), { n: digits }, 'n'));

  it('refuses numbers that lost their last digits', () =>
    expectRefused(z.object({ id: z.bigint() }), { id: JSON.parse('9007199254740993') }, 'id'));

  it('refuses a bigint key of a million digits in a Map', () =>
    expectRefused(z.map(z.bigint(), z.string()), { input: [[digits, 'x']] }));

  it('never matches a pattern in more than linear time', () =>
    expectRefused(z.object({ at: z.date(), id: z.bigint(), u: z.instanceof(URL) }), {
      at: `2026-01-31T09:00:00.${digits}Z!`,
      id: `${digits}!`,
      u: `https://${'a.'.repeat(200_000)} `,
    }));
});

describe('depth', () => {
  it('refuses 20,000 levels of objects', () =>
    expectRefused(
      Node,
      nest(deep, (next) => ({ next, at: '2026-01-31T09:00:00Z' })),
    ));

  it('refuses 20,000 levels of objects with nothing to decode', () =>
    expectRefused(
      z.object({ next: z.lazy((): z.ZodType => Plain) }),
      nest(deep, (next) => ({ next })),
    ));

  it('refuses 20,000 levels through Maps', () =>
    expectRefused(
      ByName,
      nest(deep, (next) => ({ next: { a: next } })),
    ));

  it('refuses 20,000 levels through Sets', () =>
    expectRefused(
      Items,
      nest(deep, (item) => ({ items: [item] })),
    ));

  it('refuses 20,000 levels through a union of arrays', () =>
    expectRefused(Nested, { input: nest(deep, (inner) => [inner]) }));

  it('refuses 20,000 levels through z.json()', () =>
    expectRefused(z.object({ data: z.json() }), { data: nest(deep, (inner) => [inner]) }));

  it('refuses 20,000 levels hidden in a JSON string', () =>
    expectRefused(z.object({ list: z.array(Nested) }), { list: '['.repeat(deep) + ']'.repeat(deep) }));

  it('passes 20,000 levels on where anything goes, or refuses them in words', async () => {
    const parser = z.object({ data: z.any() });
    const data = nest(deep, (inner) => [inner]);
    const outcome = await callOverWire(createProcedure([parser]), compileInput([parser]), { data });
    if (outcome.error !== undefined) expect((outcome.error as Error).message).not.toMatch(/call stack/);
  });

  it('still takes a hundred levels', async () => {
    const value = await receive(
      Node,
      nest(100, (next) => ({ next, at: '2026-01-31T09:00:00Z' })),
    );
    expect((value as { next: { next: { at: Date } } }).next.next.at).toBeInstanceOf(Date);
  });
});

const Plain: z.ZodType = z.lazy(() => z.object({ next: Plain.nullable() }));

describe('names', () => {
  const bad = '{"__proto__":{"polluted":"2026-01-31T09:00:00Z"},"constructor":{"prototype":{"polluted":1}}}';

  it.each([
    ['an object', z.object({ data: z.object({ at: z.date().optional() }) })],
    ['a loose object', z.object({ data: z.looseObject({ at: z.date().optional() }) })],
    ['a record', z.object({ data: z.record(z.string(), z.any()) })],
    ['a catchall', z.object({ data: z.object({ at: z.date().optional() }).catchall(z.any()) })],
    ['a Map', z.object({ data: z.map(z.string(), z.any()) })],
    ['a Map of records of dates', z.object({ data: z.map(z.string(), z.record(z.string(), z.any())) })],
    [
      'a recursive record',
      z.object({
        data: z.record(
          z.string(),
          z.lazy((): z.ZodType => Tree),
        ),
      }),
    ],
    ['JSON', z.object({ data: z.json() })],
    ['anything', z.object({ data: z.any() })],
  ])('%s pollutes nothing', async (_name, parser) => {
    const args: unknown = JSON.parse(`{"data":${bad},"__proto__":{"polluted":1}}`);
    const { value } = await callOverWire(createProcedure([parser]), compileInput([parser]), args);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect((Object as { polluted?: unknown }).polluted).toBeUndefined();
    expect((value as { polluted?: unknown } | undefined)?.polluted).toBeUndefined();
    const data = (value as { data?: object } | undefined)?.data;
    if (data !== undefined && !(data instanceof Map)) {
      expect([Object.prototype, null]).toContain(Object.getPrototypeOf(data));
      expect((data as { polluted?: unknown }).polluted).toBeUndefined();
    }
  });

  it('a Map may have a key named __proto__', async () => {
    const value = await receive(
      z.object({ m: z.map(z.string(), z.date()) }),
      JSON.parse('{"m":{"__proto__":"2026-01-31T09:00:00Z"}}'),
    );
    expect((value as { m: Map<string, Date> }).m.get('__proto__')).toEqual(new Date('2026-01-31T09:00:00Z'));
  });

  it('a discriminator named like a method of Object is no branch', () =>
    expectRefused(
      z.object({
        event: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('a'), at: z.date() }),
          z.object({ kind: z.literal('b'), at: z.bigint() }),
        ]),
      }),
      { event: { kind: 'constructor', at: '1' } },
    ));

  it('a property that is only inherited is not there', () =>
    expectRefused(z.object({ toString: z.date(), constructor: z.bigint() } as never), {}));
});

describe('size', () => {
  const huge = Array.from({ length: 100_000 }, () => 'x');

  it('refuses a hundred thousand wrong dates in words that fit', () =>
    expectRefused(z.array(z.date()), { input: huge }, undefined, 2_500));

  it('refuses a hundred thousand wrong pairs', () =>
    expectRefused(z.map(z.number(), z.date()), { input: huge }, undefined, 2_500));

  it('refuses too many items', () =>
    expectRefused(z.object({ ids: z.array(z.bigint()).max(10) }), { ids: huge }, undefined, 2_500));

  it('quotes a long text only in part', () =>
    expectRefused(z.object({ at: z.date() }), { at: 'x'.repeat(1_000_000) }, 'at'));

  it('takes ten megabytes of base64', async () => {
    const data = Buffer.alloc(10_000_000, 7).toString('base64');
    const value = (await receive(z.object({ file: z.file() }), { file: { name: 'a', data } })) as {
      file: File;
    };
    expect(value.file.size).toBe(10_000_000);
  });

  it('refuses ten megabytes that are not base64', () =>
    expectRefused(
      z.object({ bytes: z.instanceof(Uint8Array) }),
      { bytes: `${'A'.repeat(10_000_000)}!` },
      'bytes',
      1_000,
    ));

  it('refuses a nested union in the time that its validator takes', () => {
    const Left = z.object({ l: z.date(), next: z.lazy((): z.ZodType => Either.optional()) });
    const Right = z.object({ r: z.date(), next: z.lazy((): z.ZodType => Either.optional()) });
    const Either: z.ZodType = z.union([Left, Right]);
    const wire = nest(8, (next) => (next === null ? { r: 'x' } : { r: '2026-01-31T09:00:00Z', next }));
    return expectRefused(z.object({ either: Either }), { either: wire }, undefined, 2_000);
  });
});

describe('texts', () => {
  it.each([
    '0000-13-99',
    '0000-13-99T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-01-31T25:00:00Z',
    '2026-01-31T09:00:00+99:00',
    '١٩٩٩-01-01T00:00:00Z',
    ' 2026-01-31T09:00:00Z',
    '2026-01-31T09:00:00Z\n',
    '2026-01-31T09:00:00Z\u0000',
    '+275760-09-13T00:00:01Z',
    '1',
    'Sat Jan 31 2026',
    '2026-W05',
    '\ud800',
    '2026-01-31T09:00:00',
  ])('is no date: %j', (at) => expectRefused(z.object({ at: z.date() }), { at }, 'at'));

  it.each(['***', 'a', 'aGk=aGk=', 'aGk\u0000', '\ud800', 'data:;base64,***', '=', 'aGkü'])(
    'is no base64: %j',
    (bytes) => expectRefused(z.object({ bytes: z.instanceof(Uint8Array) }), { bytes }, 'bytes'),
  );

  it.each(['١٢', '1_000', '1n', ' 1', '1 ', '+1', '--1', '1e9', '0b1', '', '-', '\ud800', '1\u0000'])(
    'is no bigint: %j',
    (id) => expectRefused(z.object({ id: z.bigint() }), { id }, 'id'),
  );

  it('passes lone surrogates through texts and keys', async () => {
    const parser = z.object({ text: z.string(), map: z.map(z.string(), z.date()) });
    const value = await receive(parser, { text: '\ud800', map: { '\udfff': '2026-01-31T09:00:00Z' } });
    expect(value).toEqual({ text: '\ud800', map: new Map([['\udfff', new Date('2026-01-31T09:00:00Z')]]) });
  });

  it('quotes a lone surrogate so that the message is well-formed', async () => {
    const parser = z.object({ at: z.date() });
    const input = compileInput([parser]);
    const { error } = await callOverWire(createProcedure([parser]), input, { at: '\ud800' });
    const text = JSON.stringify(input.explain(error, { at: '\ud800' }));
    expect(Buffer.from(text).toString()).toBe(text);
  });

  it.each(['javascript:alert(1)//\n', 'http://', 'http://[::1', '//host', '\ud800:'])('is no URL: %j', (u) =>
    expectRefused(z.object({ u: z.instanceof(URL) }), { u }, 'u'),
  );
});

describe('shapes', () => {
  it.each([[null], ['x'], [5], [[]], [true]])('refuses %j as arguments of an object', (args) =>
    expectRefused(z.object({ at: z.date() }), args),
  );

  it.each([
    ['File', z.file()],
    ['Map', z.map(z.string(), z.date())],
    ['Set', z.set(z.date())],
    ['pairs', z.map(z.date(), z.date())],
    ['Date', z.date()],
    ['bigint', z.bigint()],
    ['tuple', z.tuple([z.date()], z.bigint())],
    ['record', z.record(z.string(), z.date())],
    ['URL', z.instanceof(URL)],
    ['bytes', z.instanceof(Uint8Array)],
    ['FormData', z.instanceof(FormData)],
  ])('%s refuses every other shape', async (_name, parser) => {
    const shapes = [
      null,
      true,
      -1,
      1.5,
      'x',
      ['x'],
      [['x']],
      [[['x']]],
      { x: 'y' },
      { data: 5 },
      { data: null },
      { length: 2 ** 31 },
      { size: 3, data: {} },
    ];
    const root = z.object({ v: parser });
    const input = compileInput([root]);
    const run = createProcedure([root]);
    for (const v of shapes) {
      const { error } = await callOverWire(run, input, { v });
      if (error === undefined) continue; // some are right
      const issues = input.explain(error, { v }) ?? [];
      expect(issues.length, JSON.stringify(v)).toBeGreaterThan(0);
      expect(issues.map((issue) => issue.message).join()).not.toMatch(
        /is not iterable|not a function|Cannot read|undefined \(/,
      );
    }
  });
});
const Tree: z.ZodType = z.lazy(() => z.union([z.date(), z.string(), z.number(), z.record(z.string(), Tree)]));
