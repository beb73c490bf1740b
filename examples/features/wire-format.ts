import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

/** A class of the app. */
class Money {
  readonly amount: number;
  readonly currency: string;

  constructor(amount: number, currency: string) {
    this.amount = amount;
    this.currency = currency;
  }

  static parse(text: string): Money {
    const [amount, currency = ''] = text.split(' ');
    return new Money(Number(amount), currency);
  }

  toString(): string {
    return `${this.amount.toFixed(2)} ${this.currency}`;
  }
}

/** Its check is a function, so nobody can see which class it wants. */
const share = z.custom<{ percent: number }>(
  (value) => typeof value === 'object' && value !== null && 'percent' in value,
);

const t = initTRPC.meta<McpMeta>().create();

export const router = t.router({
  discount: t.procedure
    .meta({ mcp: true })
    .input(z.object({ price: z.instanceof(Money), off: share }))
    .output(z.object({ price: z.instanceof(Money) }))
    .query(({ input: { price, off } }) => ({
      price: new Money(price.amount * (1 - off.percent / 100), price.currency),
    })),
});

export const createApp = () =>
  mcpHandler(router, {
    codecs: [
      {
        class: Money,
        schema: { type: 'string', pattern: '^\\d+(\\.\\d+)? [A-Z]{3}$' },
        decode: (wire) => Money.parse(wire as string),
        encode: (value) => value.toString(),
      },
      // There is no class to name, so name the schema.
      {
        parser: share,
        schema: { type: 'string', pattern: '^\\d+%$' },
        decode: (wire) => ({ percent: Number.parseInt(wire as string, 10) }),
        encode: (value) => `${(value as { percent: number }).percent}%`,
      },
    ],
  });
