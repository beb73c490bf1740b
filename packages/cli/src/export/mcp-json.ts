import type { RawLists } from '../target/lists.ts';

/** What a server says of itself. */
export interface ServerFacts {
  server: object | undefined;
  instructions: string | undefined;
}

/** Writes the lists of a server as one value, in an order that does not depend on the server. */
export function toMcpJson(lists: RawLists, { server, instructions }: ServerFacts): object {
  return {
    server,
    ...(instructions !== undefined && { instructions }),
    tools: sortKeys(byName(lists.tools)),
    resources: sortKeys(byName(lists.resources)),
    resourceTemplates: sortKeys(byName(lists.templates)),
    prompts: sortKeys(byName(lists.prompts)),
  };
}

function byName<T extends { name: string }>(list: readonly T[]): T[] {
  return list.toSorted((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1));
}

/** The keys that say what an entry is come first, and the others by the alphabet. Those of properties keep their order. */
function sortKeys(list: readonly object[]): object[] {
  const first = ['name', 'title', 'description', 'uri', 'uriTemplate'];
  const rank = (key: string): string => `${first.includes(key) ? first.indexOf(key) : '~'}${key}`;
  return list.map((entry) =>
    Object.fromEntries(Object.entries(entry).toSorted(([a], [b]) => (rank(a) < rank(b) ? -1 : 1))),
  );
}
