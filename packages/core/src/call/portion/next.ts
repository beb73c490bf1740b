import { nextKeys, type Paging } from '../../catalog/paging.ts';
import type { Portion } from '../../catalog/portion.ts';
import type { Tool } from '../../catalog/tool.ts';
import { isRecord } from '../../record.ts';
import { fits } from '../../schema/fit.ts';
import { deref, type JsonSchema } from '../../schema/json-schema.ts';
import { findLists, replaceAt } from './place.ts';
import type { PortionRequest } from './request.ts';

/** The rows that a call shows: of which list, how many, after how many others, and how many there are. */
export interface Shown {
  keys: readonly string[];
  skipped: number;
  shown: number;
  total: number;
}

/** How a model gets the rows that were left out. */
export type NextStep =
  /** By a call with other arguments of the tool's own. */
  | { kind: 'arguments'; text: string }
  /** By a call with a handle. */
  | { kind: 'handle' }
  /** Not at all. */
  | { kind: 'none'; text: string };

/** Finds what really continues the lists of a result that were cut after `skipped + shown` rows. */
export function nextStepOf(
  tool: Tool,
  { paging, hasHandle }: Portion,
  { args, fields, from }: Pick<PortionRequest, 'args' | 'fields' | 'from'>,
  json: unknown,
  lists: readonly Shown[],
): NextStep {
  if (tool.type === 'mutation')
    return { kind: 'none', text: 'The rest cannot be had: what changes data is not run again for it.' };
  if (tool.type === 'subscription' || tool.stream)
    return { kind: 'none', text: 'The rest cannot be had: another call would collect other items.' };
  const other: NextStep = hasHandle
    ? { kind: 'handle' }
    : { kind: 'arguments', text: `Call again with a smaller ${paging.limit ?? 'range'} to get the rest.` };
  const [rows, ...others] = lists;
  // A handle goes on with the lists that it has begun. Other arguments page through one list, and nobody can say which.
  if (rows === undefined || from !== undefined || others.length > 0 || hasOtherRows(json, rows)) return other;
  const given = new Given(tool.input.schema, args);
  // A list that is longer than the page is not the one that has pages.
  const size = paging.limit === undefined ? undefined : given.numberOf(paging.limit);
  if (size !== undefined && rows.total > size) return other;
  const text =
    byCursor(tool, paging, given, json, rows, fields, hasHandle) ??
    byOffset(paging, given, rows) ??
    byPage(paging, given, rows);
  return text === undefined ? other : { kind: 'arguments', text };
}

/** Whether a result has another list that may be the one with pages. */
function hasOtherRows(json: unknown, { keys }: Shown): boolean {
  const name = JSON.stringify(keys);
  return findLists(json).some((list) => list.rows.length > 1 && JSON.stringify(list.keys) !== name);
}

/** Leaves out what says where the next page begins, because it points past the rows that were cut. */
export function withoutNext(json: unknown, keys: readonly string[]): unknown {
  const next = nextKeyOf(json, keys);
  const holder = holderOf(json, keys);
  if (next === undefined || holder === undefined) return json;
  const { [next]: _, ...others } = holder;
  return replaceAt(json, keys.slice(0, -1), others);
}

/** The key beside the rows that says where the next page begins. */
function nextKeyOf(json: unknown, keys: readonly string[]): (typeof nextKeys)[number] | undefined {
  const holder = holderOf(json, keys);
  return nextKeys.find((key) => holder !== undefined && Object.hasOwn(holder, key));
}

/** The object that has the rows. */
function holderOf(json: unknown, keys: readonly string[]): Record<string, unknown> | undefined {
  let holder = json;
  for (const key of keys.slice(0, -1)) holder = isRecord(holder) ? holder[key] : undefined;
  return isRecord(holder) ? holder : undefined;
}

/** The same page with fewer rows has another `nextCursor`, which points to the first row that was cut. */
function byCursor(
  tool: Tool,
  { cursor, limit }: Paging,
  given: Given,
  json: unknown,
  { keys, shown }: Shown,
  fields: readonly string[] | undefined,
  hasHandle: boolean,
): string | undefined {
  if (cursor === undefined || limit === undefined || !given.takes(limit, shown)) return undefined;
  const current = given.numberOf(limit);
  if (current !== undefined && current <= shown) return undefined;
  const next = nextKeyOf(json, keys) ?? nextKeyOfSchema(tool.output.schema, keys);
  if (next === undefined) return undefined;
  const path = [...keys.slice(0, -1), next];
  // Without that field, nobody would see where the next page begins.
  const isHidden = fields !== undefined && !isAskedFor(path, fields);
  if (isHidden && hasHandle) return undefined;
  const also = isHidden ? ` and also "${path.join('.')}" in _fields` : '';
  return `Call again with ${limit} ${shown}${also}, then follow ${next}: pass it as ${cursor}.`;
}

function isAskedFor(keys: readonly string[], fields: readonly string[]): boolean {
  return keys.some((_, index) => fields.includes(keys.slice(0, index + 1).join('.')));
}

/** The last page has no next one. The schema tells that others have. */
function nextKeyOfSchema(root: JsonSchema | undefined, keys: readonly string[]): string | undefined {
  if (root === undefined) return undefined;
  let node: JsonSchema | undefined = deref(root, root);
  for (const key of keys.slice(0, -1)) {
    const child: JsonSchema | undefined = node?.properties?.[key];
    node = child && deref(root, child);
  }
  return nextKeys.find((key) => node?.properties !== undefined && Object.hasOwn(node.properties, key));
}

function byOffset({ offset }: Paging, given: Given, { shown }: Shown): string | undefined {
  if (offset === undefined) return undefined;
  const next = (given.numberOf(offset) ?? 0) + shown;
  return given.takes(offset, next) ? `Call again with ${offset} ${next}.` : undefined;
}

/** Pages of another size begin elsewhere, so that the size has to divide what was shown. */
function byPage({ page, limit }: Paging, given: Given, { shown }: Shown): string | undefined {
  if (page === undefined || limit === undefined) return undefined;
  const first = given.firstPage(page);
  if (first === undefined) return undefined;
  const current = given.numberOf(page) ?? first;
  if (current < first) return undefined;
  const size = given.numberOf(limit);
  if (size === undefined && current !== first) return undefined;
  const end = (current - first) * (size ?? 0) + shown;
  for (let next = shown; next * 2 > shown; next--) {
    const number = first + end / next;
    if (end % next === 0 && given.takes(limit, next) && given.takes(page, number))
      return `Call again with ${limit} ${next} and ${page} ${number}.`;
  }
  return undefined;
}

/** The arguments of a call, and what the schema says of them. */
class Given {
  readonly #schema: JsonSchema;
  readonly #args: unknown;

  constructor(schema: JsonSchema, args: unknown) {
    this.#schema = schema;
    this.#args = args;
  }

  /** The number that was given, or that the schema has as its default. */
  numberOf(name: string): number | undefined {
    const own = isRecord(this.#args) && Object.hasOwn(this.#args, name) ? this.#args[name] : undefined;
    const value = own ?? this.#property(name)['default'];
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  }

  /** Whether the schema takes a number for an argument. */
  takes(name: string, value: number): boolean {
    const own = this.#schema.properties?.[name];
    return own !== undefined && fits(own, value, this.#schema);
  }

  /** The number of the first page, where that can be known. */
  firstPage(name: string): number | undefined {
    const { minimum, default: preset } = this.#property(name);
    const [known, other] = [minimum, preset].filter((number) => number === 0 || number === 1) as number[];
    // Page 0 is allowed, and page 1 is what comes by itself.
    if (known !== other && other !== undefined) return undefined;
    return known ?? (this.numberOf(name) === 0 ? 0 : undefined);
  }

  #property(name: string): JsonSchema {
    const own = this.#schema.properties?.[name];
    return own === undefined ? {} : deref(this.#schema, own);
  }
}
