import type { ToolInput, ToolOutput } from '@trpc-mcp/core/caller';
import type { AppRouter } from '../../router.ts';
import { call, callWhoami, type Intent, Refusal, type Steps } from './script.ts';
import { count, day, escapeMarkdown, quote, unquote } from './wording.ts';

type Customer = ToolOutput<AppRouter, 'customers_get'>;
type Plan = Customer['subscription']['plan'];

export const customerIntents: readonly Intent[] = [
  {
    pattern: /\b(?:deactivate|close)\b(?: the)?(?: accounts?)?(?: of)?(?: customer)? (?<who>.+)/is,
    tool: 'customers_deactivate',
    purpose: 'deactivate an account',
    *run({ who = '' }) {
      const { id, name, company, status } = yield* findCustomer(who);
      if (status === 'deactivated') return `The account of ${quote(name)} is deactivated already.`;
      const closed = yield* call('customers_deactivate', { id });
      return `Done: the account of ${quote(name)} of ${quote(company)} is ${closed.status}.`;
    },
  },
  {
    pattern: /\b(?:reactivate|reopen|re-open)\b(?: the)?(?: accounts?)?(?: of)?(?: customer)? (?<who>.+)/is,
    tool: 'customers_reactivate',
    purpose: 'reactivate an account',
    *run({ who = '' }) {
      const { id, name } = yield* findCustomer(who);
      const opened = yield* call('customers_reactivate', { id });
      return `Done: the account of ${quote(name)} is ${opened.status}.`;
    },
  },
  {
    pattern:
      /\bextend (?:the )?(?:free )?(?:trial of )?(?<who>.+?)(?:['’]s (?:free )?trial)? (?:by|for) (?<by>\d+|a|an|one) (?<unit>day|week)s?\b/is,
    tool: 'subscriptions_extendTrial',
    purpose: 'extend a trial',
    *run({ who = '', by = '', unit = '' }) {
      const { id, name } = yield* findCustomer(who);
      const { subscription } = yield* call('subscriptions_extendTrial', {
        customerId: id,
        by: Number.isNaN(Number(by)) ? 1 : Number(by),
        unit: unit.toLowerCase() === 'day' ? 'days' : 'weeks',
      });
      return `Done: the trial of ${quote(name)} ends on ${day(subscription.trialEndsAt)}.`;
    },
  },
  {
    pattern:
      /\b(?:put|move|switch|change) (?<who>.+?)(?:['’]s plan)? (?:on ?to|on|to) (?:the )?(?<plan>starter|team|business)\b/is,
    tool: 'subscriptions_changePlan',
    purpose: 'change a plan',
    *run({ who = '', plan = '' }) {
      const isOwn = /^(?:me|my plan|my account|us)$/i.test(who.trim());
      const customerId = isOwn ? yield* findOwnAccount() : (yield* findCustomer(who)).id;
      const { name, subscription } = yield* call('subscriptions_changePlan', {
        customerId,
        plan: plan.toLowerCase() as Plan,
      });
      return `Done: ${quote(name)} is on the ${subscription.plan} plan.`;
    },
  },
  {
    pattern:
      /\bsign(?: up)? (?<name>[^<,]+?)(?: up)?[ ,]*<?(?<email>[^\s<>]+@[^\s<>,]+)>?,? of (?<company>.+?),? (?:in|from) (?<country>[\p{L} ]+)/isu,
    tool: 'signUps_add',
    purpose: 'sign a customer up',
    *run({ name = '', email = '', company = '', country = '' }) {
      const added = yield* call('signUps_add', { name, email, company, country: unquote(country) });
      return `Done: ${quote(added.name)} of ${quote(added.company)} has signed up. The trial ends on ${day(added.subscription.trialEndsAt)}.`;
    },
  },
  {
    pattern: /\b(?:list|show|find|get|which|who|how many|are there)\b.*\b(?:customers?|accounts)\b/is,
    tool: 'customers_search',
    purpose: 'search the customers',
    *run(_, sentence) {
      const { items, total } = yield* call('customers_search', readSearch(sentence));
      if (total === 0) return 'I found no customers of that kind.';
      const all = `I found ${count(total, 'customer')}`;
      return items.length === total ? `${all}.` : `${all}. These are the first ${items.length}.`;
    },
  },
  {
    // A name begins with capital letters, so that not every sentence is about a customer.
    pattern:
      /(?:\b(?:account of|customer|about)|\b[Ii]s|\b[Ff]ind|\b[Ss]how(?: me)?) (?<who>\S+@\S+|\p{Lu}[\p{L}'-]+ \p{Lu}[\p{L}'-]+)/u,
    tool: 'customers_search',
    purpose: 'search the customers',
    *run({ who = '' }) {
      const { name, company, country, status, subscription } = yield* findCustomer(who);
      return (
        `${quote(name)} of ${quote(company)} in ${escapeMarkdown(country)} is ${status}, on the ${subscription.plan} plan ` +
        `(${subscription.status.replace('_', ' ')}).`
      );
    },
  },
];

/** Reads which customers a sentence is about: `the newest customers in Norway on the team plan`. */
function readSearch(sentence: string): ToolInput<AppRouter, 'customers_search'> {
  const plan = /\b(?<plan>starter|team|business)\b/i.exec(sentence)?.groups?.['plan'];
  const country = /\b(?:in|from) (?<country>\p{Lu}[\p{L} ]*\p{L})/u.exec(sentence)?.groups?.['country'];
  return {
    ...(plan !== undefined && { plan: plan.toLowerCase() as Plan }),
    ...(country !== undefined && { country: country.replace(/ (?:on|who|with|by)\b.*/, '') }),
    ...(/\btrial/i.test(sentence) && { subscription: 'trialing' }),
    ...(/\b(?:past due|late|overdue)\b/i.test(sentence) && { subscription: 'past_due' }),
    ...(/\b(?:deactivated|closed)\b/i.test(sentence) && { status: 'deactivated' }),
    ...(/\b(?:newest|latest|new)\b/i.test(sentence) && { sort: 'newest' }),
  };
}

/** Finds the one customer with a name or an email address. */
function* findCustomer(who: string): Steps<Customer> {
  const query = unquote(who).replace(/['’]s(?: account)?$/, '');
  const { items } = yield* call('customers_search', { query });
  const exact = items.filter(({ name, email }) =>
    [name, email].some((text) => text.toLowerCase() === query.toLowerCase()),
  );
  const [customer, ...others] = exact.length > 0 ? exact : items;
  if (!customer) throw new Refusal(`I found no customer called ${quote(query)}.`);
  if (others.length > 0) {
    throw new Refusal(
      `I found several customers called ${quote(query)}. Say it again with an email address.`,
    );
  }
  return customer;
}

function* findOwnAccount(): Steps<string> {
  const { customerId } = yield* callWhoami();
  if (customerId === null) throw new Refusal('You work here, so you have no plan. Name the customer.');
  return customerId;
}
