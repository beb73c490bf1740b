import { isRecord } from '../../record.ts';
import { setOwn } from '../../schema/json-schema.ts';

/** A result with only some of its fields. */
export interface Selected {
  json: unknown;
  /** Fields that were asked for and that nothing in the result has. */
  missing: readonly string[];
}

/** A field that was asked for, and what of its path is still to go. */
interface Wanted {
  field: string;
  rest: string;
}

/**
 * Keeps the fields that `fields` names by their paths. A path steps through lists: `items.id` is the id of each item. A field
 * that is named whole keeps everything inside it. Reads only what the result has itself, never what it inherits.
 */
export function selectFields(json: unknown, fields: readonly string[]): Selected {
  const found = new Set<string>();
  const empty = new Set<string>();
  const wanted = [...new Set(fields)].map((field) => ({ field, rest: field }));
  const selected = pick(json, wanted);
  return {
    json: selected,
    missing: wanted.map(({ field }) => field).filter((field) => !found.has(field) && !empty.has(field)),
  };

  function pick(value: unknown, some: readonly Wanted[]): unknown {
    if (Array.isArray(value)) {
      // Of a list without items, nobody can say which fields they would have.
      if (value.length === 0) for (const { field } of some) empty.add(field);
      return value.map((item) => pick(item, some));
    }
    if (!isRecord(value)) return value;
    const kept = {};
    for (const [key, inner] of Object.entries(value)) {
      const whole = some.filter(({ rest }) => rest === key);
      for (const { field } of whole) found.add(field);
      const parts = some.filter(({ rest }) => rest.startsWith(`${key}.`));
      if (whole.length > 0) {
        setOwn(kept, key, inner);
        // They are inside, and need not be picked.
        pick(inner, stepsInto(parts, key));
      } else if (parts.length > 0) {
        const before = found.size + empty.size;
        const part = pick(inner, stepsInto(parts, key));
        // `name.first` of a name that is null is null.
        if (inner === null) for (const { field } of parts) empty.add(field);
        if (
          found.size + empty.size > before ||
          parts.some(({ field }) => found.has(field) || empty.has(field))
        )
          setOwn(kept, key, part);
      }
    }
    return kept;
  }
}

function stepsInto(some: readonly Wanted[], key: string): Wanted[] {
  return some.map(({ field, rest }) => ({ field, rest: rest.slice(key.length + 1) }));
}
