import { TRPCError } from '@trpc/server';
import { eq, getTableColumns } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from './db/database.ts';
import { accountStatus, customers, planId, plans, subscriptions, subscriptionStatus } from './db/schema.ts';

export const customerIdInput = z.uuid().describe('An id of customers_search or whoami');

export const customerOutput = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  company: z.string(),
  country: z.string(),
  status: z.enum(accountStatus.enumValues),
  signedUpAt: z.date(),
  deactivatedAt: z.date().nullable(),
  subscription: z.object({
    plan: z.enum(planId.enumValues),
    status: z.enum(subscriptionStatus.enumValues),
    trialEndsAt: z.date().describe('When the free trial ends, or ended'),
    monthlyCents: z.int().describe('Price a month in US cents'),
  }),
});

export type Customer = z.infer<typeof customerOutput>;

/** Selects customers with their subscription. The caller adds conditions and an order. */
export function selectCustomers(db: Database) {
  return db
    .select({
      ...getTableColumns(customers),
      subscription: {
        plan: subscriptions.planId,
        status: subscriptions.status,
        trialEndsAt: subscriptions.trialEndsAt,
        monthlyCents: plans.monthlyCents,
      },
    })
    .from(customers)
    .innerJoin(subscriptions, eq(subscriptions.customerId, customers.id))
    .innerJoin(plans, eq(plans.id, subscriptions.planId))
    .$dynamic();
}

export async function findCustomer(db: Database, id: string): Promise<Customer> {
  const [customer] = await selectCustomers(db).where(eq(customers.id, id));
  if (customer) return customer;
  throw new TRPCError({
    code: 'NOT_FOUND',
    message: `No customer has the id ${id}. Find it with customers.search.`,
  });
}

/** Finds a customer whose account is open. A closed account must not be changed without its owner's knowledge. */
export async function findActiveCustomer(db: Database, id: string): Promise<Customer> {
  const customer = await findCustomer(db, id);
  if (customer.status === 'active') return customer;
  throw new TRPCError({
    code: 'PRECONDITION_FAILED',
    message: `The account of ${customer.name} is deactivated. Reactivate it first with customers.reactivate.`,
  });
}
