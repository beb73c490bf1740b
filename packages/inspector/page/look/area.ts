import type { Tool } from '@modelcontextprotocol/client';
import { procedureOf } from './procedure.ts';

/** Tools that belong together. */
export interface Area<T> {
  name: string;
  tools: T[];
}

/** Where a tool goes whose name has one part only. */
export const general = 'General';

/**
 * Says to which area a tool belongs: its toolset, else the first part of the procedure's path, else the first part of its
 * name. `customers.search` and `customers_search` are both of `customers`.
 */
export function areaOf(tool: Tool): string {
  const { toolset, path } = procedureOf(tool);
  // A procedure of the root that names no toolset has its own path as one.
  if (toolset !== undefined && toolset !== path) return toolset;
  const [first = '', rest] = path?.includes('.') ? path.split('.') : tool.name.split(/[_.\-/:]/);
  return rest === undefined || first === '' ? general : first.slice(0, mostCharacters);
}

/** Puts tools into areas, in the order in which the list has them. What has no area comes last. */
export function toAreas<T extends { tool: Tool }>(tools: readonly T[]): Area<T>[] {
  const areas = new Map<string, T[]>();
  for (const one of tools) {
    const name = areaOf(one.tool);
    const members = areas.get(name);
    if (members) members.push(one);
    else areas.set(name, [one]);
  }
  const all = [...areas].map(([name, members]) => ({ name, tools: members }));
  return [...all.filter(({ name }) => name !== general), ...all.filter(({ name }) => name === general)];
}

const mostCharacters = 60;
