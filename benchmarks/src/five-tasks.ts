import assert from 'node:assert/strict';
import { codeMode } from '@trpc-mcp/code';
import { createToolCaller, type ToolCaller } from '@trpc-mcp/core/caller';
import { allScopes } from '../../apps/demo/src/auth/scope.ts';
import { openPglite } from '../../apps/demo/src/db/database.ts';
import { appRouter } from '../../apps/demo/src/router.ts';
import { seedDatabase } from '../../apps/demo/src/sample/seed.ts';
import { Agent } from './five-tasks/agent.ts';
import { type CallAll, createTasks, type Task } from './five-tasks/tasks.ts';
import { withCode, withList, withSearch } from './five-tasks/ways.ts';
import { toNumber, toTable } from './report/markdown.ts';

// What a model reads and writes for five tasks in the demo, with its 3,000 customers: with all tools in the list, with a search,
// and in code mode. o200k_base counts. Fails if an answer differs, or if code needs more than a third of the list's tokens for the
// first two.
const most = 1 / 3;
const { db, close } = await openPglite();
await seedDatabase(db);
const user = { id: crypto.randomUUID(), name: 'Ada', email: 'ada@example.com', role: 'admin' } as const;
let consents = 0;
const options = {
  ctx: { db, user, tokenSent: true },
  authInfo: { scopes: allScopes },
  onElicit: () => {
    consents++;
    return { action: 'accept' } as const;
  },
};
const ways = {
  list: createToolCaller(appRouter, options),
  search: createToolCaller(appRouter, { ...options, discovery: 'search' }),
  code: createToolCaller(appRouter, { ...options, discovery: codeMode() }),
} satisfies Record<string, ToolCaller>;
type Way = keyof typeof ways;

const rows: string[][] = [];
const shares: number[] = [];
const country = await findCountry();
const company = await findCompany(country);
for (const task of createTasks(country, company)) {
  const ended = {
    list: await run('list', task),
    search: await run('search', task),
    code: await run('code', task),
  };
  for (const { answer, asked } of [ended.search, ended.code]) {
    assert.deepEqual(answer, ended.list.answer, task.name);
    assert.equal(asked, ended.list.asked, task.name);
  }
  shares.push(ended.code.tokens / ended.list.tokens);
  const cells = Object.values(ended).map(
    ({ tokens, calls, sent }) => `${toNumber(tokens)} (${calls}, ${toNumber(sent)})`,
  );
  rows.push([task.name, ...cells, `${toNumber(shares.at(-1)! * 100)} %`]);
}
await close();
console.log(`${country}, ${company}`);
console.log(toTable(['task', 'list', 'search', 'code', 'code ÷ list'], rows));
process.exit(shares.slice(0, 2).every((share) => share <= most) ? 0 : 1);

async function run(way: Way, task: Task) {
  consents = 0;
  const agent = await Agent.start(ways[way], task.sentence);
  const answer = await doTask(way, task, agent);
  // The model tells the person what it found, in every way.
  agent.answer(typeof answer === 'string' ? answer : JSON.stringify(answer));
  const { tokens, sent, calls } = agent;
  const asked = consents;
  await undo(task, answer);
  return { answer, tokens, sent, calls, asked };
}

async function doTask(way: Way, task: Task, agent: Agent): Promise<unknown> {
  if (way === 'code') return withCode(agent, task);
  const call: CallAll = way === 'list' ? withList(agent) : await withSearch(agent, task.queries, task.paths);
  return task.withCalls(call);
}

/** Changes back what a task has changed, for the next way. */
async function undo({ name }: Task, answer: unknown): Promise<void> {
  const find = async (query: string) => {
    const { structuredContent } = await ways.list.callTool('customers_search', { query, country });
    return (structuredContent as { items: { id: string }[] }).items[0]!.id;
  };
  if (name === 'a conditional change') {
    assert.equal(answer, 'business');
    const plan = { customerId: await find(company), plan: 'starter' };
    await ways.list.callTool('subscriptions_changePlan', plan);
  }
  if (name === 'a bulk change with consent') {
    const companies = answer as string[];
    assert.equal(companies.length, 3);
    for (const each of companies) await ways.list.callTool('customers_reactivate', { id: await find(each) });
  }
}

/** A country whose paying customers fill three pages. */
async function findCountry(): Promise<string> {
  const { structuredContent } = await ways.list.callTool('customers_search', { limit: 50, sort: 'newest' });
  const { items } = structuredContent as { items: { country: string }[] };
  for (const name of new Set(items.map((customer) => customer.country))) {
    const found = await ways.list.callTool('customers_search', {
      country: name,
      subscription: 'active',
      limit: 1,
    });
    const { total } = found.structuredContent as { total: number };
    if (total > 80 && total <= 120) return name;
  }
  throw new Error('no country has so many customers');
}

/** A company on the starter plan that has no overdue invoices. */
async function findCompany(of: string): Promise<string> {
  const args = { country: of, plan: 'starter', status: 'active', limit: 40 };
  const { structuredContent } = await ways.list.callTool('customers_search', args);
  for (const { id, company: name } of (structuredContent as { items: { id: string; company: string }[] })
    .items) {
    const found = await ways.list.callTool('invoices_list', { customerId: id, status: 'overdue' });
    const others = await ways.list.callTool('customers_search', { query: name });
    const isOnly = (others.structuredContent as { total: number }).total === 1;
    if (isOnly && (found.structuredContent as { items: unknown[] }).items.length === 0) return name;
  }
  throw new Error('every company has overdue invoices');
}
