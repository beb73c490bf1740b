import { TRPCError } from '@trpc/server';
import { setOwn } from '../schema/json-schema.ts';

const maxIssues = 10;
const maxMessageCharacters = 2000;
const maxTextCharacters = 300;
const maxKeyCharacters = 64;
/** What all issues contain together: the branches of a union that is nested in unions, for example. */
const maxParts = 1000;
/** Two unions inside each other. */
const maxDepth = 8;

/**
 * Makes an error of the same kind that has only the first ten issues of the validator, each of a limited size. Returns the
 * error itself if it is small already. An issue may hold all of the arguments, and valibot's hold them once for each key of
 * a path.
 */
export function shortenError(error: TRPCError): TRPCError {
  const { code, message, cause } = error;
  if (!cause || !isLong(cause)) return error;
  try {
    const short = shortenCause(cause);
    return new TRPCError({ code, cause: short, ...(message !== cause.message && { message }) });
  } catch {
    // A validator that does not let its errors be made again.
    return new TRPCError({ code, message: cut(message, maxMessageCharacters) });
  }
}

const listKeys = ['issues', 'errors', 'inner', 'arkErrors'] as const;

type WithLists = Error & Partial<Record<(typeof listKeys)[number], unknown>>;

function isLong(cause: WithLists): boolean {
  return (
    cause.message.length > maxMessageCharacters ||
    listKeys.some(
      (key) => Array.isArray(cause[key]) && (cause[key].length > maxIssues || isHeavy(cause[key])),
    )
  );
}

/** Whether a list of issues has more parts than are kept, or a longer text. Looks at no more than that. */
function isHeavy(issues: readonly unknown[]): boolean {
  let parts = maxParts;
  const open: unknown[] = [issues];
  while (open.length > 0) {
    const value = open.pop();
    if (--parts < 0 || (typeof value === 'string' && value.length > maxTextCharacters)) return true;
    if (typeof value !== 'object' || value === null) continue;
    for (const key in value) {
      if (open.push((value as Record<string, unknown>)[key]) > maxParts) return true;
    }
  }
  return false;
}

/** The methods of zod's errors read the list that the error was made with, so the error is made again. */
function shortenCause(cause: WithLists): Error {
  const { issues } = cause;
  if (cause.name === 'ZodError' && Array.isArray(issues)) {
    const made = (cause as { _zod?: { constr?: unknown } })._zod?.constr ?? cause.constructor;
    return new (made as new (issues: unknown[]) => Error)(shortenIssues(issues));
  }
  const copy = Object.create(
    Object.getPrototypeOf(cause) as object,
    Object.getOwnPropertyDescriptors(cause),
  ) as WithLists;
  for (const key of listKeys) {
    const list = cause[key];
    if (Array.isArray(list))
      Object.defineProperty(copy, key, { value: shortenIssues(list), enumerable: true });
  }
  Object.defineProperty(copy, 'message', { value: cut(cause.message, maxMessageCharacters) });
  return copy;
}

function shortenIssues(issues: readonly unknown[]): unknown[] {
  let parts = maxParts;
  return issues.slice(0, maxIssues).map((issue) => shorten(issue, 0));

  function shorten(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return cut(value, maxTextCharacters);
    if (typeof value === 'object' && depth > maxDepth) return undefined;
    if (Array.isArray(value)) {
      return value.slice(0, maxIssues).flatMap((each) => (parts-- > 0 ? [shorten(each, depth + 1)] : []));
    }
    if (typeof value !== 'object' || value === null) return value;
    // The error of a branch, as zod 3 has it, keeps its class.
    if (value instanceof Error) return shortenCause(value);
    if (!isPlain(value)) return value;
    const copy: Record<string, unknown> = {};
    for (const key in value) {
      if (parts-- <= 0) break;
      const each = (value as Record<string, unknown>)[key];
      setOwn(copy, key, key === 'path' ? shortenPath(each) : shorten(each, depth + 1));
    }
    return copy;
  }
}

function shortenPath(path: unknown): unknown {
  return Array.isArray(path) ? path.map(shortenKey) : path;
}

/** A key of a path may be an object, which says besides the key what it was found in. Only the key is kept, and its kind. */
function shortenKey(key: unknown): unknown {
  if (typeof key === 'string') return cut(key, maxKeyCharacters);
  if (typeof key !== 'object' || key === null) return key;
  const plain = Object.entries(key).filter(([, value]) => typeof value !== 'object');
  return Object.fromEntries(plain.map(([name, value]) => [name, shortenKey(value)]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
