/** Prints all data properties of a parser, without calling anything, to find out whether it was changed. */
export function printStructure(parser: unknown): string {
  const ids = new Map<object, number>();
  const print = (value: unknown, depth: number): string => {
    if (typeof value === 'function' || (typeof value === 'object' && value !== null)) {
      const known = ids.get(value);
      if (known !== undefined) return `#${known}`;
      ids.set(value, ids.size);
      // Some schemas have a reference to their whole library.
      if (depth > 12 || ids.size > 5_000) return '…';
      if (value instanceof Map || value instanceof Set) return `[${print([...value], depth + 1)}]`;
      if (value instanceof Date || value instanceof RegExp) return String(value);
      const parts: string[] = [];
      for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
        if ('value' in property) parts.push(`${key}:${print(property.value, depth + 1)}`);
      }
      return `{${parts.join()}}`;
    }
    return typeof value === 'bigint' ? `${value}n` : String(value);
  };
  return print(parser, 0);
}
