import type { customers, invoices, plans, subscriptions } from '../db/schema.ts';
import { aiko, jonas, mara } from './cast.ts';
import { createRandom, type Random } from './random.ts';
import { companyNouns, companyWords, countries, firstNames, lastNames } from './words.ts';

type Customer = typeof customers.$inferInsert;
type Subscription = typeof subscriptions.$inferInsert;
type Invoice = typeof invoices.$inferInsert;

export interface Accounts {
  customers: Customer[];
  subscriptions: Subscription[];
  invoices: Invoice[];
}

export const planCatalog = [
  { id: 'starter', name: 'Starter', seats: 3, monthlyCents: 1900 },
  { id: 'team', name: 'Team', seats: 15, monthlyCents: 7900 },
  { id: 'business', name: 'Business', seats: 100, monthlyCents: 24900 },
] as const satisfies (typeof plans.$inferInsert)[];

const day = 24 * 60 * 60 * 1000;
const trialDays = 14;
const monthDays = 30;
/** The age of Aiko's account in days, on the day for which the sample data is made. */
export const aikosAge = trialDays - 3;

/** Makes up customers that signed up in the year before `now`, with more sign-ups lately, and their invoices. */
export function createAccounts(count: number, now: Date): Accounts {
  const random = createRandom(1);
  const accounts: Accounts = { customers: [], subscriptions: [], invoices: [] };
  const add = (person: Person, ageDays: number, life: Life, plan: Plan) => {
    const id = random.uuid();
    const signedUpAt = new Date(now.getTime() - Math.round(ageDays * day));
    const endedAt =
      life === 'deactivated' ? new Date(now.getTime() - random.number() * ageDays * 0.3 * day) : null;
    accounts.customers.push({
      id,
      ...person,
      status: endedAt ? 'deactivated' : 'active',
      signedUpAt,
      deactivatedAt: endedAt,
    });
    accounts.subscriptions.push({
      customerId: id,
      planId: plan.id,
      status: life === 'deactivated' ? 'cancelled' : life,
      trialEndsAt: new Date(signedUpAt.getTime() + trialDays * day),
    });
    accounts.invoices.push(...billedTo(id, { signedUpAt, endedAt, life, plan, now, random }));
  };

  const [starter, team, business] = planCatalog;
  add(mara, 200, 'active', team);
  add(jonas, 96, 'active', business);
  add(aiko, aikosAge, 'trialing', team);

  const newPerson = createPeople(random);
  while (accounts.customers.length < count) {
    const ageDays = signUpAge(random);
    const plan = random.chance(0.55) ? starter : random.chance(0.75) ? team : business;
    add(newPerson(), ageDays, lifeAfter(ageDays, random), plan);
  }

  accounts.invoices.sort((a, b) => a.issuedAt.getTime() - b.issuedAt.getTime());
  accounts.invoices.forEach(
    (invoice, index) => (invoice.number = `INV-${String(index + 1).padStart(6, '0')}`),
  );
  return accounts;
}

type Plan = (typeof planCatalog)[number];
type Person = Pick<Customer, 'name' | 'email' | 'company' | 'country'>;
type Life = Subscription['status'] | 'deactivated';

// A year ago, there were about a third as many sign-ups a day as now.
function signUpAge(random: Random): number {
  for (;;) {
    const age = random.number();
    if (random.chance(1 - 0.65 * age)) return age * 365;
  }
}

function lifeAfter(ageDays: number, random: Random): Life {
  if (ageDays < trialDays) return random.chance(0.85) ? 'trialing' : 'active';
  const luck = random.number();
  if (luck < 0.16) return 'trial_expired';
  if (luck < 0.24) return 'cancelled';
  if (luck < 0.29) return 'deactivated';
  // Two months of invoices, so that the older of the last two is past its due date.
  if (luck < 0.35 && ageDays > trialDays + 2 * monthDays) return 'past_due';
  return 'active';
}

interface Billing {
  signedUpAt: Date;
  endedAt: Date | null;
  life: Life;
  plan: Plan;
  now: Date;
  random: Random;
}

function billedTo(customerId: string, { signedUpAt, endedAt, life, plan, now, random }: Billing): Invoice[] {
  if (life === 'trialing' || life === 'trial_expired') return [];
  const from = signedUpAt.getTime() + trialDays * day;
  const stays = life === 'cancelled' ? random.number() : 1;
  const until = from + ((endedAt ?? now).getTime() - from) * stays;

  const issued: Date[] = [];
  for (let at = from; at <= until; at += monthDays * day) issued.push(new Date(at));
  return issued.map((issuedAt, index) => {
    const dueAt = new Date(issuedAt.getTime() + 14 * day);
    const paidAt = new Date(issuedAt.getTime() + random.number() * 10 * day);
    const paid = paidAt <= now && !(life === 'past_due' && index >= issued.length - 2);
    return {
      id: random.uuid(),
      number: '',
      customerId,
      status: paid ? 'paid' : dueAt < now ? 'overdue' : 'open',
      amountCents: plan.monthlyCents,
      issuedAt,
      dueAt,
      paidAt: paid ? paidAt : null,
    };
  });
}

function createPeople(random: Random): () => Person {
  const taken = new Set<string>();
  return () => {
    const first = random.pick(firstNames);
    const last = random.pick(lastNames);
    const company = `${random.pick(companyWords)} ${random.pick(companyNouns)}`;
    const mailbox = `${plainLetters(first)}.${plainLetters(last)}`;
    const domain = `${plainLetters(company)}.example`;
    let email = `${mailbox}@${domain}`;
    for (let n = 2; taken.has(email); n++) email = `${mailbox}${n}@${domain}`;
    taken.add(email);
    return { name: `${first} ${last}`, email, company, country: random.pick(countries) };
  };
}

function plainLetters(name: string): string {
  return name
    .replaceAll('ø', 'o')
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '');
}
