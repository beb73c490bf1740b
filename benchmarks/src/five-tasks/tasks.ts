/** A call of a procedure, by its path. */
export interface Wanted {
  path: string;
  args: Record<string, unknown>;
}

/** How the model of a way comes to the results of calls that it makes at once. */
export type CallAll = (...wanted: Wanted[]) => Promise<Record<string, unknown>[]>;

/** What a person wants, and how a model does it. Both ways of doing it have to come to the same answer. */
export interface Task {
  name: string;
  sentence: string;
  /** What the model searches for, where it has to search. */
  queries: readonly string[];
  /** How many functions it wants of each search in code mode. */
  limit: number;
  /** The procedures that it needs. */
  paths: readonly string[];
  /** Does it with calls, and returns the answer. */
  withCalls: (call: CallAll) => Promise<unknown>;
  /** Does it in one program, which returns the answer. */
  code: string;
}

interface Customer {
  id: string;
  name: string;
  company: string;
  subscription: { plan: string; monthlyCents: number };
}

/** Reads all pages, one after the other, as a model that gets each page has to. */
async function readAll<TItem>(call: CallAll, path: string, args: Record<string, unknown>): Promise<TItem[]> {
  const all: TItem[] = [];
  let cursor: unknown;
  do {
    const [page] = await call({ path, args: { ...args, ...(cursor !== undefined && { cursor }) } });
    all.push(...(page!['items'] as TItem[]));
    cursor = page!['nextCursor'] ?? undefined;
  } while (cursor !== undefined);
  return all;
}

/** The tasks for a country with so many paying customers that they fill three pages. */
export function createTasks(country: string, company: string): Task[] {
  // As many as one answer has room for.
  const limit = 40;
  return [
    {
      name: 'a sum over three pages',
      sentence: `How much a month do the customers in ${country} pay whose subscription is active?`,
      queries: ['find customers by country and subscription'],
      limit: 1,
      paths: ['customers.search'],
      async withCalls(call) {
        const args = { country, subscription: 'active', limit };
        const customers = await readAll<Customer>(call, 'customers.search', args);
        return customers.reduce((sum, { subscription }) => sum + subscription.monthlyCents, 0);
      },
      code: `let sum = 0, cursor;
do {
  const page = await api.customers.search.query({ country: ${JSON.stringify(country)}, subscription: 'active', limit: 50, cursor });
  for (const { subscription } of page.items) sum += subscription.monthlyCents;
  cursor = page.nextCursor;
} while (cursor);
return sum;`,
    },
    {
      name: 'a join of two lists',
      sentence: `Which customers in ${country} on the business plan have overdue invoices, and how much does each of them owe?`,
      queries: ['find customers by country and plan', 'list overdue invoices'],
      limit: 1,
      paths: ['customers.search', 'invoices.list'],
      async withCalls(call) {
        const [found] = await call({ path: 'customers.search', args: { country, plan: 'business', limit } });
        const customers = found!['items'] as Customer[];
        // Only the totals are wanted, so that the smallest page will do.
        const args = { status: 'overdue', limit: 1 };
        const lists = await call(
          ...customers.map(({ id }) => ({ path: 'invoices.list', args: { customerId: id, ...args } })),
        );
        const owed = lists.map((list, index) => [customers[index]!.name, overdueIn(list)] as const);
        return Object.fromEntries(owed.filter(([, amountCents]) => amountCents > 0));
      },
      code: `const { items } = await api.customers.search.query({ country: ${JSON.stringify(country)}, plan: 'business', limit: 50 });
const owed = {};
await Promise.all(items.map(async ({ id, name }) => {
  const { totals } = await api.invoices.list.query({ customerId: id, status: 'overdue', limit: 1 });
  if (totals.overdue.amountCents > 0) owed[name] = totals.overdue.amountCents;
}));
return owed;`,
    },
    {
      name: 'a conditional change',
      sentence: `Put ${company} on the business plan, if it has no overdue invoices.`,
      queries: ['find a customer by company', 'list overdue invoices', 'change the plan of a customer'],
      limit: 1,
      paths: ['customers.search', 'invoices.list', 'subscriptions.changePlan'],
      async withCalls(call) {
        const [found] = await call({ path: 'customers.search', args: { query: company } });
        const customerId = (found!['items'] as Customer[])[0]!.id;
        const [overdue] = await call({ path: 'invoices.list', args: { customerId, status: 'overdue' } });
        if ((overdue!['items'] as unknown[]).length > 0) return 'has overdue invoices';
        const change = { path: 'subscriptions.changePlan', args: { customerId, plan: 'business' } };
        const [changed] = await call(change);
        return (changed as unknown as Customer).subscription.plan;
      },
      code: `const { items: [customer] } = await api.customers.search.query({ query: ${JSON.stringify(company)} });
const { items } = await api.invoices.list.query({ customerId: customer.id, status: 'overdue' });
if (items.length > 0) return 'has overdue invoices';
const changed = await api.subscriptions.changePlan.mutate({ customerId: customer.id, plan: 'business' });
return changed.subscription.plan;`,
    },
    {
      name: 'data for a chart',
      sentence: 'Give me the sign-ups of the last 26 weeks as data for a chart: the weeks, and the numbers.',
      queries: ['sign-ups for each week'],
      limit: 1,
      paths: ['reports.signUps'],
      async withCalls(call) {
        const [report] = await call({ path: 'reports.signUps', args: { weeks: 26 } });
        const rows = report!['rows'] as { startsAt: string; signUps: number }[];
        return {
          labels: rows.map(({ startsAt }) => startsAt.slice(0, 10)),
          values: rows.map(({ signUps }) => signUps),
        };
      },
      code: `const rows = await api.reports.signUps.query({ weeks: 26 });
return { labels: rows.map(({ startsAt }) => startsAt.slice(0, 10)), values: rows.map(({ signUps }) => signUps) };`,
    },
    {
      name: 'a bulk change with consent',
      sentence: `Deactivate the three customers in ${country} whose trial expired longest ago.`,
      queries: ['find customers by end of trial', 'deactivate a customer'],
      limit: 1,
      paths: ['customers.search', 'customers.deactivate'],
      async withCalls(call) {
        const args = { country, status: 'active', subscription: 'trial_expired', sort: 'trialEnd', limit: 3 };
        const [found] = await call({ path: 'customers.search', args });
        const ids = (found!['items'] as Customer[]).map(({ id }) => id);
        const closed = await call(...ids.map((id) => ({ path: 'customers.deactivate', args: { id } })));
        return closed.map((customer) => customer['company']);
      },
      code: `const { items } = await api.customers.search.query({ country: ${JSON.stringify(country)}, status: 'active', subscription: 'trial_expired', sort: 'trialEnd', limit: 3 });
const closed = [];
for (const { id } of items) closed.push((await api.customers.deactivate.mutate({ id })).company);
return closed;`,
    },
  ];
}

function overdueIn({ totals }: Record<string, unknown>): number {
  return (totals as { overdue: { amountCents: number } }).overdue.amountCents;
}
