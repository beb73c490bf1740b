import { setOwn } from '../schema/json-schema.ts';

/** Shortens a JSON value to about so many characters: texts are cut, and what comes after the limit is left out. */
export function fitInto(json: unknown, maxCharacters: number): unknown {
  let left = maxCharacters;
  return fit(json);

  function fit(value: unknown): unknown {
    if (typeof value === 'string') {
      const kept = value.length > left ? `${value.slice(0, left)}…` : value;
      left = Math.max(0, left - kept.length - 2);
      return kept;
    }
    left = Math.max(0, left - 6);
    if (Array.isArray(value)) {
      const list: unknown[] = [];
      for (const item of value) {
        if (left === 0) break;
        list.push(fit(item));
      }
      return list;
    }
    if (typeof value !== 'object' || value === null) return value;
    const record: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      if (left <= key.length) break;
      left -= key.length + 3;
      setOwn(record, key, fit(item));
    }
    return record;
  }
}
