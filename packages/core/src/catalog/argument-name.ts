import { SchemaProblem } from '../schema/problem.ts';

/** What every client takes as the name of an argument. One other name makes some of them refuse the whole list of tools. */
const legalName = /^[a-zA-Z0-9_.-]{1,64}$/;

/**
 * Finds a legal name for each argument whose own name is none, such as `tags_` for `tags[]`. Throws a `SchemaProblem` if two
 * arguments would have one name. `added` are the arguments that this package adds.
 */
export function toLegalNames(keys: readonly string[], added: readonly string[]): ReadonlyMap<string, string> {
  // Nearly all names are legal, and no two of them are equal.
  if (added.length === 0 && keys.every((key) => legalName.test(key))) return none;
  const renamed = new Map<string, string>();
  const owners = new Map<string, string[]>();
  for (const key of keys) {
    const name = toLegalName(key);
    if (name !== key) renamed.set(key, name);
    owners.set(name, [...(owners.get(name) ?? []), show(key)]);
  }
  for (const name of added) owners.get(name)?.push(`the added "${name}"`);
  const clashes = [...owners].filter(([, own]) => own.length > 1);
  if (clashes.length === 0) return renamed;
  const said = clashes
    .map(([name, own]) => `${own.join(' and ')} would have the name "${name}"`)
    .join(', and ');
  throw new SchemaProblem(
    'ARGUMENT_CLASH',
    `its arguments ${said}; clients take only letters, digits, "_", "." and "-" in the name of an argument, and 64 of them at most, so every other character becomes "_"; rename one of them, or move it into an object inside of the input`,
  );
}

const none: ReadonlyMap<string, string> = new Map();

function toLegalName(key: string): string {
  if (legalName.test(key)) return key;
  // One for each code point, half a surrogate pair included.
  return key.replaceAll(/[^a-zA-Z0-9_.-]/gu, '_').slice(0, 64) || '_';
}

const mostCharacters = 200;

function show(key: string): string {
  return JSON.stringify(key.length > mostCharacters ? `${key.slice(0, mostCharacters)}…` : key);
}
