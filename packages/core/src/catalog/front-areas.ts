import type { Tool } from './tool.ts';
import { fill } from './word-list.ts';

/** Clients cut longer descriptions. */
const mostCharacters = 1500;
/** With less room, the areas are left out. */
const leastRoom = 200;

/**
 * Adds to the description of a search which areas there are and how many tools they have, and as many names as there is room
 * for.
 */
export function addAreas(how: string, told: readonly Tool[]): string {
  const areas = new Map<string, Tool[]>();
  for (const tool of told) areas.set(tool.toolset, [...(areas.get(tool.toolset) ?? []), tool]);
  if (areas.size === 0 || how.length > mostCharacters - leastRoom) return how;
  const counts = Array.from(areas, ([name, tools]) => `${name} (${tools.length})`).toSorted();
  const head = `${how}\n\nAreas: ${fill(counts, mostCharacters - how.length - 100)}`;
  // One of each area in turn, so that every area shows what it is about.
  const turns = Array.from(areas.values(), (tools) => tools.map(({ name }, turn) => ({ name, turn }))).flat();
  const names = turns.toSorted((a, b) => a.turn - b.turn).map(({ name }) => name);
  const label = '\n\nTools: ';
  const room = mostCharacters - head.length - label.length;
  const first = names[0]!;
  return first.length + 20 > room ? head : `${head}${label}${fill(names, room, true)}`;
}
