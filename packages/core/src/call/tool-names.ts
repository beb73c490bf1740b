import type { AnyTRPCRouter } from '@trpc/server';
import type { Catalog } from '../catalog/catalog.ts';

/**
 * Makes a function that replaces the dotted paths of procedures in a text by the names of their tools, because a model
 * knows only these: `customers.list` becomes `customers_list`. A tool that is hidden from some callers keeps its path, so
 * that nobody can find out whether it exists.
 */
export function createToolNames(
  router: AnyTRPCRouter,
  readCatalog: () => Catalog | undefined,
): (text: string) => string {
  const made = new WeakMap<Catalog, ReadonlyMap<string, string>>();
  const namesOf = (catalog: Catalog) => {
    const known = made.get(catalog);
    if (known) return known;
    const names = new Map<string, string>();
    for (const tool of catalog.tools.values()) {
      const isOfApp = tool.router === router && tool.path.includes('.');
      if (isOfApp && !tool.visible) names.set(tool.path, tool.name);
    }
    made.set(catalog, names);
    return names;
  };
  return (text) => {
    if (!text.includes('.')) return text;
    const catalog = readCatalog();
    const names = catalog && namesOf(catalog);
    if (!names || names.size === 0) return text;
    return text.replaceAll(word, (found) => {
      const path = withoutEnd(found);
      const name = names.get(path);
      return name === undefined ? found : name + found.slice(path.length);
    });
  };
}

/** Everything that could be a path, with what may be written before or after one: a URL is one word. */
const word = /[\p{L}\p{N}_$@:/.-]+/gu;

/** Removes the marks that end a sentence or a part of one. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && '.:-/'.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}
