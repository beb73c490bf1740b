/**
 * Makes a copy of a value of JSON that is small enough to be shown as a tree: long texts, long lists, large objects and deep
 * nesting are cut, and say so.
 */
export function boundJson(value: unknown, bounds: Bounds = defaults): unknown {
  let left = bounds.values;
  return copy(value, 0);

  function copy(each: unknown, depth: number): unknown {
    left -= 1;
    if (typeof each === 'string')
      return each.length > bounds.characters
        ? `${each.slice(0, bounds.characters)}… (${(each.length - bounds.characters).toLocaleString('en')} more characters)`
        : each;
    if (typeof each !== 'object' || each === null) return each;
    if (depth >= bounds.depth) return `… (nested deeper than ${bounds.depth} levels)`;
    if (Array.isArray(each)) {
      const items: unknown[] = [];
      for (const item of each) {
        if (items.length >= bounds.members || left <= 0) break;
        items.push(copy(item, depth + 1));
      }
      return items.length < each.length ? [...items, more(each.length - items.length, 'values')] : items;
    }
    const entries: [string, unknown][] = [];
    const keys = Object.keys(each);
    for (const key of keys) {
      if (entries.length >= bounds.members || left <= 0) break;
      entries.push([key, copy((each as Record<string, unknown>)[key], depth + 1)]);
    }
    if (entries.length < keys.length) entries.push(['…', more(keys.length - entries.length, 'keys')]);
    // Defines each key, so that `__proto__` is one like any other.
    return Object.fromEntries(entries);
  }
}

export interface Bounds {
  characters: number;
  /** Of one list or object. */
  members: number;
  depth: number;
  /** Altogether. */
  values: number;
}

const defaults: Bounds = { characters: 5000, members: 200, depth: 30, values: 5000 };

function more(count: number, what: string): string {
  return `… (${count.toLocaleString('en')} more ${what})`;
}
