import { toJsonSchema } from '@valibot/to-json-schema';
import type { SchemaOptions } from '../../../src/schema/input.ts';
import { arktype } from './arktype.ts';
import type { Kind, Type } from './type.ts';
import { valibot } from './valibot.ts';
import { classic, mini, v40, v41 } from './zod.ts';
import { v3 } from './zod3.ts';

/** A library that can spell generated types. */
export interface Validator {
  /** What the library can say and the bridge supports. */
  kinds: ReadonlySet<Kind>;
  build: (type: Type) => unknown;
  /** Values that it accepts although its own JSON Schema says no. */
  overlooks?: (wire: unknown) => boolean;
  options?: SchemaOptions;
  /** Whether it puts the branches of a union into an order of its own, arrays among the objects. */
  sortsUnions?: boolean;
  /** Values that the library itself gets wrong. */
  fails?: (wire: unknown) => boolean;
}

export const validators: Record<string, Validator> = {
  'zod 4': classic,
  'zod/mini': mini,
  'zod 4.1': v41,
  // A record with a key named "constructor" is no record to it, a tuple may lack its last item.
  'zod 4.0': {
    ...v40,
    overlooks: holdsArray,
    fails: holdsConstructor,
  },
  'zod 3': v3,
  // An array is an object to it.
  arktype: { ...arktype, sortsUnions: true, overlooks: holdsArray },
  // An array is an object to it too; it skips keys named "constructor".
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

/** Parses by the Standard Schema interface, which all of them have. */
export async function parse(
  schema: unknown,
  value: unknown,
): Promise<{ value: unknown } | { issues: unknown }> {
  const standard = (schema as { '~standard': { validate(value: unknown): unknown } })['~standard'];
  const result = (await standard.validate(value)) as { value: unknown; issues?: unknown };
  return result.issues === undefined ? { value: result.value } : { issues: result.issues };
}
