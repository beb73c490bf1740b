import { areJson, leafOfClass, literals, type Conversion } from './conversion.ts';
import { deref, mapChildren, type JsonSchema } from '../json-schema.ts';
import { bigintLeaf, dateLeaf } from '../wire/leaf.ts';
import { getMark, setMark } from '../mark.ts';

/** What arktype asks about when JSON Schema has no word: `code` says of what kind, `base` is what it has so far. */
interface Gap {
  code: string;
  base: JsonSchema;
  proto?: unknown;
  domain?: string;
  unit?: unknown;
}

/** arktype's answer to every gap: the option `fallback` of its Standard JSON Schema. */
export function createArktypeFallback(conversion: Conversion): (gap: Gap) => JsonSchema {
  return (gap) => {
    const schema = { ...gap.base };
    if (gap.code === 'date' || gap.proto === Date) conversion.putLeaf(schema, dateLeaf);
    else if (gap.code === 'proto') conversion.putClass(schema, gap.proto);
    else if (gap.code === 'domain' && gap.domain === 'bigint') conversion.putLeaf(schema, bigintLeaf);
    else if (gap.code === 'unit' && gap.unit === undefined) setMark(schema, { is: 'undefined' });
    else if (gap.code === 'unit' && !areJson([gap.unit]) && typeof gap.unit !== 'symbol') {
      if (gap.unit instanceof Date) conversion.putLeaf(schema, leafOfClass(Date)!);
      else conversion.putLeaf(schema, literals([gap.unit]));
    } else if (gap.code === 'domain' || gap.code === 'unit') {
      setMark(schema, {
        is: 'never',
        code: 'SCHEMA_UNSUPPORTED',
        reason: `no JSON value can be given for a ${gap.domain ?? typeof gap.unit}`,
      });
    }
    return schema;
  };
}

/** Whether `undefined` passes. Read off the schema: to ask the type would run the app's own narrowing. */
export function arktypeAllowsUndefined(schema: JsonSchema): boolean {
  // A recursive type is a reference to itself.
  const root = deref(schema, schema);
  const branches = (root['anyOf'] ?? []) as JsonSchema[];
  return (
    Object.keys(root).every((key) => key === '$schema') ||
    [root, ...branches].some((each) => getMark(each)?.is === 'undefined')
  );
}

/** Literals that arktype takes for JSON, though they are none: the infinities. */
export function markInfinities(schema: JsonSchema, conversion: Conversion): JsonSchema {
  const marked = mapChildren(schema, (child) => markInfinities(child, conversion));
  const values = 'const' in marked ? [marked['const']] : ((marked['enum'] ?? []) as unknown[]);
  if (!areJson(values)) conversion.putLeaf(marked, literals(values));
  return marked;
}
