/** Writes JSON as the type that has this value alone. */
export function toLiteral(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (Array.isArray(value)) return `[${value.map(toLiteral).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => `${toKey(key)}: ${toLiteral(item)}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join('; ')} }`;
  }
  // JSON has no other numbers, but the schema may come from a program.
  if (typeof value === 'number' && !Number.isFinite(value)) return 'number';
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'function' || typeof value === 'symbol' ? 'unknown' : JSON.stringify(value);
}

/** Writes the name of a property, in quotes where it is no identifier. */
export function toKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
