import { TRPCError } from '@trpc/server';
import { and, asc, count, desc, eq, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { cursorOf, cutPage, encodeCursor, nextCursorOutput } from './cursor.ts';
import { type Customer, customerOutput, selectCustomers } from './customer.ts';
import type { Database } from './db/database.ts';
import { accountStatus, customers, planId, subscriptions, subscriptionStatus } from './db/schema.ts';
import { containing, sameAs } from './db/search.ts';
import { fromInput, untilInput, within } from './period.ts';
import { textInput } from './text.ts';

const place = z.union([
  z.tuple([z.literal('name'), z.boolean(), textInput, z.uuid()]),
  z.tuple([z.enum(['newest', 'trialEnd']), z.iso.datetime(), z.uuid()]),
]);

export const customerSearchInput = z.object({
  query: textInput
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe('Words that all have to occur, such as "ada bergen" or "ada@example.com"'),
  country: textInput.trim().min(1).max(60).optional().describe('Its English name'),
  status: z.enum(accountStatus.enumValues).optional().describe('Of the account'),
  plan: z.enum(planId.enumValues).optional().describe('Current plan'),
  subscription: z.enum(subscriptionStatus.enumValues).optional().describe('Its status'),
  signedUpFrom: fromInput,
  signedUpUntil: untilInput,
  trialEndsFrom: fromInput,
  trialEndsUntil: untilInput,
  sort: z.enum(['name', 'newest', 'trialEnd']).default('name').describe('Order'),
  limit: z.int().min(1).max(50).default(10).describe('Page size'),
  cursor: cursorOf(place),
});

export const customerSearchOutput = z.object({
  items: z.array(customerOutput),
  total: z.int().describe('How many match'),
  nextCursor: nextCursorOutput,
});

type Search = z.output<typeof customerSearchInput>;

/** Finds customers, sorted, page by page, and counts all of them. */
export async function searchCustomers(
  db: Database,
  search: Search,
): Promise<z.output<typeof customerSearchOutput>> {
  const { cursor, sort, limit } = search;
  if (cursor && cursor[0] !== sort) {
    const message = `The cursor is of a list sorted by ${cursor[0]}: pass sort: "${cursor[0]}" with it, or leave it out.`;
    throw new TRPCError({ code: 'BAD_REQUEST', message });
  }
  const condition = and(
    search.query === undefined
      ? undefined
      : containing(search.query, [customers.name, customers.email, customers.company]),
    search.country === undefined ? undefined : sameAs(search.country, customers.country),
    search.status && eq(customers.status, search.status),
    search.plan && eq(subscriptions.planId, search.plan),
    search.subscription && eq(subscriptions.status, search.subscription),
    within(customers.signedUpAt, search.signedUpFrom, search.signedUpUntil),
    within(subscriptions.trialEndsAt, search.trialEndsFrom, search.trialEndsUntil),
  );
  const order = orderOf(search);
  const [rows, [counted]] = await Promise.all([
    selectCustomers(db)
      .where(and(condition, cursor && order.after(cursor)))
      .orderBy(...order.by)
      .limit(limit + 1),
    db
      .select({ total: count() })
      .from(customers)
      .innerJoin(subscriptions, eq(subscriptions.customerId, customers.id))
      .where(condition),
  ]);
  const page = cutPage(rows, limit, (customer) => encodeCursor(order.placeOf(customer)));
  return { ...page, total: counted?.total ?? 0 };
}

interface Order {
  by: SQL[];
  /** Keeps the rows after a place. */
  after: (position: z.output<typeof place>) => SQL;
  placeOf: (customer: Customer) => z.output<typeof place>;
}

function orderOf({ sort, query = '' }: Search): Order {
  const { name, email, signedUpAt, id } = customers;
  switch (sort) {
    case 'name': {
      // Whoever has exactly this address is first.
      const isOther = sql`(${email} <> ${query})`;
      return {
        by: [asc(isOther), asc(name), asc(id)],
        after: ([, ...values]) =>
          sql`(${isOther}, ${name}, ${id}) > (${values[0]}::boolean, ${values[1]}::text, ${values[2]}::uuid)`,
        placeOf: (customer) => ['name', customer.email !== query, customer.name, customer.id],
      };
    }
    case 'newest':
      return {
        by: [desc(signedUpAt), desc(id)],
        after: ([, at, last]) => sql`(${signedUpAt}, ${id}) < (${at}::timestamptz, ${last}::uuid)`,
        placeOf: (customer) => ['newest', customer.signedUpAt.toISOString(), customer.id],
      };
    default: {
      const { trialEndsAt } = subscriptions;
      return {
        by: [asc(trialEndsAt), asc(id)],
        after: ([, at, last]) => sql`(${trialEndsAt}, ${id}) > (${at}::timestamptz, ${last}::uuid)`,
        placeOf: ({ subscription, id: last }) => ['trialEnd', subscription.trialEndsAt.toISOString(), last],
      };
    }
  }
}
