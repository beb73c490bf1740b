import { tokens } from '../../src/sample/cast.ts';
import { abilities, type Role } from '../../src/sample/tour.ts';

/** Somebody whom a visitor can be. */
export interface Person {
  role: Role;
  name: string;
  firstName: string;
  token: string;
  /** What the person may do, as a sentence without its subject. */
  may: string;
}

export const people: readonly Person[] = (Object.keys(tokens) as Role[]).map((role) => {
  const { name, token } = tokens[role];
  return { role, name, firstName: name.split(' ')[0] ?? name, token, may: abilities[role] };
});

/** Whoever opens the page is this person at first. */
export const visitor: Person = people.find(({ role }) => role === 'viewer') ?? people[0]!;
