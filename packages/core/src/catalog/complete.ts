import type { JsonSchema } from '../schema/json-schema.ts';
import { isSchema } from '../schema/json-schema.ts';
import type { Callable } from './callable.ts';

/** How one argument is completed: out of a list, or by a query of the app's. */
export type Completer = readonly string[] | Callable;

/** What completes itself: the arguments whose schema lists their values. */
export function toFreeCompleters({ properties = {}, $defs = {} }: JsonSchema): Map<string, Completer> {
  const lists = Object.entries(properties).map(([name, schema]) => [name, valuesOf(schema, $defs)] as const);
  return new Map(lists.filter(([, values]) => values.length > 0));
}

function valuesOf(schema: unknown, defs: Record<string, JsonSchema>): string[] {
  if (!isSchema(schema)) return [];
  const { $ref, const: only, enum: listed, anyOf, oneOf, type } = schema as Record<string, unknown>;
  const name = typeof $ref === 'string' ? /^#\/\$defs\/([^/]+)$/.exec($ref)?.[1] : undefined;
  // One step is enough: an enum that is used twice is a definition, and refers to nothing itself.
  if (name !== undefined) return valuesOf(defs[decodeURIComponent(name)], {});
  if (only !== undefined) return isScalar(only) ? [String(only)] : [];
  if (Array.isArray(listed)) return listed.filter(isScalar).map(String);
  // null has no spelling.
  const types = [type].flat().filter((each) => each !== 'null');
  if (types.length === 1 && types[0] === 'boolean') return ['true', 'false'];
  const branches: unknown = anyOf ?? oneOf;
  if (!Array.isArray(branches)) return [];
  const lists = branches.map((branch) => valuesOf(branch, defs));
  // A branch that says nothing would allow what the others do not list.
  const isWhole = lists.every((list, index) => list.length > 0 || isNull(branches[index]));
  return isWhole ? [...new Set(lists.flat())] : [];
}

function isNull(schema: unknown): boolean {
  return isSchema(schema) && (schema.type === 'null' || schema['const'] === null);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
