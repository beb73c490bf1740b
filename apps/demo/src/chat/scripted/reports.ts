import type { ToolOutput } from '@trpc-mcp/core/caller';
import type { AppRouter } from '../../router.ts';
import { call, callWhoami, type Intent } from './script.ts';
import { count, money } from './wording.ts';

type Period = ToolOutput<AppRouter, 'reports_signUps'>[number];
type Status = ToolOutput<AppRouter, 'invoices_list'>['items'][number]['status'];

export const reportIntents: readonly Intent[] = [
  {
    pattern: /\bsign-?ups?\b|\bsigned up\b|\bhow many new (?:users|customers)\b/i,
    tool: 'reports_signUps',
    purpose: 'count the sign-ups',
    *run(_, sentence) {
      const unit = /\bmonth/i.test(sentence) ? 'month' : 'week';
      const number = Number(/\b(?<number>\d+) (?:week|month)/i.exec(sentence)?.groups?.['number'] ?? 12);
      const periods = yield* call(
        'reports_signUps',
        unit === 'week' ? { weeks: number } : { months: number },
      );
      const last = periods.findLast(({ running }) => !running);
      const running = periods.find((period) => period.running);
      return [
        last &&
          `The last whole ${unit} had ${count(last.signUps, 'sign-up')}${compare(last, `the ${unit} before`)}.`,
        running &&
          `The ${unit} that is running has ${count(running.signUps, 'sign-up')} so far` +
            `${compare(running, `the same days of the ${unit} before`)}.`,
      ]
        .filter(Boolean)
        .join(' ');
    },
  },
  {
    pattern: /\b(?:list|show|see|which|what|are there)\b.*\binvoices\b/is,
    tool: 'invoices_list',
    purpose: 'read the invoices',
    *run(_, sentence) {
      const wanted = /\b(?:overdue|open|paid)\b/i.exec(sentence)?.[0].toLowerCase() as Status | undefined;
      const { totals } = yield* call('invoices_list', { ...(wanted !== undefined && { status: wanted }) });
      const figures = totals[wanted ?? 'all'];
      const noun = wanted === undefined ? 'invoice' : `${wanted} invoice`;
      if (figures.count === 0) return `There are no ${noun}s.`;
      return `There are ${count(figures.count, noun)}, of ${money(figures.amountCents)} together.`;
    },
  },
  {
    pattern: /\b(?:invoiced?|invoices|revenue|billed|earn(?:ed)?)\b/i,
    tool: 'invoices_totals',
    purpose: 'read the invoices',
    *run() {
      const totals = yield* call('invoices_totals', {});
      const best = totals.byMonth.toSorted((a, b) => b.amountCents - a.amountCents)[0];
      if (!best) return 'There are no invoices yet.';
      return (
        `There are ${count(totals.count, 'invoice')}, of ${money(totals.amountCents)} together. ` +
        `The month with the most is ${best.month}, with ${money(best.amountCents)}.`
      );
    },
  },
  {
    pattern: /\bplans\b|\bprices?\b/i,
    tool: 'subscriptions_plans',
    purpose: 'read the plans',
    *run() {
      const plans = yield* call('subscriptions_plans', {});
      return `There are ${count(plans.length, 'plan')}: ${plans.map(({ name, monthlyCents }) => `${name} for ${money(monthlyCents)}`).join(', ')} a month.`;
    },
  },
  {
    pattern: /\bwho am i\b|\bwhat (?:may|can) i\b/i,
    tool: 'whoami',
    purpose: 'say who you are',
    *run() {
      const { name, role, may } = yield* callWhoami();
      return `You are ${name}, signed in as ${role}. What that role may do: ${may}.`;
    },
  },
];

function compare({ changePercent }: Period, before: string): string {
  if (changePercent === null) return '';
  if (changePercent === 0) return `, as many as ${before}`;
  return `, ${Math.abs(changePercent)} % ${changePercent > 0 ? 'more' : 'fewer'} than ${before}`;
}
