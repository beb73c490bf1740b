import { type Catalog, freeze } from './catalog.ts';
import type { Item } from './item.ts';

/** Which part of a catalog a connector has chosen. */
export interface Selection {
  /** The groups, sorted and each of them once. `undefined` stands for all. */
  toolsets: readonly string[] | undefined;
  /** Whether it has chosen only what changes nothing. */
  isReadOnly: boolean;
}

/** Everything that a catalog serves. */
export function itemsIn({ tools, prompts, resources, templates }: Catalog): Item[] {
  return [...tools.values(), ...prompts.values(), ...resources.values(), ...templates];
}

/** Makes the catalog of what is chosen. Whatever is outside of it is as if it did not exist, but for skills: they are in no group. */
export function narrow(catalog: Catalog, { toolsets, isReadOnly }: Selection): Catalog {
  const isChosen = (item: Item) =>
    (toolsets?.includes(item.toolset) ?? true) && (item.isReadOnly || !isReadOnly);
  const chosen = freeze(itemsIn(catalog).filter(isChosen), { ...catalog.rules, isReadOnly }, catalog.skills);
  return { ...chosen, isLive: catalog.isLive, whole: catalog };
}
