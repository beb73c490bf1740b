import { toJsonSchema } from '@valibot/to-json-schema';
import type { SchemaOptions } from '../../../src/schema/input.ts';
import { arktype } from './arktype.ts';
import type { Kind, Type } from './type.ts';
import { valibot } from './valibot.ts';
import { classic, mini, v40, v41 } from './zod.ts';
import { v3 } from './zod3.ts';

/** A library that can write the generated types. */
export interface Validator {
  /** The kinds of types that the library has and the bridge supports. */
  kinds: ReadonlySet<Kind>;
  build: (type: Type) => unknown;
  /** Whether the library accepts a value although its own JSON Schema does not. */
  overlooks?: (wire: unknown) => boolean;
  options?: SchemaOptions;
  /** Whether the library sorts the branches of a union, and treats arrays as objects there. */
  sortsUnions?: boolean;
  /** Values that the library itself handles wrongly. */
  fails?: (wire: unknown) => boolean;
}

export const validators: Record<string, Validator> = {
  'zod 4': classic,
  'zod/mini': mini,
  'zod 4.1': v41,
  // It does not accept a record with a key named "constructor", and accepts a tuple without its last item.
  'zod 4.0': {
    ...v40,
    overlooks: holdsArray,
    fails: holdsConstructor,
  },
  'zod 3': v3,
  // It accepts an array as an object.
  arktype: { ...arktype, sortsUnions: true, overlooks: holdsArray },
  // It accepts an array as an object too, and skips keys named "constructor".
  valibot: {
    ...valibot,
    overlooks: (wire) => holdsArray(wire) || holdsConstructor(wire),
    options: { converters: { valibot: toJsonSchema } },
  },
};

function holdsConstructor(wire: unknown): boolean {
  return (JSON.stringify(wire) ?? '').includes('"constructor":');
}

function holdsArray(wire: unknown): boolean {
  return (JSON.stringify(wire) ?? '').includes('[');
}

/** Parses with the Standard Schema interface, which all libraries have. */
export async function parse(
  schema: unknown,
  value: unknown,
): Promise<{ value: unknown } | { issues: unknown }> {
  const standard = (schema as { '~standard': { validate(value: unknown): unknown } })['~standard'];
  const result = (await standard.validate(value)) as { value: unknown; issues?: unknown };
  return result.issues === undefined ? { value: result.value } : { issues: result.issues };
}
