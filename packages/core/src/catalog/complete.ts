import { isSchema, type JsonSchema } from '../schema/json-schema.ts';
import type { Callable } from './callable.ts';

/** What completes one argument: a list of its values, or a query of the app. */
export type Completer = readonly string[] | Callable;

/** Makes completers for the arguments whose schema lists their values: enums, literals and booleans. */
export function toFreeCompleters({ properties = {}, $defs = {} }: JsonSchema): Map<string, Completer> {
  const lists = Object.entries(properties).map(([name, schema]) => [name, valuesOf(schema, $defs)] as const);
  return new Map(lists.filter(([, values]) => values.length > 0));
}

function valuesOf(schema: unknown, defs: Record<string, JsonSchema>): string[] {
  if (!isSchema(schema)) return [];
  const { $ref, const: only, enum: listed, anyOf, oneOf, type } = schema as Record<string, unknown>;
  const name = typeof $ref === 'string' ? /^#\/\$defs\/([^/]+)$/.exec($ref)?.[1] : undefined;
  // An enum that is used twice is a definition. It refers to no other definition, so one step is enough.
  if (name !== undefined) return valuesOf(defs[decodeURIComponent(name)], {});
  if (only !== undefined) return isScalar(only) ? [String(only)] : [];
  if (Array.isArray(listed)) return listed.filter(isScalar).map(String);
  // A client completes text, and no text stands for null.
  const types = [type].flat().filter((each) => each !== 'null');
  if (types.length === 1 && types[0] === 'boolean') return ['true', 'false'];
  const branches: unknown = anyOf ?? oneOf;
  if (!Array.isArray(branches)) return [];
  const lists = branches.map((branch) => valuesOf(branch, defs));
  // When one branch does not list its values, the list is not complete.
  const isWhole = lists.every((list, index) => list.length > 0 || isNull(branches[index]));
  return isWhole ? [...new Set(lists.flat())] : [];
}

function isNull(schema: unknown): boolean {
  return isSchema(schema) && (schema.type === 'null' || schema['const'] === null);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
