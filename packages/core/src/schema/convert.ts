import { octetInputParser } from '@trpc/server/http';
import { arktypeAllowsUndefined, createArktypeFallback, markInfinities } from './vendor/arktype.ts';
import type { Conversion } from './vendor/conversion.ts';
import { isSchema, type JsonObjectSchema, type JsonSchema } from './json-schema.ts';
import { octetLeaf } from './wire/octet.ts';
import { SchemaProblem } from './problem.ts';
import { normalizeRefs } from './refs.ts';
import type { Document } from './root.ts';
import { convertValibot, valibotAllowsUndefined, type ValibotSchema } from './vendor/valibot.ts';
import { convertZod3, isZod3, zod3AllowsUndefined } from './vendor/zod3.ts';
import { convertZod4, isZod4, zod4AllowsUndefined } from './vendor/zod4.ts';

/** One parser as a marked document, by the app's own copy of its validator. Throws a SchemaProblem that names the fix. */
export function convert(parser: unknown, conversion: Conversion): Document {
  try {
    const document = convertByVendor(parser, conversion);
    if (document !== undefined) return document;
  } catch (error) {
    if (error instanceof SchemaProblem) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SchemaProblem(
      'SCHEMA_FAILED',
      `its JSON Schema cannot be made: ${reason}; set meta.mcp.${conversion.io}`,
      {
        cause: error,
      },
    );
  }
  throw new SchemaProblem(
    'CONVERTER_MISSING',
    `${vendorOf(parser)} has no JSON Schema; set meta.mcp.${conversion.io} to a schema that has one, or to a JSON Schema`,
  );
}

/**
 * What a `meta.mcp.input` or `output` holds: a schema of any validator, or a JSON Schema. An input that names its dialect,
 * 2020-12, is published as it is if its root is an object; others are made to suit clients that do not know all of it.
 */
export function convertOverride(override: unknown, conversion: Conversion): Document {
  const isJsonSchema =
    isSchema(override) && !('~standard' in override) && !('_zod' in override) && !('_def' in override);
  if (!isJsonSchema) return convert(override, conversion);
  const document: Document = { schema: normalizeRefs(override), optional: false };
  return isAsWritten(override) ? { ...document, asWritten: override } : document;
}

function isAsWritten(schema: JsonSchema): schema is JsonObjectSchema {
  return schema['$schema'] === 'https://json-schema.org/draft/2020-12/schema' && schema.type === 'object';
}

function convertByVendor(parser: unknown, conversion: Conversion): Document | undefined {
  const codec = conversion.codecFor(parser);
  if (codec !== undefined) {
    const schema: JsonSchema = {};
    conversion.putCodec(schema, codec);
    return { schema, optional: false };
  }
  if (isZod4(parser)) {
    return { schema: convertZod4(parser, conversion), optional: zod4AllowsUndefined(parser, conversion.io) };
  }
  if (isZod3(parser)) {
    return { schema: convertZod3(parser, conversion), optional: zod3AllowsUndefined(parser, conversion.io) };
  }
  if (parser === octetInputParser) return { schema: conversion.leafSchema(octetLeaf), optional: false };
  const standard = standardOf(parser);
  if (standard?.vendor === 'valibot' && standard.jsonSchema === undefined) {
    return convertByValibot(parser as ValibotSchema, conversion);
  }
  const own = standard?.jsonSchema?.[conversion.io];
  if (own === undefined) return undefined;
  const libraryOptions =
    standard!.vendor === 'arktype' ? { fallback: createArktypeFallback(conversion) } : undefined;
  const options = { target: 'draft-2020-12', ...(libraryOptions === undefined ? {} : { libraryOptions }) };
  const schema = normalizeRefs(own.call(standard!.jsonSchema, options) as JsonSchema);
  if (standard!.vendor !== 'arktype') return { schema, optional: false };
  return { schema: markInfinities(schema, conversion), optional: arktypeAllowsUndefined(schema) };
}

function convertByValibot(parser: ValibotSchema, conversion: Conversion): Document {
  const { valibot } = conversion.converters;
  if (valibot === undefined) {
    throw new SchemaProblem(
      'CONVERTER_MISSING',
      "valibot has its JSON Schema converter in a package of its own: import { toJsonSchema } from '@valibot/to-json-schema' and pass the option converters: { valibot: toJsonSchema }",
    );
  }
  return {
    schema: convertValibot(parser, valibot, conversion),
    optional: valibotAllowsUndefined(parser, conversion.io),
  };
}

interface Standard {
  vendor?: string;
  jsonSchema?: Partial<Record<'input' | 'output', (options: object) => unknown>>;
}

export function standardOf(parser: unknown): Standard | undefined {
  const isHolder = (typeof parser === 'object' || typeof parser === 'function') && parser !== null;
  return isHolder ? (parser as { '~standard'?: Standard })['~standard'] : undefined;
}

function vendorOf(parser: unknown): string {
  const vendor = standardOf(parser)?.vendor;
  if (vendor !== undefined) return `a schema of ${vendor}`;
  return typeof parser === 'function' ? 'a function as validator' : 'this validator';
}
