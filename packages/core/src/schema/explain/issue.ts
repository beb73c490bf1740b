import { isStackOverflow } from '../depth.ts';
import { WireError } from '../wire-error.ts';

type Key = string | number;

/** One issue of any validator: its path in the decoded value, and its message. */
export interface Issue {
  keys: readonly Key[];
  message: string;
  /** The validator's own issue. Read for what only zod has: its code, its bounds, the issues of a union's branches. */
  raw: Readonly<Record<string, unknown>>;
  /** zod 4 leaves out the index of a Set's item in a path, and the key of a Map's entry unless it is a string or number. */
  skipsItems: boolean;
}

/** Reads the issues of a validation error, or of its cause. Returns undefined for any other error. */
export function readIssues(error: unknown): Issue[] | undefined {
  let each = error as Record<string, unknown> | null | undefined;
  for (let hops = 0; typeof each === 'object' && each !== null && hops < 5; hops++) {
    const issues = readOwn(each);
    if (issues !== undefined) return issues;
    each = each['cause'] as typeof each;
  }
  return undefined;
}

/** How many issues a validation error has, or its cause. */
export function countIssues(error: unknown): number {
  let each = error as Record<string, unknown> | null | undefined;
  for (let hops = 0; typeof each === 'object' && each !== null && hops < 5; hops++) {
    const list = listOf(each);
    if (list !== undefined) return list.length;
    each = each['cause'] as typeof each;
  }
  return 0;
}

/** The list of issues that an error of a validator has. superstruct finds its issues only when it is asked. */
function listOf(error: Record<string, unknown>): ArrayLike<unknown> | undefined {
  return ['arkErrors', 'issues', 'inner'].map((key) => error[key]).find(isList);
}

function readOwn(error: Record<string, unknown>): Issue[] | undefined {
  if (error instanceof WireError) {
    return [{ keys: error.keys, message: error.reason, raw: {}, skipsItems: false }];
  }
  if (isStackOverflow(error)) {
    return [{ keys: [], message: 'nested too deeply', raw: {}, skipsItems: false }];
  }
  // arktype
  if (isList(error['arkErrors'])) return toIssues(error['arkErrors'], false);
  // zod, zod/mini, valibot and any other Standard Schema
  if (isList(error['issues'])) {
    return toIssues(error['issues'], '_zod' in error || error['name'] === 'SchemaError');
  }
  // yup
  if (error['name'] === 'ValidationError' && isList(error['errors'])) {
    const inner = isList(error['inner']) ? error['inner'] : [];
    return toIssues(inner.length > 0 ? inner : [error], false);
  }
  // superstruct
  if (typeof error['failures'] === 'function') {
    return toIssues(firstOf((error['failures'] as () => Iterable<unknown>)()), false);
  }
  return undefined;
}

export function toIssues(list: ArrayLike<unknown>, skipsItems: boolean): Issue[] {
  // Reads only the first issues. An array of a million wrong items has a million of them.
  return Array.from({ length: Math.min(list.length, maxIssuesRead) }, (_, index) => {
    const raw = (list[index] ?? {}) as Record<string, unknown>;
    const message = raw['problem'] ?? raw['message'];
    return {
      keys: toKeys(raw['path']),
      message: typeof message === 'string' ? message : 'is invalid',
      raw,
      skipsItems,
    };
  });
}

export const maxIssuesRead = 50;

function firstOf(iterable: Iterable<unknown>): unknown[] {
  const first: unknown[] = [];
  for (const each of iterable) {
    first.push(each);
    if (first.length === maxIssuesRead) break;
  }
  return first;
}

function isList(value: unknown): value is ArrayLike<unknown> & Iterable<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as ArrayLike<unknown>).length === 'number'
  );
}

/** Reads a path of any validator: an array of keys, or of objects that hold keys, or a text such as `lines[0].price`. */
function toKeys(path: unknown): Key[] {
  if (typeof path === 'string') {
    return [...path.matchAll(/[^.[\]"]+/g)].map(([key]) => (/^\d+$/.test(key) ? Number(key) : key));
  }
  if (!isList(path)) return [];
  const keys: Key[] = [];
  for (const part of Array.from(path)) {
    const key = typeof part === 'object' && part !== null ? (part as { key?: unknown }).key : part;
    // Skips parts without a key: valibot has no key for an item of a Set.
    if (typeof key === 'number' || typeof key === 'string') keys.push(key);
    else if (typeof key === 'symbol') keys.push(key.toString());
  }
  return keys;
}
