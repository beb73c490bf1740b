import { bigint, index, integer, jsonb, pgEnum, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const role = pgEnum('role', ['viewer', 'support', 'admin', 'customer']);
export const accountStatus = pgEnum('account_status', ['active', 'deactivated']);
export const planId = pgEnum('plan_id', ['starter', 'team', 'business']);
export const subscriptionStatus = pgEnum('subscription_status', [
  'trialing',
  'trial_expired',
  'active',
  'past_due',
  'cancelled',
]);
export const invoiceStatus = pgEnum('invoice_status', ['open', 'paid', 'overdue']);
export const postStatus = pgEnum('post_status', ['draft', 'published']);

/** Companies that signed up, each with the person to write to. */
export const customers = pgTable(
  'customers',
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    email: text().notNull().unique(),
    company: text().notNull(),
    country: text().notNull(),
    status: accountStatus().notNull(),
    signedUpAt: moment().notNull(),
    deactivatedAt: moment(),
  },
  (table) => [index().on(table.signedUpAt)],
);

/** People who can sign in: staff, and customers with a login of their own. */
export const users = pgTable('users', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  email: text().notNull().unique(),
  role: role().notNull(),
  customerId: uuid().references(() => customers.id, { onDelete: 'cascade' }),
});

/** Bearer tokens. Only their SHA-256 is kept, so a leaked table signs nobody in. */
export const accessTokens = pgTable('access_tokens', {
  sha256: text().primaryKey(),
  userId: uuid()
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
});

export const plans = pgTable('plans', {
  id: planId().primaryKey(),
  name: text().notNull(),
  seats: integer().notNull(),
  monthlyCents: integer().notNull(),
});

export const subscriptions = pgTable('subscriptions', {
  customerId: uuid()
    .primaryKey()
    .references(() => customers.id, { onDelete: 'cascade' }),
  planId: planId()
    .notNull()
    .references(() => plans.id),
  status: subscriptionStatus().notNull(),
  trialEndsAt: moment().notNull(),
});

export const invoices = pgTable(
  'invoices',
  {
    id: uuid().primaryKey(),
    number: text().notNull().unique(),
    customerId: uuid()
      .notNull()
      .references(() => customers.id, { onDelete: 'cascade' }),
    status: invoiceStatus().notNull(),
    amountCents: integer().notNull(),
    issuedAt: moment().notNull(),
    dueAt: moment().notNull(),
    paidAt: moment(),
  },
  (table) => [index().on(table.issuedAt, table.id), index().on(table.customerId, table.issuedAt, table.id)],
);

/** Articles of the help centre. */
export const posts = pgTable(
  'posts',
  {
    id: uuid().primaryKey(),
    authorId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    title: text().notNull(),
    body: text().notNull(),
    status: postStatus().notNull(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
    publishedAt: moment(),
  },
  (table) => [index().on(table.createdAt, table.id)],
);

/**
 * What agents did over MCP, for the staff to watch. It keeps the name and role that the person had then, and refers to no
 * other table, so that it outlives them.
 */
export const activity = pgTable('activity', {
  // Grows in the order in which the rows become visible.
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  at: moment().notNull(),
  userId: uuid(),
  name: text().notNull(),
  role: text().notNull(),
  client: text().notNull(),
  era: text().notNull(),
  tool: text().notNull(),
  path: text().notNull(),
  arguments: jsonb(),
  /** The code of the error; null if the call succeeded. */
  error: text(),
  ms: integer().notNull(),
});

/**
 * What the app signs and encrypts with, so that a restart signs nobody out, and two nodes use the same. A real app keeps it
 * apart from its data, such as in environment variables.
 */
export const secrets = pgTable('secrets', {
  name: text().primaryKey(),
  value: text().notNull(),
});

// Milliseconds, because a cursor that went through a JavaScript Date must meet the same row again.
function moment() {
  return timestamp({ withTimezone: true, precision: 3, mode: 'date' });
}
