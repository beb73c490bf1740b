import { type Schema, setOwn } from './schema.ts';

const one = new Set(['items', 'additionalProperties', 'propertyNames', 'not']);
const lists = new Set(['anyOf', 'oneOf', 'prefixItems']);
const maps = new Set(['properties', 'patternProperties']);

/** Copies a schema, and replaces every schema inside of it by what `map` returns; with `isDeep` also inside of these. */
export function mapSchemas(schema: Schema, map: (child: Schema) => Schema, isDeep = true): Schema {
  const visit = (child: unknown): unknown => {
    if (typeof child !== 'object' || child === null) return child;
    const mapped = map(child as Schema);
    return isDeep ? mapSchemas(mapped, map) : mapped;
  };
  const copy: Schema = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (one.has(keyword)) copy[keyword] = visit(value);
    else if (lists.has(keyword)) copy[keyword] = (value as unknown[]).map(visit);
    else if (maps.has(keyword)) {
      const named = {};
      for (const [name, child] of Object.entries(value as object)) setOwn(named, name, visit(child));
      copy[keyword] = named;
    } else copy[keyword] = value;
  }
  return copy;
}
