import type { McpSettings } from '../meta.ts';
import type { Input } from '../schema/input.ts';
import { deref, type JsonObjectSchema, type JsonSchema } from '../schema/json-schema.ts';

/** How a query gives a long list in parts, as far as its schemas tell. All of these are names of arguments. */
export interface Paging {
  /** Takes what the page before gave as `nextCursor`. */
  cursor: string | undefined;
  /** How many rows to return at most. */
  limit: string | undefined;
  /** How many rows to skip. */
  offset: string | undefined;
  /** The number of a page. */
  page: string | undefined;
}

const names = {
  cursor: ['cursor'],
  limit: ['limit', 'take', 'pageSize', 'page_size', 'perPage', 'per_page', 'first', 'top'],
  offset: ['offset', 'skip'],
  page: ['page', 'pageNumber', 'page_number'],
} as const satisfies Record<keyof Paging, readonly string[]>;

/** Finds the arguments of a query that page through its result. Those that count have to take numbers. */
export function toPaging(schema: JsonObjectSchema): Paging {
  const { properties = {} } = schema;
  const find = (kind: keyof Paging): string | undefined =>
    names[kind].find((name) => {
      if (!Object.hasOwn(properties, name)) return false;
      return kind === 'cursor' || isNumber(schema, properties[name]!);
    });
  return { cursor: find('cursor'), limit: find('limit'), offset: find('offset'), page: find('page') };
}

/** The keys under which procedures return where the next page begins. */
export const nextKeys = ['nextCursor', 'next_cursor'] as const;

/**
 * Says how to get the next page, for a query that takes a `cursor`. Returns undefined where its author says so, and where
 * its output is known and names no next page.
 */
export function describePaging(
  input: JsonObjectSchema,
  output: JsonSchema | undefined,
  { description = '', instructions = '' }: McpSettings,
): string | undefined {
  const { cursor } = toPaging(input);
  if (cursor === undefined) return undefined;
  const said = [description, instructions, input.properties?.[cursor]?.description];
  if (/next_?cursor|next page/i.test(said.join(' '))) return undefined;
  if (output === undefined) return `If a result has a nextCursor, pass it as ${cursor} to get the next page.`;
  const known = deref(output, output).properties ?? {};
  const next = nextKeys.find((key) => Object.hasOwn(known, key));
  return next && `It returns one page: pass its ${next} as ${cursor} to get the next one.`;
}

/**
 * Leaves the `direction` of tRPC's infinite queries out of a schema: a client library sets it, and a model has no use for
 * it. One that the app describes or requires stays.
 */
export function hideDirection(input: Input): Input {
  const { schema } = input;
  const { properties = {}, required = [] } = schema;
  const { direction, ...rest } = properties;
  if (direction === undefined || !Object.hasOwn(properties, 'cursor') || required.includes('direction'))
    return input;
  if (direction.description !== undefined || !isDirection(schema, direction)) return input;
  return { ...input, schema: { ...schema, properties: rest } };
}

const directions = new Set<unknown>(['forward', 'backward']);

/** Unions in unions, which a recursive schema has without an end. */
const maxDepth = 4;

function isDirection(root: JsonSchema, schema: JsonSchema): boolean {
  const values = valuesOf(root, schema);
  return values !== undefined && values.length > 0 && values.every((value) => directions.has(value));
}

/** All values that a schema allows but for `null`; undefined if they are not listed. */
function valuesOf(root: JsonSchema, schema: JsonSchema, depth = 0): unknown[] | undefined {
  const { const: only, enum: some, anyOf, type } = deref(root, schema);
  if (type === 'null') return [];
  if (only !== undefined) return [only];
  if (Array.isArray(some)) return some.filter((value) => value !== null);
  if (!Array.isArray(anyOf) || depth > maxDepth) return undefined;
  const parts = anyOf.map((part: JsonSchema) => valuesOf(root, part, depth + 1));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

function isNumber(root: JsonSchema, schema: JsonSchema, depth = 0): boolean {
  const { type, anyOf } = deref(root, schema);
  if (Array.isArray(anyOf) && depth <= maxDepth)
    return anyOf.some((part: JsonSchema) => isNumber(root, part, depth + 1));
  return [type].flat().some((each) => each === 'integer' || each === 'number');
}
