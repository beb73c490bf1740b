import type { LintListing } from './rule.ts';

/** What `protocol/discovery` lists in place of the tools of an app. */
const front = new Set(['search_tools', 'describe_tools', 'run_query', 'run_mutation']);

/** Leaves out the tools that this package lists for a search: their author is not the author of the app. */
export function withoutFront(listing: LintListing): LintListing {
  const names = listing.tools.map(({ name }) => name);
  const hasFront = names.includes('search_tools') && names.includes('describe_tools');
  return hasFront ? { ...listing, tools: listing.tools.filter(({ name }) => !front.has(name)) } : listing;
}
