import type { LintListing } from './rule.ts';

/** What the options `discovery` and `asTools` list, each with the names by which it is known. */
const added = [
  {
    knownBy: ['search_tools', 'describe_tools'],
    names: new Set(['search_tools', 'describe_tools', 'run_query', 'run_mutation']),
  },
  { knownBy: ['search_api', 'run_code'], names: new Set(['search_api', 'run_code']) },
  { knownBy: ['list_resources', 'read_resource'], names: new Set(['list_resources', 'read_resource']) },
];

/** Leaves out the tools that this package lists: their author is not the author of the app. */
export function withoutFront(listing: LintListing): LintListing {
  const names = new Set(listing.tools.map(({ name }) => name));
  const found = added.filter(({ knownBy }) => knownBy.every((name) => names.has(name)));
  if (found.length === 0) return listing;
  const isAdded = (name: string) => found.some((each) => each.names.has(name));
  return { ...listing, tools: listing.tools.filter(({ name }) => !isAdded(name)) };
}
