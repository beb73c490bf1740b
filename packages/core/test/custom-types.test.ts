import { createTRPCClient, httpLink } from '@trpc/client';
import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import express from 'express';
import { SuperJSON } from 'superjson';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { z as z3 } from 'zod3';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta, SetupError, WireCodec } from '../src/index.ts';
import { clientKinds, connect, eraOf, toolValue } from './clients.ts';
import { listen } from './server.ts';

/** As `decimal.js` has it; superjson learns it with `registerCustom`. */
class Decimal {
  readonly text: string;
  constructor(text: string) {
    if (!/^-?\d+(\.\d+)?$/.test(text)) throw new Error(`${text} is no decimal`);
    this.text = text;
  }
  times(n: number): Decimal {
    return new Decimal(String(Number(this.text) * n));
  }
}

/** A class of the app's own; superjson learns it with `registerClass`. */
class Money {
  readonly cents: number;
  readonly currency: string;
  constructor(cents: number, currency: string) {
    this.cents = cents;
    this.currency = currency;
  }
}

function createTransformer(): SuperJSON {
  const transformer = new SuperJSON();
  transformer.registerClass(Money, { identifier: 'Money' });
  transformer.registerCustom<Decimal, string>(
    {
      isApplicable: (value): value is Decimal => value instanceof Decimal,
      serialize: ({ text }) => text,
      deserialize: (text) => new Decimal(text),
    },
    'decimal',
  );
  return transformer;
}

const codecs: WireCodec[] = [
  {
    class: Decimal,
    schema: { type: 'string', pattern: '^-?\\d+(\\.\\d+)?$' },
    decode: (wire) => new Decimal(wire as string),
    encode: ({ text }: Decimal) => text,
  },
  {
    class: Money,
    schema: { type: 'string', description: 'An amount such as 12.50 EUR' },
    decode(wire) {
      const [amount = '', currency = ''] = String(wire).split(' ');
      return new Money(Math.round(Number(amount) * 100), currency);
    },
    encode: ({ cents, currency }: Money) => `${(cents / 100).toFixed(2)} ${currency}`,
  },
];

const t = initTRPC.meta<McpMeta>().create({ transformer: createTransformer(), isDev: false });
const tool = t.procedure.meta({ mcp: true });
const price = z.object({ price: z.instanceof(Money), factor: z.instanceof(Decimal).optional() });

describe.each(clientKinds)('superjson’s custom types, for a client of kind %s', (kind) => {
  const isModern = eraOf[kind] === 'modern';

  test('reach the procedure and come back as over tRPC', async () => {
    const seen: unknown[] = [];
    const router = t.router({
      act: tool
        .input(price)
        .output(z.object({ total: z.instanceof(Money), factor: z.instanceof(Decimal) }))
        .mutation(({ input }) => {
          seen.push(input);
          const factor = input.factor ?? new Decimal('1');
          const total = new Money(Number(factor.times(input.price.cents).text), input.price.currency);
          return { total, factor };
        }),
    });
    const app = express();
    app.use('/trpc', createExpressMiddleware({ router }));
    app.use('/mcp', mcpHandler(router, { codecs }));
    await using server = await listen(app);
    const trpc = createTRPCClient<typeof router>({
      links: [httpLink({ url: `${server.url}/trpc`, transformer: createTransformer() })],
    });
    const input = { price: new Money(1250, 'EUR'), factor: new Decimal('2') };
    const total = { total: new Money(2500, 'EUR'), factor: new Decimal('2') };
    expect(await trpc.act.mutate(input)).toEqual(total);
    await using client = await connect[kind](`${server.url}/mcp`);
    const [listed] = await client.listTools();
    expect(listed).toMatchObject({
      inputSchema: { properties: { price: { type: 'string' }, factor: { type: 'string' } } },
      outputSchema: { properties: { total: { type: 'string' } } },
    });
    expect(await client.callTool({ name: 'act', arguments: { price: '12.50 EUR', factor: '2' } })).toEqual(
      toolValue({ total: '25.00 EUR', factor: '2' }),
    );
    expect(seen).toEqual([input, input]);
    for (const each of seen as (typeof input)[]) {
      expect([each.price, each.factor]).toEqual([expect.any(Money), expect.any(Decimal)]);
    }
    const wrong = await client.callTool({ name: 'act', arguments: { price: '1 EUR', factor: 'two' } });
    expect(wrong.isError).toBe(true);
    expect(JSON.stringify(wrong.content)).toContain('factor: ');
  });

  test('come back without an output schema, wherever they stand', async () => {
    const router = t.router({
      act: tool.query(() => ({
        rows: [{ price: new Money(100, 'USD') }],
        byId: new Map([['a', new Decimal('1.5')]]),
      })),
      alone: tool.query(() => new Decimal('7')),
    });
    const app = express();
    app.use('/mcp', mcpHandler(router, { codecs }));
    await using server = await listen(app);
    await using client = await connect[kind](`${server.url}/mcp`);
    expect(await client.callTool({ name: 'act' })).toEqual(
      toolValue({ rows: [{ price: '1.00 USD' }], byId: { a: '1.5' } }),
    );
    const { structuredContent } = await client.callTool({ name: 'alone' });
    expect(structuredContent).toEqual(isModern ? '7' : { result: '7' });
  });

  test('work in zod 3, whose class the codec names with its parser', async () => {
    const money = z3.instanceof(Money);
    const router = t.router({
      act: tool.input(z3.object({ price: money })).mutation(({ input }) => ({ cents: input.price.cents })),
    });
    const app = express();
    app.use('/mcp', mcpHandler(router, { codecs: [{ ...codecs[1]!, parser: money } as WireCodec] }));
    await using server = await listen(app);
    await using client = await connect[kind](`${server.url}/mcp`);
    expect(await client.callTool({ name: 'act', arguments: { price: '3 EUR' } })).toEqual(
      toolValue({ cents: 300 }),
    );
  });

  test('are encoded in the shape of an error', async () => {
    const app = initTRPC.meta<McpMeta>().create({
      transformer: createTransformer(),
      errorFormatter: ({ shape }) => ({ ...shape, data: { ...shape.data, missing: new Money(5, 'EUR') } }),
    });
    const router = app.router({
      pay: app.procedure.meta({ mcp: true }).mutation(() => {
        throw new TRPCError({ code: 'PAYMENT_REQUIRED', message: 'There is too little money' });
      }),
    });
    const host = express();
    host.use('/mcp', mcpHandler(router, { codecs, onError: () => {} }));
    await using server = await listen(host);
    await using client = await connect[kind](`${server.url}/mcp`);
    expect(JSON.stringify(await client.callTool({ name: 'pay' }))).toContain('There is too little money');
  });
});

test('a custom type without a codec is a problem that names its class and the option', () => {
  const router = t.router({ act: tool.input(price).mutation(() => 1) });
  let problems: unknown;
  try {
    mcpHandler(router);
  } catch (error) {
    problems = (error as SetupError).problems;
  }
  expect(problems).toEqual([
    expect.objectContaining({
      code: 'CODEC_MISSING',
      path: 'act',
      message: expect.stringContaining('codecs'),
    }),
  ]);
});
