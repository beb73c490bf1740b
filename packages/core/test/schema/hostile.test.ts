import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { compileInput } from '../../src/schema/input.ts';
import { costOf, growthOf, mostInProportion } from '../growth.ts';
import { callOverWire, createProcedure } from './procedure.ts';

const deep = 20_000;

/** Refused with words that fit into a context window. */
async function expectRefused(parser: unknown, args: unknown, path?: string): Promise<void> {
  const issues = await refuse(parser)(args);
  expect(issues.length).toBeGreaterThan(0);
  const told = issues.map((issue) => `${issue.path}: ${issue.message}`).join('\n');
  expect(told.length).toBeLessThan(2_000);
  expect(told).not.toMatch(/Maximum call stack|\[object|SyntaxError|at \w+ \(/);
  if (path !== undefined) expect(issues.map((issue) => issue.path)).toContain(path);
}

/** Refused so, and in time that grows no faster than the arguments. */
async function expectRefusedInProportion(
  parser: unknown,
  argsOf: (size: number) => unknown,
  size: number,
  path?: string,
): Promise<void> {
  const refused = refuse(parser);
  const growth = await growthOf((scaled) => {
    const args = argsOf(scaled);
    return () => refused(args);
  }, size);
  expect(growth).toBeLessThan(mostInProportion);
  await expectRefused(parser, argsOf(size), path);
}

function refuse(parser: unknown): (args: unknown) => Promise<{ path: string; message: string }[]> {
  const input = compileInput([parser]);
  const run = createProcedure([parser]);
  return async (args) => {
    const { error } = await callOverWire(run, input, args);
    expect(error).toBeDefined();
    return input.explain(error, args) ?? [{ path: '', message: (error as Error).message }];
  };
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
  const digits = (count: number) => '9'.repeat(count);

  it('refuses a bigint of a million digits, which nothing reads', async () => {
    const read = vi.spyOn(globalThis, 'BigInt');
    await expectRefused(z.object({ id: z.bigint() }), { id: digits(1_000_000) }, 'id');
    const lengths = read.mock.calls.map(([value]) => String(value).length);
    read.mockRestore();
    expect(Math.max(0, ...lengths)).toBeLessThan(10_000);
  });

  it('refuses a thousand bigints of ten thousand digits', () =>
    expectRefusedInProportion(
      z.array(z.bigint()),
      (count) => ({ input: Array.from({ length: count }, () => digits(10_000)) }),
      1000,
    ));

  it('refuses a million digits where a number is wanted', () =>
    expectRefusedInProportion(
      z.object({ n: z.number() }),
      (count) => ({ n: digits(count) }),
      1_000_000,
      'n',
    ));

  it('refuses numbers that lost their last digits', () =>
    expectRefused(z.object({ id: z.bigint() }), { id: JSON.parse('9007199254740993') }, 'id'));

  it('refuses a bigint key of a million digits in a Map', () =>
    expectRefusedInProportion(
      z.map(z.bigint(), z.string()),
      (count) => ({ input: [[digits(count), 'x']] }),
      1_000_000,
    ));

  it('never matches a pattern in more than linear time', () =>
    expectRefusedInProportion(
      z.object({ at: z.date(), id: z.bigint(), u: z.instanceof(URL) }),
      (count) => ({
        at: `2026-01-31T09:00:00.${digits(count)}Z!`,
        id: `${digits(count)}!`,
        u: `https://${'a.'.repeat(count / 5)} `,
      }),
      1_000_000,
    ));
});

describe('depth', () => {
  const at = '2026-01-31T09:00:00Z';

  it('refuses 20,000 levels of objects', () =>
    expectRefusedInProportion(Node, (levels) => nest(levels, (next) => ({ next, at })), deep));

  it('refuses 20,000 levels of objects with nothing to decode', () =>
    expectRefusedInProportion(
      z.object({ next: z.lazy((): z.ZodType => Plain) }),
      (levels) => nest(levels, (next) => ({ next })),
      deep,
    ));

  it('refuses 20,000 levels through Maps', () =>
    expectRefusedInProportion(ByName, (levels) => nest(levels, (next) => ({ next: { a: next } })), deep));

  it('refuses 20,000 levels through Sets', () =>
    expectRefusedInProportion(Items, (levels) => nest(levels, (item) => ({ items: [item] })), deep));

  it('refuses 20,000 levels through a union of arrays', () =>
    expectRefusedInProportion(Nested, (levels) => ({ input: nest(levels, (inner) => [inner]) }), deep));

  it('refuses 20,000 levels through z.json()', () =>
    expectRefusedInProportion(
      z.object({ data: z.json() }),
      (levels) => ({ data: nest(levels, (inner) => [inner]) }),
      deep,
    ));

  it('refuses 20,000 levels hidden in a JSON string', () =>
    expectRefusedInProportion(
      z.object({ list: z.array(Nested) }),
      (levels) => ({ list: '['.repeat(levels) + ']'.repeat(levels) }),
      deep,
    ));

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
  const texts = (count: number) => Array.from({ length: count }, () => 'x');

  it('refuses fifty thousand wrong dates in words that fit', () =>
    expectRefusedInProportion(z.array(z.date()), (count) => ({ input: texts(count) }), 50_000));

  it('refuses a hundred thousand wrong pairs', () =>
    expectRefusedInProportion(z.map(z.number(), z.date()), (count) => ({ input: texts(count) }), 100_000));

  it('refuses too many items', () =>
    expectRefusedInProportion(
      z.object({ ids: z.array(z.bigint()).max(10) }),
      (count) => ({ ids: texts(count) }),
      100_000,
    ));

  it('quotes a long text only in part', () =>
    expectRefusedInProportion(
      z.object({ at: z.date() }),
      (count) => ({ at: 'x'.repeat(count) }),
      1_000_000,
      'at',
    ));

  it('takes ten megabytes of base64', async () => {
    const data = Buffer.alloc(10_000_000, 7).toString('base64');
    const value = (await receive(z.object({ file: z.file() }), { file: { name: 'a', data } })) as {
      file: File;
    };
    expect(value.file.size).toBe(10_000_000);
  });

  it('refuses ten megabytes that are not base64', () =>
    expectRefusedInProportion(
      z.object({ bytes: z.instanceof(Uint8Array) }),
      (count) => ({ bytes: `${'A'.repeat(count)}!` }),
      10_000_000,
      'bytes',
    ));

  it('refuses a nested union without asking twice as much with each level', async () => {
    const Left = z.object({ l: z.date(), next: z.lazy((): z.ZodType => Either.optional()) });
    const Right = z.object({ r: z.date(), next: z.lazy((): z.ZodType => Either.optional()) });
    const Either: z.ZodType = z.union([Left, Right]);
    const parser = z.object({ either: Either });
    const refused = refuse(parser);
    const costAt = async (levels: number) => {
      const either = nest(levels, (next) =>
        next === null ? { r: 'x' } : { r: '2026-01-31T09:00:00Z', next },
      );
      await expectRefused(parser, { either });
      return costOf(() => refused({ either }), 5);
    };
    await costAt(8);
    // Eight levels more would be 256 times as much.
    expect((await costAt(16)) / (await costAt(8))).toBeLessThan(100);
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
