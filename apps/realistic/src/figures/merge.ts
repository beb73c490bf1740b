import type { Schema } from './client.ts';

/** One schema that says what both say, as far as samples need it. */
export function mergeSchemas(a: Schema, b: Schema): Schema {
  const merged: Schema = { ...a, ...b };
  const properties = { ...(a['properties'] as Schema), ...(b['properties'] as Schema) };
  for (const [key, value] of Object.entries((a['properties'] ?? {}) as Schema)) {
    if (key in ((b['properties'] ?? {}) as Schema)) properties[key] = { allOf: [value, properties[key]] };
  }
  if (Object.keys(properties).length > 0) merged['properties'] = properties;
  const required = new Set([...((a['required'] ?? []) as string[]), ...((b['required'] ?? []) as string[])]);
  if (required.size > 0) merged['required'] = [...required];
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const [left, right] = [a[keyword], b[keyword]] as [Schema[] | undefined, Schema[] | undefined];
    // Every pair of branches is a branch of the two together.
    if (left && right)
      merged[keyword] = left.flatMap((one) => right.map((other) => ({ allOf: [one, other] })));
  }
  for (const keyword of ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'] as const) {
    const [left, right] = [a[keyword], b[keyword]];
    if (typeof left === 'number' && typeof right === 'number') merged[keyword] = Math.max(left, right);
  }
  for (const keyword of ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'] as const) {
    const [left, right] = [a[keyword], b[keyword]];
    if (typeof left === 'number' && typeof right === 'number') merged[keyword] = Math.min(left, right);
  }
  return merged;
}
