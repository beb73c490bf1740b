import type { Tool } from '@modelcontextprotocol/client';
import { toHash } from '../route.ts';
import { toAreas } from './area.ts';
import { type BadgeKind, badgesOf } from './badge.ts';
import { createToolMatchers, type Matcher } from './search.ts';
import type { Row } from './virtual-list.tsx';

/** A tool in the list. Several may have one name, which is a mistake of the endpoint that one has to see. */
export interface Entry {
  tool: Tool;
  /** Its place among those of its name, from 0. */
  copy: number;
  kinds: ReadonlySet<BadgeKind>;
  matches: Matcher;
}

/** Prepares a list of tools once, so that each keystroke of a search is cheap. */
export function toEntries(tools: readonly Tool[]): readonly Entry[] {
  const known = entriesOf.get(tools);
  if (known) return known;
  const matchers = createToolMatchers(tools);
  const copies = new Map<string, number>();
  const entries = tools.map((tool, index): Entry => {
    const copy = copies.get(tool.name) ?? 0;
    copies.set(tool.name, copy + 1);
    const kinds = new Set(badgesOf(tool).map(({ kind }) => kind));
    return { tool, copy, kinds, matches: matchers[index]! };
  });
  entriesOf.set(tools, entries);
  return entries;
}

/** Puts entries under the headings of their areas. */
export function toRows(entries: readonly Entry[]): Row<Entry>[] {
  return toAreas(entries).flatMap(({ name, tools }): Row<Entry>[] => [
    { kind: 'heading', title: name, count: tools.length },
    ...tools.map((value): Row<Entry> => ({ kind: 'entry', value })),
  ]);
}

/** The address of a tool on this page. */
export function hashOf(name: string, copy = 0): string {
  return toHash(['tools', name], copy === 0 ? undefined : { copy: String(copy) });
}

const entriesOf = new WeakMap<readonly Tool[], readonly Entry[]>();
