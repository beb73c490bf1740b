import { initTRPC } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { z as z3 } from 'zod3';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { clientKinds, connect } from './clients.ts';
import { call, eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();

/** Serves one tool, `find`, and writes down what it was given. */
async function start(input: unknown) {
  const ran = vi.fn<(input: unknown) => void>();
  const find = t.procedure
    .meta({ mcp: true })
    .input(input as never)
    .mutation(({ input: given }) => {
      ran(given);
      return 'done';
    });
  const server = await serve(mcpHandler(t.router({ find })));
  return { url: server.mcp, ran, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const isError = { result: { isError: true } };

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('that fills in what it has nothing for leaves it out', async () => {
    const input = z.object({
      query: z.string(),
      limit: z.number().optional(),
      since: z.date().optional(),
      status: z.enum(['open', 'closed']).optional(),
    });
    await using app = await start(input);
    await using client = await connect[kind](app.url);
    for (const filled of [null, '']) {
      const args = { query: 'a', limit: filled, since: filled, status: filled };
      expect(await client.callTool({ name: 'find', arguments: args })).not.toMatchObject({ isError: true });
    }
    expect(app.ran.mock.calls).toEqual([[{ query: 'a' }], [{ query: 'a' }]]);
  });
});

describe.each([null, ''])('%j for an optional property that does not take it', (filled) => {
  test.each([
    ['a number', z.number()],
    ['an integer', z.int()],
    ['a boolean', z.boolean()],
    ['an enum', z.enum(['a', 'b'])],
    ['a literal', z.literal('a')],
    ['a date', z.date()],
    ['a bigint', z.bigint()],
    ['a UUID', z.uuid()],
    ['an address of e-mail', z.email()],
    ['a URL', z.url()],
    ['a date-time', z.iso.datetime()],
    ['a string with a least length', z.string().min(1)],
    ['a string with a pattern', z.string().regex(/^a+$/)],
    ['a list', z.array(z.string())],
    ['an object', z.object({ a: z.string() })],
    ['a set', z.set(z.string())],
    ['a coerced number', z.coerce.number()],
    ['a coerced date', z.coerce.date()],
    ['a coerced boolean', z.coerce.boolean()],
    ['a coerced bigint', z.coerce.bigint()],
    ['a union of numbers and booleans', z.union([z.number(), z.boolean()])],
  ])('counts as left out: %s', async (_, type) => {
    await using app = await start(z.object({ a: (type as z.ZodType).optional(), b: z.string() }));
    const { body } = await call(app.url, 'modern', 'find', { a: filled, b: 'b' });
    expect(app.ran.mock.calls, JSON.stringify(body)).toEqual([[{ b: 'b' }]]);
  });

  test('counts as left out where there is a default', async () => {
    await using app = await start(
      z.object({ limit: z.number().default(5), sort: z.enum(['up', 'down']).default('up') }),
    );
    await call(app.url, 'modern', 'find', { limit: filled, sort: filled });
    expect(app.ran.mock.calls).toEqual([[{ limit: 5, sort: 'up' }]]);
  });

  test('counts as left out at every depth', async () => {
    const inner = z.object({ n: z.number().optional() });
    await using app = await start(
      z.object({
        in: inner,
        list: z.array(inner),
        by: z.record(z.string(), inner),
        or: z.union([z.string(), inner]),
      }),
    );
    const args = { in: { n: filled }, list: [{ n: filled }], by: { a: { n: filled } }, or: { n: filled } };
    await call(app.url, 'modern', 'find', args);
    expect(app.ran.mock.calls).toEqual([[{ in: {}, list: [{}], by: { a: {} }, or: {} }]]);
  });

  test('counts as left out in stacked inputs, and with zod 3', async () => {
    const ran = vi.fn<(input: unknown) => void>();
    const stacked = t.procedure
      .meta({ mcp: true })
      .input(z.object({ a: z.number().optional() }))
      .input(z.object({ b: z.boolean().optional() }))
      .mutation(({ input }) => ran(input));
    const old = t.procedure
      .meta({ mcp: true })
      .input(z3.object({ a: z3.number().optional(), b: z3.coerce.number().optional() }))
      .mutation(({ input }) => ran(input));
    await using server = await serve(mcpHandler(t.router({ stacked, old })));
    for (const name of ['stacked', 'old']) await call(server.mcp, 'modern', name, { a: filled, b: filled });
    expect(ran.mock.calls).toEqual([[{}], [{}]]);
  });

  test('is refused where the property is required', async () => {
    for (const type of [z.number(), z.boolean(), z.enum(['a']), z.date(), z.uuid(), z.array(z.string())]) {
      await using app = await start(z.object({ a: type }));
      expect((await call(app.url, 'modern', 'find', { a: filled })).body).toMatchObject(isError);
      expect(app.ran).not.toHaveBeenCalled();
    }
  });

  test('is an unknown key where the key is unknown', async () => {
    await using app = await start(z.object({ a: z.number().optional() }));
    const { body } = await call(app.url, 'modern', 'find', { aa: filled });
    expect(body).toMatchObject(isError);
    expect(JSON.stringify(body)).toContain('aa');
    expect(app.ran).not.toHaveBeenCalled();
  });
});

describe('what a property takes', () => {
  test.each([
    ['null for a nullable one', z.object({ a: z.number().nullable().optional() }), { a: null }],
    ['null for a nullish one', z.object({ a: z.string().nullish() }), { a: null }],
    ['null in a union', z.object({ a: z.union([z.number(), z.null()]).optional() }), { a: null }],
    ['"" for a string', z.object({ a: z.string().optional() }), { a: '' }],
    ['"" as a literal', z.object({ a: z.enum(['', 'a']).optional() }), { a: '' }],
    ['"" for a string or a number', z.object({ a: z.union([z.number(), z.string()]).optional() }), { a: '' }],
    ['anything', z.object({ a: z.unknown(), b: z.any().optional() }), { a: null, b: '' }],
    ['null in a list of nullable ones', z.object({ a: z.array(z.number().nullable()) }), { a: [null] }],
    [
      'null and "" in a record',
      z.object({ a: z.record(z.string(), z.string().nullable()) }),
      { a: { b: null, c: '' } },
    ],
  ])('reaches the procedure as it came: %s', async (_, input, args) => {
    await using app = await start(input);
    await call(app.url, 'modern', 'find', args);
    expect(app.ran.mock.calls).toEqual([[args]]);
  });

  test.each([
    ['an object that takes null', { a: null }],
    ['an object that takes none', { a: 'x' }],
    ['an object without it', {}],
  ])('decides between the branches of a union: %s', async (_, args) => {
    const first = z.object({ a: z.string().optional() });
    const second = z.object({ a: z.null() });
    await using app = await start(z.object({ either: z.union([first, second]) }));
    await call(app.url, 'modern', 'find', { either: args });
    expect(app.ran.mock.calls).toEqual([[{ either: args }]]);
  });

  test('decides between a branch that would leave "" out and one that takes it', async () => {
    const input = z.object({
      either: z.union([
        z.object({ n: z.number().optional(), tag: z.string() }),
        z.object({ n: z.string(), tag: z.string() }),
      ]),
    });
    await using app = await start(input);
    await call(app.url, 'modern', 'find', { either: { n: '', tag: 'x' } });
    expect(app.ran.mock.calls).toEqual([[{ either: { n: '', tag: 'x' } }]]);
  });
});

describe.each(eras)('in the %s era', (era) => {
  test.each([[null], [[]], ['text'], [1], [true]])(
    'arguments that are %j are malformed, for a tool and a prompt',
    async (args) => {
      const ran = vi.fn<() => void>();
      const router = t.router({
        tool: t.procedure
          .meta({ mcp: true })
          .input(z.object({ a: z.string().optional() }))
          .mutation(() => ran()),
        none: t.procedure.meta({ mcp: true }).mutation(() => ran()),
        prompt: t.procedure.meta({ mcp: { prompt: true } }).query(() => {
          ran();
          return 'x';
        }),
      });
      await using server = await serve(mcpHandler(router));
      for (const [method, name] of [
        ['tools/call', 'tool'],
        ['tools/call', 'none'],
        ['prompts/get', 'prompt'],
      ] as const) {
        const { body } = await request(server.mcp, era, method, { name, arguments: args });
        expect(body).toMatchObject({ id: 1, error: { code: -32_602 } });
      }
      expect(ran).not.toHaveBeenCalled();
    },
  );

  test.each([[1], [true], [null], [['a']], [{ a: 1 }]])(
    'a prompt’s argument that is %j is malformed',
    async (value) => {
      const ran = vi.fn<() => void>();
      const prompt = t.procedure
        .meta({ mcp: { prompt: true } })
        .input(z.object({ a: z.string().optional(), n: z.coerce.number().optional() }))
        .query(() => {
          ran();
          return 'x';
        });
      await using server = await serve(mcpHandler(t.router({ prompt })));
      for (const key of ['a', 'n']) {
        const params = { name: 'prompt', arguments: { [key]: value } };
        const { body } = await request(server.mcp, era, 'prompts/get', params);
        expect(body).toMatchObject({ error: { code: -32_602 } });
      }
      expect(ran).not.toHaveBeenCalled();
    },
  );
});

describe('a tool without input', () => {
  const ran = vi.fn<(input: unknown) => void>();
  const router = t.router({
    plain: t.procedure.meta({ mcp: true }).mutation(({ input }) => {
      ran(input);
      return crypto.randomUUID();
    }),
    once: t.procedure.meta({ mcp: { idempotent: true } }).mutation(() => crypto.randomUUID()),
    drop: t.procedure.meta({ mcp: { dryRun: 'look' } }).mutation(() => 'dropped'),
    look: t.procedure.query(() => 'would drop'),
  });

  test('says that it takes none, and ignores what is sent', async () => {
    ran.mockClear();
    await using server = await serve(mcpHandler(router));
    for (const era of eras) {
      const { body } = await request(server.mcp, era, 'tools/list');
      for (const { inputSchema } of (body as { result: { tools: { inputSchema: unknown }[] } }).result
        .tools) {
        expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      }
      for (const args of [{}, { a: 1 }, { a: null }]) {
        expect((await call(server.mcp, era, 'plain', args)).body).not.toMatchObject(isError);
      }
    }
    expect(new Set(ran.mock.calls.map(([input]) => input))).toEqual(new Set([undefined]));
  });

  test('reads _idempotencyKey and _dryRun all the same', async () => {
    await using server = await serve(mcpHandler(router, { callerId: () => 'ada' }));
    const key = { _idempotencyKey: 'k', other: 1 };
    const [one, two] = [
      await call(server.mcp, 'modern', 'once', key),
      await call(server.mcp, 'modern', 'once', key),
    ];
    expect(one.body).not.toMatchObject(isError);
    expect(two.body).toEqual(one.body);
    const { body } = await call(server.mcp, 'modern', 'drop', { _dryRun: true, other: 1 });
    expect(JSON.stringify(body)).toContain('would drop');
  });
});

describe('where a boolean is advertised', () => {
  const booleans: [string, unknown, (value: unknown) => object, (input: never) => unknown][] = [
    ['a boolean', z.object({ a: z.boolean() }), (a) => ({ a }), ({ a }) => a],
    ['a coerced one', z.object({ a: z.coerce.boolean() }), (a) => ({ a }), ({ a }) => a],
    ['a coerced, optional one', z.object({ a: z.coerce.boolean().optional() }), (a) => ({ a }), ({ a }) => a],
    [
      'a coerced one with a default',
      z.object({ a: z.coerce.boolean().default(false) }),
      (a) => ({ a }),
      ({ a }) => a,
    ],
    [
      'coerced ones in a list',
      z.object({ a: z.array(z.coerce.boolean()) }),
      (value) => ({ a: [value] }),
      ({ a }) => (a as unknown[])[0],
    ],
    [
      'a coerced one in an object',
      z.object({ a: z.object({ b: z.coerce.boolean() }) }),
      (b) => ({ a: { b } }),
      ({ a }) => (a as { b: unknown }).b,
    ],
    ['a coerced one of zod 3', z3.object({ a: z3.coerce.boolean() }), (a) => ({ a }), ({ a }) => a],
  ];

  test.each(booleans)('a text that says no never becomes true: %s', async (_, input, toArgs, read) => {
    await using app = await start(input);
    for (const text of ['false', 'False', 'FALSE', ' false ', 'no', '0', 'off', 'null']) {
      app.ran.mockClear();
      await call(app.url, 'modern', 'find', toArgs(text));
      for (const [given] of app.ran.mock.calls)
        expect([text, read(given as never)]).not.toEqual([text, true]);
    }
    app.ran.mockClear();
    await call(app.url, 'modern', 'find', toArgs(false));
    await call(app.url, 'modern', 'find', toArgs(true));
    expect(app.ran.mock.calls.map(([given]) => read(given as never))).toEqual([false, true]);
  });
});

describe('a schema that is shared', () => {
  test.each(['100%', 'a%20b', '%25', '50%off', 'a/b', 'a~b', 'a~1b', 'a b', 'žluť', 'a#b', '%'])(
    'under the id %j is decoded and encoded wherever it stands',
    async (id) => {
      const registry = z.object({ at: z.date(), size: z.bigint() }).meta({ id });
      const ran = vi.fn<(input: unknown) => void>();
      const echo = t.procedure
        .meta({ mcp: true })
        .input(z.object({ one: registry, two: registry, many: z.array(registry) }))
        .output(z.object({ one: registry, two: registry, many: z.array(registry) }))
        .mutation(({ input }) => {
          ran(input);
          return input;
        });
      try {
        await using server = await serve(mcpHandler(t.router({ echo })));
        const wire = { at: '2026-01-02T03:04:05.000Z', size: '12345678901234567890' };
        const value = { at: new Date(wire.at), size: 12_345_678_901_234_567_890n };
        const args = { one: wire, two: wire, many: [wire] };
        const { body } = await call(server.mcp, 'modern', 'echo', args);
        expect(ran.mock.calls).toEqual([[{ one: value, two: value, many: [value] }]]);
        expect(body).toMatchObject({ result: { structuredContent: args } });
      } finally {
        z.globalRegistry.remove(registry);
      }
    },
  );

  test('under an id with % may refer to itself', async () => {
    interface Node {
      at: Date;
      next?: Node | undefined;
    }
    const node: z.ZodType<Node> = z
      .object({
        at: z.date(),
        get next() {
          return node.optional();
        },
      })
      .meta({ id: 'node%1' });
    await using app = await start(z.object({ node }));
    const at = '2026-01-02T03:04:05.000Z';
    await call(app.url, 'modern', 'find', { node: { at, next: { at } } });
    expect(app.ran.mock.calls).toEqual([[{ node: { at: new Date(at), next: { at: new Date(at) } } }]]);
    z.globalRegistry.remove(node);
  });
});

describe('z.stringbool()', () => {
  test.each([
    ['true', z.stringbool(), true, true],
    ['false', z.stringbool(), false, false],
    ['true, in words of its own', z.stringbool({ truthy: ['on'], falsy: ['off'] }), true, true],
    ['false, in words of its own', z.stringbool({ truthy: ['on'], falsy: ['off'] }), false, false],
    ['false, where it is optional', z.stringbool().optional(), false, false],
    ['true, where it has a default', z.stringbool().default(false), true, true],
    ['its own words still', z.stringbool(), 'yes', true],
    ['its own words for no', z.stringbool({ truthy: ['on'], falsy: ['off'] }), 'off', false],
  ])('takes %s', async (_, type, sent, given) => {
    await using app = await start(z.object({ a: type }));
    const { body } = await call(app.url, 'modern', 'find', { a: sent });
    expect(app.ran.mock.calls, JSON.stringify(body)).toEqual([[{ a: given }]]);
  });

  test('takes JSON booleans in a list and in a stacked input', async () => {
    const ran = vi.fn<(input: unknown) => void>();
    const find = t.procedure
      .meta({ mcp: true })
      .input(z.object({ a: z.array(z.stringbool()) }))
      .input(z.object({ b: z.stringbool() }))
      .mutation(({ input }) => ran(input));
    await using server = await serve(mcpHandler(t.router({ find })));
    await call(server.mcp, 'modern', 'find', { a: [true, false, 'no'], b: false });
    expect(ran.mock.calls).toEqual([[{ a: [true, false, false], b: false }]]);
  });
});

describe('a date-time without seconds', () => {
  test.each([
    ['2026-03-04T10:30Z', '2026-03-04T10:30:00.000Z'],
    ['2026-03-04T10:30+02:00', '2026-03-04T08:30:00.000Z'],
    ['2026-03-04T10:30-05:30', '2026-03-04T16:00:00.000Z'],
  ])('is read: %s', async (sent, meant) => {
    const input = z.object({
      one: z.date(),
      many: z.array(z.date()),
      maybe: z.date().nullish(),
      coerced: z.coerce.date(),
    });
    await using app = await start(input);
    const { body } = await call(app.url, 'modern', 'find', {
      one: sent,
      many: [sent],
      maybe: sent,
      coerced: sent,
    });
    const date = new Date(meant);
    expect(app.ran.mock.calls, JSON.stringify(body)).toEqual([
      [{ one: date, many: [date], maybe: date, coerced: date }],
    ]);
  });

  test.each(['2026-02-30T10:30Z', '2026-03-04T25:30Z', '2026-03-04T10:60Z', '2026-03-04T1030Z'])(
    'is refused where there is no such time: %s',
    async (sent) => {
      await using app = await start(z.object({ at: z.date() }));
      expect((await call(app.url, 'modern', 'find', { at: sent })).body).toMatchObject(isError);
    },
  );
});
