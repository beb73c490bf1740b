import { toJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { z as z3 } from 'zod3';
import { mcpContent } from './content.ts';
import { compileOutput } from './output.ts';

const at = new Date('2026-01-31T09:00:00.000Z');
const now = '2026-01-31T09:00:00.000Z';

it('advertises and sends the same', async () => {
  const output = compileOutput(z.array(z.object({ at: z.date(), m: z.map(z.number(), z.bigint()) })));
  expect(output.schema).toMatchObject({ type: 'array' });
  expect(output.legacySchema).toMatchObject({ type: 'object', required: ['result'] });
  expect(output.wrapped).toBe(true);
  const { json, content } = await output.encode([{ at, m: new Map() }]);
  expect(json).toEqual([{ at: now, m: [] }]);
  expect(content).toEqual([]);
  expect(output.decode(json)).toEqual([{ at, m: new Map() }]);
});

it('gives the same reference where the value is JSON', async () => {
  const value = { id: 1, tags: ['a'] };
  expect(
    (await compileOutput(z.object({ id: z.number(), tags: z.array(z.string()) })).encode(value)).json,
  ).toBe(value);
  expect((await compileOutput(undefined).encode(value)).json).toBe(value);
});

it('advertises what an optional output holds, and has a form for undefined', () => {
  const output = compileOutput(z.object({ at: z.date() }).optional());
  const { schema } = compileOutput(z.object({ at: z.date() }));
  expect(output.schema).toEqual({ anyOf: [schema, { type: 'null' }] });
  expect(output.legacySchema).toEqual({ type: 'object', properties: { result: schema } });
  expect(output.encode({ at })).toEqual({ json: { at: now }, content: [] });
  expect(output.encode(undefined)).toEqual({ json: undefined, content: [] });
  expect([null, undefined, { at: now }].map((json) => output.decode(json))).toEqual([
    undefined,
    undefined,
    { at },
  ]);
});

it.each<[string, unknown, unknown]>([
  ['a string', z.string().optional(), { anyOf: [{ type: 'string' }, { type: 'null' }] }],
  [
    'a union',
    z.union([z.string().min(1), z.undefined()]),
    { anyOf: [{ type: 'string', minLength: 1 }, { type: 'null' }] },
  ],
  ['zod 3', z3.string().optional(), { anyOf: [{ type: 'string' }, { type: 'null' }] }],
  ['null too', z.string().nullish(), { anyOf: [{ type: 'string' }, { type: 'null' }] }],
  [
    'an object or null',
    z.looseObject({}).nullish(),
    { anyOf: [{ type: 'object', properties: {}, additionalProperties: {} }, { type: 'null' }] },
  ],
  ['anything', z.any(), undefined],
  ['nothing', z.void(), undefined],
])('an output that may be undefined: %s', (_name, parser, schema) => {
  expect(compileOutput(parser).schema).toEqual(schema);
});

it('puts files beside the JSON and finds them again', async () => {
  const output = compileOutput(z.object({ name: z.string(), picture: z.instanceof(File) }));
  const picture = new File([Uint8Array.of(1, 2, 3)], 'p.png', { type: 'image/png' });
  const { json, content } = await output.encode({ name: 'Ada', picture });
  expect(json).toEqual({
    name: 'Ada',
    picture: { name: 'p.png', mimeType: 'image/png', size: 3, uri: 'attachment:1' },
  });
  expect(content).toEqual([{ type: 'image', mimeType: 'image/png', data: 'AQID' }]);
  const back = output.decode(json, content) as { picture: File };
  expect(await back.picture.text()).toBe(await picture.text());
});

it('sends ready-made content as it is, and nothing that merely looks like it', async () => {
  const blocks = [{ type: 'text', text: 'hi' }] as const;
  expect(await compileOutput(undefined).encode(mcpContent(blocks))).toEqual({
    json: undefined,
    content: blocks,
  });
  const post = { content: [{ type: 'text', text: 'hi' }] };
  expect(await compileOutput(undefined).encode(post)).toEqual({ json: post, content: [] });
});

it('names the path of what cannot be sent', () => {
  const loop: { self?: unknown } = {};
  loop.self = { again: loop };
  expect(() => compileOutput(undefined).encode({ loop })).toThrow(
    'loop.self.again contains itself: it is loop again',
  );
  expect(() => compileOutput(undefined).encode(() => 1)).toThrow(
    'The result is a function, which cannot be encoded as JSON',
  );
});

const number = { converters: { valibot: toJsonSchema } };

it.each<[string, unknown, object?]>([
  ['zod 3', z3.object({ rows: z3.array(z3.object({ ratio: z3.number().nullable() })) })],
  ['zod 3, in a union', z3.object({ rows: z3.array(z3.object({ ratio: z3.number().or(z3.date()) })) })],
  ['arktype', type({ rows: type({ ratio: 'number | string' }).array() })],
  ['valibot', v.object({ rows: v.array(v.object({ ratio: v.number() })) })],
  [
    'meta.mcp.output',
    undefined,
    z.toJSONSchema(z.object({ rows: z.array(z.object({ ratio: z.number() })) })),
  ],
])('names the path of an infinity that %s lets pass for a number', async (_, parser, override) => {
  const output = compileOutput(parser, { ...number, override });
  expect(await output.encode({ rows: [{ ratio: 0.5 }] })).toMatchObject({ json: { rows: [{ ratio: 0.5 }] } });
  await expect(async () => output.encode({ rows: [{ ratio: 1 }, { ratio: Infinity }] })).rejects.toThrow(
    /^rows\[1\]\.ratio is Infinity, /,
  );
});

it('has a word for an infinity where the schema has', async () => {
  const output = compileOutput(z3.object({ max: z3.union([z3.number(), z3.literal(Infinity)]) }));
  expect(await output.encode({ max: Infinity })).toMatchObject({ json: { max: 'Infinity' } });
  expect(output.decode({ max: 'Infinity' })).toEqual({ max: Infinity });
  expect(await compileOutput(undefined).encode({ max: Infinity })).toMatchObject({ json: { max: null } });
});

it('names the path of a date that no date-time can say', async () => {
  const output = compileOutput(z.object({ days: z.array(z.date()) }));
  expect(() => output.encode({ days: [at, new Date(-1e14)] })).toThrow(
    'days[1] is -001199-02-15T14:13:20.000Z, but the year of a date-time must be from 0 to 9999',
  );
  expect(() => output.encode({ days: [new Date('soon')] })).toThrow('days[0] is an invalid date');
  expect(await compileOutput(undefined).encode({ day: new Date('soon') })).toMatchObject({
    json: { day: null },
  });
});

it('advertises tuples so that strict clients and older drafts read them the same', () => {
  const date = { type: 'string', format: 'date-time' };
  const n = { type: 'string', pattern: '^-?[0-9]+$' };
  const rowOf = (tuple: z.ZodType) => compileOutput(z.object({ row: tuple })).schema?.properties?.['row'];
  expect(rowOf(z.tuple([z.date(), z.bigint()]))).toEqual({
    type: 'array',
    prefixItems: [date, n],
    items: { anyOf: [date, n] },
    minItems: 2,
    maxItems: 2,
  });
  const tuple = (...items: object[]) => ({
    type: 'array',
    prefixItems: items,
    items: new Set(items).size === 1 ? items[0] : { anyOf: [...new Set(items)] },
    minItems: items.length,
    maxItems: items.length,
  });
  expect(rowOf(z.tuple([z.date()], z.bigint()))).toEqual({
    description: 'all items from number 2 on are of the same kind',
    anyOf: [
      tuple(date),
      tuple(date, n),
      tuple(date, n, n),
      tuple(date, n, n, n),
      { type: 'array', items: { anyOf: [date, n] }, minItems: 5 },
    ],
  });
  // A bigint, or the null that stands for undefined.
  const nOrNull = { anyOf: [n, { type: 'null' }] };
  expect(rowOf(z.tuple([z.date(), z.bigint().optional()]))).toEqual({
    anyOf: [tuple(date), { ...tuple(date, nOrNull), items: { anyOf: [date, nOrNull] } }],
  });
});

it('says before any call that parts which have to hold together contradict each other, however deep they are', () => {
  const both = z.intersection(
    z.object({ at: z.string() }),
    z.object({ at: z.record(z.string(), z.number()) }),
  );
  expect(() => compileOutput(z.object({ inside: both.optional() }))).toThrow(/contradict each other at "at"/);
});
