import { octetInputParser } from '@trpc/server/http';
import { arktypeAllowsUndefined, convertArktype, isArktype } from './arktype.ts';
import type { Conversion } from './conversion.ts';
import { convertStandard, isStandard } from './standard.ts';
import type { JsonSchema } from '../json-schema.ts';
import { octetLeaf } from '../wire/octet.ts';
import { convertValibot, isValibot, valibotAllowsUndefined, type ValibotSchema } from './valibot.ts';
import { convertZod3, isZod3, zod3AllowsUndefined, type Zod3Schema } from './zod3.ts';
import type { Zod4Schema } from './zod4-schema.ts';
import { zod4AllowsUndefined } from './zod4-undefined.ts';
import { convertZod4, isZod4 } from './zod4.ts';

/** What we know about a validator library, and how its schemas are read. */
export interface Vendor {
  /** Whether this entry can read the schema in this direction. */
  matches(parser: unknown, io: 'input' | 'output'): boolean;
  /** Makes a marked JSON Schema. */
  convert(parser: unknown, conversion: Conversion): JsonSchema;
  /** Whether the schema accepts `undefined` as the whole value. `converted` is what `convert` returned. */
  allowsUndefined(parser: unknown, io: 'input' | 'output', converted: JsonSchema): boolean;
  /**
   * Set if the validator tries every branch of a union to its end, even one that a discriminating key rules out: what one
   * attempt to fit one value to one branch takes of the budget of a request.
   */
  readonly stepsPerAttempt?: number;
  /** The validator rejects an infinity and NaN where the schema says a number. */
  readonly isFinite?: boolean;
}

/** Finds the vendor of a schema: the first in the list that can read it in this direction. */
export function findVendor(parser: unknown, io: 'input' | 'output'): Vendor | undefined {
  return vendors.find((vendor) => vendor.matches(parser, io));
}

// `matches` has made sure of the type of schema that the other functions of an entry receive.
const vendors: readonly Vendor[] = [
  {
    matches: isZod4,
    convert: convertZod4,
    allowsUndefined: (parser: Zod4Schema, io) => zod4AllowsUndefined(parser, io),
    stepsPerAttempt: 40,
    isFinite: true,
  },
  {
    matches: isZod3,
    convert: convertZod3,
    allowsUndefined: (parser: Zod3Schema, io) => zod3AllowsUndefined(parser, io),
    // Each attempt that fails makes an error, and the text of the whole is made several times.
    stepsPerAttempt: 160,
  },
  {
    matches: (parser) => parser === octetInputParser,
    convert: (_, conversion) => conversion.leafSchema(octetLeaf),
    allowsUndefined: () => false,
  },
  {
    matches: isValibot,
    convert: convertValibot,
    allowsUndefined: (parser: ValibotSchema, io) => valibotAllowsUndefined(parser, io),
    stepsPerAttempt: 40,
  },
  { matches: isArktype, convert: convertArktype, allowsUndefined: arktypeAllowsUndefined },
  { matches: isStandard, convert: convertStandard, allowsUndefined: () => false },
];
