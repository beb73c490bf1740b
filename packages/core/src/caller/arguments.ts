import { isRecord } from '../record.ts';
import { isStackOverflow } from '../schema/depth.ts';

/** The arguments of a call, or a sentence that says why they are none. */
export type ReadArguments = { kind: 'read'; value: unknown } | { kind: 'wrong'; words: string };

/**
 * Copies the arguments of a call as they would come over the wire, so that nothing that a model or the app still holds is
 * changed by the procedure. Dates become ISO 8601. Anything else that JSON would lose is refused.
 */
export function readArguments(args: unknown): ReadArguments {
  if (args === undefined) return { kind: 'read', value: undefined };
  if (!isRecord(args)) return wrong(`the arguments have to be an object, not ${describe(args)}`);
  try {
    return { kind: 'read', value: JSON.parse(JSON.stringify(args, refuseLost)) as unknown };
  } catch (thrown) {
    if (thrown instanceof LostValue) return wrong(thrown.message);
    if (isStackOverflow(thrown)) return wrong('the arguments are nested too deeply');
    // A value that contains itself, or a `toJSON` of the app that throws.
    return wrong('the arguments cannot be written as JSON, which they are sent as');
  }
}

/** A value that JSON would write as something else, or leave out. */
class LostValue extends Error {}

function refuseLost(key: string, value: unknown): unknown {
  const what = whatIsLost(value);
  if (what === undefined) return value;
  throw new LostValue(`the argument ${shorten(key)} is ${what}, and arguments are JSON`);
}

function whatIsLost(value: unknown): string | undefined {
  switch (typeof value) {
    case 'bigint':
      return 'a bigint, which is written as a string in JSON';
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
    case 'number':
      return Number.isFinite(value) ? undefined : String(value);
    case 'object':
      return value === null ? undefined : classOf(value);
    default:
      return undefined;
  }
}

/** JSON writes these as `{}`. */
function classOf(value: object): string | undefined {
  const lost = [Map, Set, RegExp, ArrayBuffer, Promise, ...(typeof Blob === 'undefined' ? [] : [Blob])];
  const found = lost.find((type) => value instanceof type);
  return found && `a ${found.name}`;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function shorten(key: string): string {
  return JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key);
}

function wrong(words: string): ReadArguments {
  return { kind: 'wrong', words };
}
