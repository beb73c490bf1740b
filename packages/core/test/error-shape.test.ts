import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { call, eras } from './messages.ts';
import { serve } from './server.ts';

describe.each(eras)('the shape that errorFormatter makes, in the %s era', (era) => {
  const shapeOf = async (data: object, throwIt: () => never, fastLane = true) => {
    const app = initTRPC.meta<McpMeta>().create({
      isDev: false,
      errorFormatter: ({ shape }) => ({ ...shape, data: { ...shape.data, ...data } }),
    });
    const router = app.router({ work: app.procedure.meta({ mcp: true }).mutation(throwIt) });
    const handler = mcpHandler(router, {
      onError: () => {},
      fastLane,
      codecs: [{ class: Money, schema: { type: 'string' }, decode: () => new Money(0), encode: String }],
    });
    await using server = await serve(handler);
    const { body } = await call(server.mcp, era, 'work');
    return {
      found: JSON.stringify(body),
      meta: (body as { result: { _meta?: unknown } }).result._meta,
    };
  };
  const conflict = (): never => {
    throw new TRPCError({ code: 'CONFLICT', message: 'Somebody was faster.' });
  };

  test.each([
    ['a bigint', 12_345_678_901_234_567_890n, '"12345678901234567890"'],
    ['a set', new Set(['a', 'b']), '["a","b"]'],
    ['a map', new Map([['a', 1]]), '{"a":1}'],
    ['a map with other keys', new Map([[1, 'a']]), '[[1,"a"]]'],
    ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['a date that is none', new Date(Number.NaN), 'null'],
    ['a URL', new URL('https://example.com/a'), '"https://example.com/a"'],
    ['a pattern', /^a+$/, '"/^a+$/"'],
    ['bytes', new Uint8Array([1, 2, 3]), '"AQID"'],
    ['an object of a taught class', { price: new Money(3) }, '{"price":"3 EUR"}'],
    ['bigints in a list in an object', { rows: [{ id: 1n }] }, '{"rows":[{"id":"1"}]}'],
    ['a set of dates', new Set([new Date(0)]), '["1970-01-01T00:00:00.000Z"]'],
  ])('carries %s as a result would', async (_, value, json) => {
    for (const fastLane of [true, false]) {
      const { found } = await shapeOf({ extra: value }, conflict, fastLane);
      expect(found).toContain(`"extra":${json}`);
      expect(found).toContain('Somebody was faster.');
    }
  });

  test('keeps the rest where one value cannot be sent', async () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const stream = new ReadableStream();
    const { meta } = await shapeOf(
      { extra: () => 1, symbol: Symbol('a'), circle, stream, kept: 1n },
      conflict,
    );
    expect(meta).toMatchObject({ shape: { data: { code: 'CONFLICT', kept: '1' } } });
    expect(Object.keys((meta as { shape: { data: object } }).shape.data)).not.toContain('circle');
  });

  test('has no stack, wherever the formatter put it, and no message of another error', async () => {
    const hidden = new Error('password=hunter2');
    const { found } = await shapeOf(
      {
        cause: hidden,
        set: new Set([hidden.stack]),
        map: new Map([['stack', hidden.stack]]),
        text: `failed\n    at run (/srv/app/file.ts:10:5)\n`,
        harmless: 'look\n at the clock: 10:30',
      },
      conflict,
    );
    expect(found).not.toMatch(/hunter2|file\.ts/);
    expect(found).toContain('look\\n at the clock: 10:30');
  });

  test('of wrong arguments has the first ten problems, by whatever method of the validator', async () => {
    const app = initTRPC.meta<McpMeta>().create({
      isDev: false,
      errorFormatter: ({ shape, error }) => {
        const cause = error.cause instanceof z.ZodError ? error.cause : undefined;
        return {
          ...shape,
          data: { ...shape.data, flat: cause && z.flattenError(cause), issues: cause?.issues, is: !!cause },
        };
      },
    });
    const router = app.router({
      add: app.procedure
        .meta({ mcp: true })
        .input(z.record(z.string(), z.number()))
        .mutation(() => 1),
    });
    await using server = await serve(mcpHandler(router, { onError: () => {} }));
    const send = (count: number) =>
      call(
        server.mcp,
        era,
        'add',
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'x'])),
      );
    const metaOf = ({ body }: { body: unknown }) => (body as { result: { _meta: Meta } }).result._meta;
    interface Meta {
      issues: unknown[];
      issueCount?: number;
      shape: { data: { flat: { fieldErrors: object }; issues: unknown[]; is: boolean } };
    }
    const many = metaOf(await send(500));
    expect([many.issues.length, many.issueCount, many.shape.data.is]).toEqual([10, 500, true]);
    expect(Object.keys(many.shape.data.flat.fieldErrors)).toHaveLength(10);
    expect(many.shape.data.issues).toHaveLength(10);
    const few = metaOf(await send(3));
    expect([few.issues.length, few.issueCount, few.shape.data.issues.length]).toEqual([3, undefined, 3]);
  });
});

class Money {
  readonly amount: number;

  constructor(amount: number) {
    this.amount = amount;
  }

  toString(): string {
    return `${this.amount} EUR`;
  }
}
