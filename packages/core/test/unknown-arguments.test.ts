import { initTRPC } from '@trpc/server';
import { toJsonSchema } from '@valibot/to-json-schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as v from 'valibot';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { z as z3 } from 'zod3';
import { mcpHandler } from '../src/adapters/express.ts';
import type { HandlerOptions, McpMeta, McpSettings } from '../src/index.ts';
import { clientKinds, connect } from './clients.ts';
import { call, eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();

type Choice = 'refuse' | 'pass';
const handlerSays = (unknownArguments: Choice) => ({ unknownArguments }) as unknown as HandlerOptions;
const metaSays = (unknownArguments: Choice) => ({ unknownArguments }) as unknown as McpSettings;

/** Serves one tool, `find`, and says what it was given. */
async function start(input: unknown, options: HandlerOptions = {}, settings: McpSettings = {}) {
  const ran = vi.fn<(input: unknown) => void>();
  const find = t.procedure
    .meta({ mcp: settings })
    .input(input as never)
    .mutation(({ input: given }) => {
      ran(given);
      return 'done';
    });
  const server = await serve(mcpHandler(t.router({ find }), options));
  return { url: server.mcp, ran, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function listedSchema(url: string): Promise<Record<string, unknown>> {
  const { body } = await request(url, 'modern', 'tools/list');
  return (body as { result: { tools: [{ inputSchema: Record<string, unknown> }] } }).result.tools[0]
    .inputSchema;
}

const refused = (...parts: string[]) => ({
  isError: true,
  content: [{ text: expect.stringMatching(new RegExp(parts.map((part) => `(?=[^]*${part})`).join(''))) }],
});

const customers = z.object({ country: z.string().optional(), limit: z.number().optional() });

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test.each([
    ['contry', 'country'],
    ['Country', 'country'],
    ['countryCode', 'country'],
    ['limt', 'limit'],
  ])('that sends %j is told that it is %j, and nothing runs', async (sent, meant) => {
    await using app = await start(customers);
    await using client = await connect[kind](app.url);
    const result = await client.callTool({ name: 'find', arguments: { [sent]: 'CZ' } });
    expect(result).toMatchObject(refused(sent, meant, 'country', 'limit'));
    expect(app.ran).not.toHaveBeenCalled();
  });

  test('reads the same in the schema that is listed', async () => {
    await using app = await start(z.object({ where: customers, or: z.array(customers) }));
    await using client = await connect[kind](app.url);
    const [{ inputSchema }] = (await client.listTools()) as [{ inputSchema: unknown }];
    expect(inputSchema).toMatchObject({
      additionalProperties: false,
      properties: {
        where: { additionalProperties: false },
        or: { items: { additionalProperties: false } },
      },
    });
  });
});

const tree: z.ZodType = z.lazy(() => z.object({ name: z.string(), children: z.array(tree).optional() }));
const circle = z.object({ kind: z.literal('circle'), radius: z.number() });
const square = z.object({ kind: z.literal('square'), side: z.number() });

/** What each schema takes, and the same with one key too many. */
const closed: [string, unknown, Record<string, unknown>, Record<string, unknown>, string][] = [
  ['at the root', customers, { country: 'CZ' }, { country: 'CZ', nam: 1 }, 'nam'],
  [
    'in an object',
    z.object({ where: customers }),
    { where: { country: 'CZ' } },
    { where: { contry: 'CZ' } },
    'contry',
  ],
  [
    'in an optional, nullable, defaulted object',
    z.object({ where: customers.nullable().optional().default({}) }),
    { where: { country: 'CZ' } },
    { where: { contry: 'CZ' } },
    'contry',
  ],
  [
    'in a list',
    z.object({ all: z.array(customers) }),
    { all: [{}, { country: 'CZ' }] },
    { all: [{}, { contry: 'CZ' }] },
    'contry',
  ],
  [
    'in a tuple',
    z.object({ pair: z.tuple([z.string(), customers]) }),
    { pair: ['a', {}] },
    { pair: ['a', { contry: 'CZ' }] },
    'contry',
  ],
  [
    'in the values of a record',
    z.object({ by: z.record(z.string(), customers) }),
    { by: { a: {}, b: { country: 'CZ' } } },
    { by: { a: {}, b: { contry: 'CZ' } } },
    'contry',
  ],
  [
    'in a branch of a union',
    z.object({ what: z.union([z.string(), customers]) }),
    { what: { country: 'CZ' } },
    { what: { contry: 'CZ' } },
    'contry',
  ],
  [
    'in a branch of a discriminated union',
    z.object({ shape: z.discriminatedUnion('kind', [circle, square]) }),
    { shape: { kind: 'square', side: 1 } },
    { shape: { kind: 'square', side: 1, radius: 1 } },
    'radius',
  ],
  [
    'in a recursive schema',
    z.object({ root: tree }),
    { root: { name: 'a', children: [{ name: 'b' }] } },
    { root: { name: 'a', children: [{ name: 'b', childs: [] }] } },
    'childs',
  ],
  [
    'in an object that a pipe and a refinement stand around',
    z.object({ where: customers.refine(() => true).transform((value) => value) }),
    { where: {} },
    { where: { contry: 'CZ' } },
    'contry',
  ],
  [
    'in an intersection',
    z.object({ both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() })) }),
    { both: { a: 'a', b: 'b' } },
    { both: { a: 'a', b: 'b', c: 'c' } },
    'c',
  ],
  [
    'in an intersection at the root',
    z.object({ a: z.string() }).and(z.object({ b: z.string() })),
    { a: 'a', b: 'b' },
    { a: 'a', b: 'b', c: 'c' },
    'c',
  ],
  [
    'beside a root that is wrapped',
    z.array(z.string()),
    { input: ['a'] },
    { input: ['a'], tenant: 'x' },
    'tenant',
  ],
  [
    'beside an optional root that is wrapped',
    z.union([z.string(), z.number()]).optional(),
    {},
    { tenant: 'acme' },
    'tenant',
  ],
  ['of zod/mini', mini.object({ name: mini.optional(mini.string()) }), { name: 'a' }, { nam: 'a' }, 'nam'],
  ['of zod 3', z3.object({ name: z3.string().optional() }), { name: 'a' }, { nam: 'a' }, 'nam'],
  [
    'of zod 3, deeper',
    z3.object({ where: z3.object({ name: z3.string().optional() }) }),
    { where: { name: 'a' } },
    { where: { nam: 'a' } },
    'nam',
  ],
  [
    'behind z.unknown()',
    z.object({ where: z.unknown().pipe(customers) }),
    { where: { country: 'CZ' } },
    { where: { contry: 'CZ' } },
    'contry',
  ],
  ['behind z.any(), at the root', z.any().pipe(customers), { country: 'CZ' }, { contry: 'CZ' }, 'contry'],
  [
    'behind z.any() of zod 3',
    z3.object({ where: z3.any().pipe(z3.object({ name: z3.string().optional() })) }),
    { where: { name: 'a' } },
    { where: { nam: 'a' } },
    'nam',
  ],
  [
    'of valibot, where it is required again',
    v.required(v.object({ where: v.optional(v.object({ name: v.optional(v.string()) })) })),
    { where: { name: 'a' } },
    { where: { nam: 'a' } },
    'nam',
  ],
  [
    'in a tuple of valibot, as one item too many',
    v.object({ pair: v.tuple([v.string(), v.number()]) }),
    { pair: ['a', 1] },
    { pair: ['a', 1, true] },
    'pair\\[2\\]: one too many',
  ],
  [
    'in a file',
    z.object({ file: z.file() }),
    { file: { name: 'a.txt', data: 'aGk=' } },
    { file: { filename: 'a.txt', data: 'aGk=' } },
    'filename',
  ],
  ['of valibot', v.object({ name: v.optional(v.string()) }), { name: 'a' }, { nam: 'a' }, 'nam'],
];

describe.each(eras)('in the %s era', (era) => {
  test.each(closed)(
    'an unknown argument %s is refused, and what is known is not',
    async (_, input, good, bad, key) => {
      await using app = await start(input, { converters: { valibot: toJsonSchema } });
      const { body } = await call(app.url, era, 'find', bad);
      expect(body).toMatchObject({ result: refused(key) });
      expect(app.ran).not.toHaveBeenCalled();
      expect((await call(app.url, era, 'find', good)).body).not.toMatchObject({ result: { isError: true } });
      expect(app.ran).toHaveBeenCalledTimes(1);
    },
  );
});

test.each(closed)(
  'the schema that is published says so of an unknown argument %s',
  async (_, input, good, bad) => {
    await using app = await start(input, { converters: { valibot: toJsonSchema } });
    const validate = new Ajv2020({ strict: false }).compile(await listedSchema(app.url));
    expect(validate(good), JSON.stringify(validate.errors)).toBe(true);
    expect(validate(bad)).toBe(false);
  },
);

describe('what a schema lets pass', () => {
  test.each([
    ['a loose object', z.looseObject({ a: z.string() }), { a: 'a', b: 1 }],
    ['a catchall', z.object({ a: z.string() }).catchall(z.number()), { a: 'a', b: 1 }],
    ['a passthrough of zod 3', z3.object({ a: z3.string() }).passthrough(), { a: 'a', b: 1 }],
    ['a record', z.record(z.string(), z.number()), { b: 1 }],
    ['a loose object in a closed one', z.object({ a: z.looseObject({}) }), { a: { b: 1 } }],
    [
      'a record in a closed object',
      z.object({ a: z.record(z.string(), z.unknown()) }),
      { a: { b: { c: 1 } } },
    ],
    ['anything', z.object({ a: z.any(), b: z.unknown() }), { a: { b: 1 }, b: [{ c: 1 }] }],
    ['a loose half of an intersection', z.object({ a: z.string() }).and(z.looseObject({})), { a: 'a', b: 1 }],
    ['a loose object of valibot', v.looseObject({ a: v.string() }), { a: 'a', b: 1 }],
  ])('passes: %s', async (_, input, args) => {
    await using app = await start(input, { converters: { valibot: toJsonSchema } });
    await call(app.url, 'modern', 'find', args);
    expect(app.ran.mock.calls).toEqual([[args]]);
  });
});

describe('stacked inputs', () => {
  const stacked = async () => {
    const ran = vi.fn<(input: unknown) => void>();
    const find = t.procedure
      .meta({ mcp: true })
      .input(z.object({ tenant: z.string() }))
      .input(z.object({ where: z.object({ name: z.string().optional() }) }))
      .mutation(({ input }) => ran(input));
    const server = await serve(mcpHandler(t.router({ find })));
    return { url: server.mcp, ran, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  };

  test('are closed as a whole: each one’s keys are known', async () => {
    await using app = await stacked();
    const args = { tenant: 'acme', where: { name: 'a' } };
    await call(app.url, 'modern', 'find', args);
    expect(app.ran.mock.calls).toEqual([[args]]);
    const validate = new Ajv2020({ strict: false }).compile(await listedSchema(app.url));
    expect([validate(args), validate({ ...args, tenent: 'x' })]).toEqual([true, false]);
  });

  test.each([
    ['at the root', { tenant: 'acme', where: {}, tenent: 'other' }, 'tenent'],
    ['deeper', { tenant: 'acme', where: { nam: 'a' } }, 'nam'],
  ])('refuse what neither knows %s', async (_, args, key) => {
    await using app = await stacked();
    expect((await call(app.url, 'modern', 'find', args)).body).toMatchObject({ result: refused(key) });
    expect(app.ran).not.toHaveBeenCalled();
  });
});

describe('the error', () => {
  test('names the path, the nearest key and the ones there are', async () => {
    await using app = await start(
      z.object({ orders: z.array(z.object({ amount: z.number(), currency: z.string() })) }),
    );
    const args = { orders: [{ amount: 1, currency: 'CZK', amonut: 2 }] };
    const { body } = await call(app.url, 'modern', 'find', args);
    expect(body).toMatchObject({ result: refused('orders', 'amonut', 'amount', 'currency') });
  });

  test('names no nearest key where none is near, and still the ones there are', async () => {
    await using app = await start(customers);
    const { body } = await call(app.url, 'modern', 'find', { zzzzzzzzzzzz: 1 });
    expect(body).toMatchObject({ result: refused('zzzzzzzzzzzz', 'country', 'limit') });
    expect(JSON.stringify(body)).not.toMatch(/did you mean/i);
  });

  test('names every unknown key at once', async () => {
    await using app = await start(customers);
    const { body } = await call(app.url, 'modern', 'find', { contry: 'CZ', limt: 1 });
    expect(body).toMatchObject({ result: refused('contry', 'limt') });
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'is told of the key %j as of any other',
    async (key) => {
      await using app = await start(customers);
      const args = JSON.parse(`{ "${key}": 1 }`) as unknown;
      expect((await call(app.url, 'modern', 'find', args)).body).toMatchObject({ result: refused(key) });
      expect(app.ran).not.toHaveBeenCalled();
    },
  );
});

test('a prompt refuses arguments that it does not know', async () => {
  const ran = vi.fn<() => void>();
  const greet = t.procedure
    .meta({ mcp: { prompt: true } })
    .input(z.object({ name: z.string().optional() }))
    .query(() => {
      ran();
      return 'hello';
    });
  await using server = await serve(mcpHandler(t.router({ greet })));
  for (const era of eras) {
    const params = { name: 'greet', arguments: { nam: 'Ada' } };
    const { body } = await request(server.mcp, era, 'prompts/get', params);
    expect(body).toMatchObject({ error: { code: -32_602, message: expect.stringContaining('nam') } });
  }
  expect(ran).not.toHaveBeenCalled();
});

describe('the URI of a resource', () => {
  const startResources = async () => {
    const ran = vi.fn<(input: unknown) => void>();
    const list = t.procedure
      .meta({ mcp: { resource: { uri: 'customers://{tenant}{?country,limit}' } } })
      .input(z.object({ tenant: z.string(), country: z.string().optional(), limit: z.number().optional() }))
      .query(({ input }) => ran(input) ?? 'customers');
    const own = {
      name: 'own',
      uri: 'orders://{tenant}{?country}',
      run: ({ input }: { input: unknown }) => {
        ran(input);
        return 'orders';
      },
    };
    const server = await serve(mcpHandler(t.router({ list }), { resources: [own] }));
    return { url: server.mcp, ran, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  };

  test.each(['customers', 'orders'])('has no variables that nobody knows: %s', async (scheme) => {
    await using app = await startResources();
    for (const era of eras) {
      const read = (uri: string) => request(app.url, era, 'resources/read', { uri });
      expect((await read(`${scheme}://acme?contry=CZ`)).body).toMatchObject({
        error: { code: -32_602, message: expect.stringMatching(/contry: unknown; did you mean "country"/) },
      });
      expect(app.ran).not.toHaveBeenCalled();
      expect((await read(`${scheme}://acme?country=CZ`)).body).toHaveProperty('result');
      expect(app.ran.mock.calls).toEqual([[{ tenant: 'acme', country: 'CZ' }]]);
      app.ran.mockClear();
    }
  });

  test('cannot replace a variable of its path in its query', async () => {
    await using app = await startResources();
    const uri = 'customers://acme?tenant=other';
    expect((await request(app.url, 'modern', 'resources/read', { uri })).body).toMatchObject({
      error: { message: `Resource not found: ${uri}` },
    });
    expect(app.ran).not.toHaveBeenCalled();
  });
});

describe('unknownArguments', () => {
  test('"pass" gives the procedure what its validator leaves of them', async () => {
    await using app = await start(customers, handlerSays('pass'));
    await call(app.url, 'modern', 'find', { country: 'CZ', extra: 1 });
    expect(app.ran.mock.calls).toEqual([[{ country: 'CZ' }]]);
    expect((await listedSchema(app.url))['additionalProperties']).not.toBe(false);
  });

  test('in meta wins over the handler’s, either way', async () => {
    await using passing = await start(customers, handlerSays('refuse'), metaSays('pass'));
    await call(passing.url, 'modern', 'find', { country: 'CZ', extra: 1 });
    expect(passing.ran.mock.calls).toEqual([[{ country: 'CZ' }]]);
    await using refusing = await start(customers, handlerSays('pass'), metaSays('refuse'));
    await call(refusing.url, 'modern', 'find', { country: 'CZ', extra: 1 });
    expect(refusing.ran).not.toHaveBeenCalled();
  });

  test('"pass" in meta leaves raw input whole for middleware that reads it', async () => {
    const raw = vi.fn<(input: unknown) => void>();
    const find = t.procedure
      .meta({ mcp: metaSays('pass') })
      .use(async ({ getRawInput, next }) => {
        raw(await getRawInput());
        return next();
      })
      .input(customers)
      .mutation(() => 'done');
    await using server = await serve(mcpHandler(t.router({ find })));
    await call(server.mcp, 'modern', 'find', { country: 'CZ', tenant: 'acme' });
    expect(raw.mock.calls).toEqual([[{ country: 'CZ', tenant: 'acme' }]]);
  });
});
