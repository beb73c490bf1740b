import { type AnyTRPCRouter, getTRPCErrorShape, type TRPCError } from '@trpc/server';
import type { Callable } from '../catalog/callable.ts';
import { configOf } from '../catalog/walk.ts';
import { isRecord } from '../record.ts';
import type { TaughtClass } from '../schema/codec.ts';
import { encodeAny } from '../schema/wire/encode-any.ts';
import type { Encoding } from '../schema/wire/encoding.ts';
import { fitInto } from './fit-into.ts';
import { shortenError } from './short-error.ts';
import { holdsStack } from './stack.ts';

/** What a shape is made of, besides the error. */
export interface ShapeSource {
  /** Undefined if `createContext` failed. */
  ctx: unknown;
  /** Throws if the arguments could not be decoded. */
  readInput: () => unknown;
  /** The arguments as they were sent. */
  args: unknown;
}

/** What the app's `errorFormatter` has made. */
export interface Formatted {
  /** What it returned. */
  shape: unknown;
  /** The error that it was given. */
  error: TRPCError;
}

/** Calls the app's `errorFormatter`. Returns undefined if it throws. */
export function formatError(
  router: AnyTRPCRouter,
  { path, type }: Callable,
  given: TRPCError,
  isOfArguments: boolean,
  { ctx, readInput }: ShapeSource,
): Formatted | undefined {
  try {
    // A formatter may repeat every problem of the arguments, and a client can cause a million of them.
    const error = isOfArguments ? shortenError(given) : given;
    const input = inputOf(readInput);
    const config = configOf(router);
    return { error, shape: getTRPCErrorShape({ config, error, type, path, input, ctx: ctx as object }) };
  } catch {
    return undefined;
  }
}

/**
 * Encodes what the app's `errorFormatter` has made as a result is encoded. Stacks, which the formatter adds in development,
 * are removed. Returns undefined if there is nothing that can be sent.
 */
export function toShape(
  { shape: made }: Formatted,
  isOfArguments: boolean,
  { args }: ShapeSource,
  classes: readonly TaughtClass[],
): unknown {
  try {
    const shape = withoutStacks(encodeParts(made, { classes: [...classes, plainErrors] }));
    // Nothing of it could be encoded, a cycle for example.
    if (isRecord(shape) && Object.keys(shape).length === 0) return undefined;
    return isOfArguments ? fitInto(shape, shapeLimit + lengthOf(args)) : shape;
  } catch {
    // Something of it throws when it is read.
    return undefined;
  }
}

/** The characters of a shape of wrong arguments, besides as many as the arguments have. */
const shapeLimit = 4000;

function inputOf(readInput: () => unknown): unknown {
  try {
    return readInput();
  } catch {
    return undefined;
  }
}

/** Writes errors as JSON does, without their messages: these were not written for the client. */
const plainErrors: TaughtClass<Error> = {
  class: Error,
  schema: {},
  decode: (wire) => wire as Error,
  encode(error) {
    const { toJSON } = error as { toJSON?: unknown };
    return typeof toJSON === 'function' ? (toJSON.call(error, '') as unknown) : Object.assign({}, error);
  },
};

/** Encodes a shape, and leaves out the fields of it and of its `data` that cannot be encoded. */
function encodeParts(shape: unknown, encoding: Encoding): unknown {
  if (!isRecord(shape)) return encodeAny(shape, encoding, 0);
  const encodeField = (value: unknown): unknown => {
    try {
      return encodeAny(value, encoding, 1);
    } catch {
      return undefined;
    }
  };
  return mapFields(shape, (value, key) =>
    key === 'data' && isRecord(value) ? mapFields(value, encodeField) : encodeField(value),
  );
}

function mapFields(
  record: Record<string, unknown>,
  map: (value: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.keys(record).map((key) => [key, map(record[key], key)]));
}

function withoutStacks(json: unknown): unknown {
  if (json === undefined) return undefined;
  const text = JSON.stringify(json, (_key, value: unknown) =>
    typeof value === 'string' && holdsStack(value) ? undefined : value,
  );
  const shape = JSON.parse(text) as { data?: { stack?: unknown } };
  delete shape.data?.stack;
  return shape;
}

function lengthOf(args: unknown): number {
  try {
    return JSON.stringify(args).length;
  } catch {
    // Arguments that are nested too deeply, or none.
    return 0;
  }
}
