import { WireError } from '../wire-error.ts';

type Key = string | number;

/** One issue of any validator: where in the decoded value, and in its words. */
export interface Issue {
  keys: readonly Key[];
  message: string;
  /** The validator's own record, for what only it says: zod's code, its bounds, the issues of a union's branches. */
  raw: Readonly<Record<string, unknown>>;
  /** Paths of zod 4 skip the index of a Set's item, and that of a Map's pair where the key is no string or number. */
  skipsItems: boolean;
}

/** The issues of a validation error, or of the cause of one; undefined when it is no validation error. */
export function readIssues(error: unknown): Issue[] | undefined {
  let each = error as Record<string, unknown> | null | undefined;
  for (let hops = 0; typeof each === 'object' && each !== null && hops < 5; hops++) {
    const issues = readOwn(each);
    if (issues !== undefined) return issues;
    each = each['cause'] as typeof each;
  }
  return undefined;
}

function readOwn(error: Record<string, unknown>): Issue[] | undefined {
  if (error instanceof WireError)
    return [{ keys: error.keys, message: error.reason, raw: {}, skipsItems: false }];
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    return [{ keys: [], message: 'nested too deeply', raw: {}, skipsItems: false }];
  }
  // arktype
  if (isList(error['arkErrors'])) return toIssues(error['arkErrors'], false);
  // zod, zod/mini, valibot and every Standard Schema
  if (isList(error['issues']))
    return toIssues(error['issues'], '_zod' in error || error['name'] === 'SchemaError');
  // yup
  if (error['name'] === 'ValidationError' && isList(error['errors'])) {
    const inner = isList(error['inner']) ? [...error['inner']] : [];
    return toIssues(inner.length > 0 ? inner : [error], false);
  }
  // superstruct
  if (typeof error['failures'] === 'function')
    return toIssues([...(error['failures'] as () => Iterable<unknown>)()], false);
  return undefined;
}

export function toIssues(list: ArrayLike<unknown>, skipsItems: boolean): Issue[] {
  // A million wrong items are as wrong as the first few.
  return Array.from({ length: Math.min(list.length, MAX_READ) }, (_, index) => {
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

const MAX_READ = 50;

function isList(value: unknown): value is ArrayLike<unknown> & Iterable<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as ArrayLike<unknown>).length === 'number'
  );
}

/** A path of any validator: keys, or objects that hold them, or text such as `lines[0].price`. */
function toKeys(path: unknown): Key[] {
  if (typeof path === 'string') {
    return [...path.matchAll(/[^.[\]"]+/g)].map(([key]) => (/^\d+$/.test(key) ? Number(key) : key));
  }
  if (!isList(path)) return [];
  const keys: Key[] = [];
  for (const part of Array.from(path)) {
    const key = typeof part === 'object' && part !== null ? (part as { key?: unknown }).key : part;
    // valibot knows no key for what is in a Set.
    if (typeof key === 'number' || typeof key === 'string') keys.push(key);
    else if (typeof key === 'symbol') keys.push(key.toString());
  }
  return keys;
}
