import type { Conversion } from './vendor/conversion.ts';
import { isSchema, type JsonSchema } from './json-schema.ts';
import { SchemaProblem } from './problem.ts';
import { normalizeRefs } from './refs.ts';
import { standardOf } from './vendor/standard.ts';
import { findVendor, type Vendor } from './vendor/vendors.ts';

/** All that is known about one parser, or about the override that is published in its place. */
export interface Document {
  /** The marked schema. */
  schema: JsonSchema;
  /** Whether `undefined` is accepted as the whole value. */
  optional: boolean;
  /** Whether the procedure's own validator enforces this schema. It does not enforce an override. */
  isEnforced: boolean;
  /** What one attempt of the validator takes of the budget of a request; 0 if it does not try every branch of a union. */
  stepsPerAttempt: number;
  /** The validator rejects an infinity and NaN where this schema says a number. */
  isFinite: boolean;
  /** The JSON Schema that the app wrote. It is published in place of `schema`, which has its references in one form. */
  asWritten?: JsonSchema;
}

/** Converts one parser, using the app's own copy of its validator. Throws a SchemaProblem that names the fix. */
export function convert(parser: unknown, conversion: Conversion): Document {
  const vendor = failAsSchema(conversion.io, () => findVendor(parser, conversion.io));
  return {
    ...convertOnly(parser, vendor, conversion),
    isEnforced: true,
    stepsPerAttempt: vendor?.stepsPerAttempt ?? 0,
    isFinite: vendor?.isFinite ?? false,
  };
}

/** Whether `convert` has a way to make a JSON Schema of this parser. It has none for a function, for example. */
export function isConvertible(parser: unknown, conversion: Conversion): boolean {
  return conversion.codecFor(parser) !== undefined || findVendor(parser, conversion.io) !== undefined;
}

/**
 * Converts what `meta.mcp.input` or `meta.mcp.output` holds: a schema of any validator, or a JSON Schema. `parsers` are
 * the parsers behind it, which still validate each value. A JSON Schema is published as it is written: the app knows which
 * clients it is for. Schemas of validators are adapted to suit all of them.
 */
export function convertOverride(
  override: unknown,
  parsers: readonly unknown[],
  conversion: Conversion,
): Document {
  const facts = {
    isEnforced: false,
    stepsPerAttempt: Math.max(
      ...parsers.map((parser) => findVendor(parser, conversion.io)?.stepsPerAttempt ?? 0),
    ),
    isFinite: false,
  };
  if (!isJsonSchema(override)) return { ...convert(override, conversion), ...facts };
  return {
    schema: normalizeRefs(override),
    optional: false,
    ...facts,
    asWritten: override,
  };
}

function convertOnly(
  parser: unknown,
  vendor: Vendor | undefined,
  conversion: Conversion,
): Pick<Document, 'schema' | 'optional'> {
  const { io } = conversion;
  const made = failAsSchema(io, () => {
    const codec = conversion.codecFor(parser);
    if (codec !== undefined) {
      const schema: JsonSchema = {};
      conversion.putCodec(schema, codec);
      return { schema, optional: false };
    }
    if (vendor !== undefined) {
      const schema = vendor.convert(parser, conversion);
      return { schema, optional: vendor.allowsUndefined(parser, io, schema) };
    }
    return undefined;
  });
  if (made !== undefined) return made;
  throw new SchemaProblem(
    'CONVERTER_MISSING',
    `${describeParser(parser)} has no JSON Schema; set meta.mcp.${io} to a schema that has one, or to a JSON Schema`,
  );
}

/** Runs code that reads a schema of the app. What it throws is a problem of this schema. */
function failAsSchema<TResult>(io: 'input' | 'output', run: () => TResult): TResult {
  try {
    return run();
  } catch (error) {
    if (error instanceof SchemaProblem) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SchemaProblem(
      'SCHEMA_FAILED',
      `its JSON Schema cannot be made: ${reason}; set meta.mcp.${io}`,
      { cause: error },
    );
  }
}

// Schemas of validators are objects too; each has at least one of these keys.
function isJsonSchema(override: unknown): override is JsonSchema {
  return isSchema(override) && !['~standard', '_zod', '_def'].some((key) => key in override);
}

function describeParser(parser: unknown): string {
  const vendor = standardOf(parser)?.vendor;
  if (vendor !== undefined) return `a schema of ${vendor}`;
  return typeof parser === 'function' ? 'a function as validator' : 'this validator';
}
