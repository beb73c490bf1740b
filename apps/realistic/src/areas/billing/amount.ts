import { z } from 'zod3';

/** An amount of money, as the part of the app that makes invoices computes with it. */
export class Amount {
  readonly cents: number;
  readonly currency: string;

  constructor(cents: number, currency: string) {
    this.cents = cents;
    this.currency = currency;
  }
}

export const currency = z.enum(['EUR', 'USD', 'GBP', 'CHF']);
export const money = z.object({ amount: z.number().positive(), currency });
export const period = z.object({ from: z.date(), to: z.date().nullable() });
export const paging = z.object({
  cursor: z.string().nullish(),
  limit: z.number().int().gt(0).lt(101).default(20),
});
