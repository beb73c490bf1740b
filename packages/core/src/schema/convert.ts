import type { Conversion } from './conversion.ts';
import { isSchema, type JsonSchema } from './json-schema.ts';
import { SchemaProblem } from './problem.ts';
import type { Document } from './root.ts';
import { convertZod4, isZod4, zod4AllowsUndefined } from './zod4.ts';

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

/** What a `meta.mcp.input` or `output` holds: a schema of any validator, or a JSON Schema as it is. */
export function convertOverride(override: unknown, conversion: Conversion): Document {
  const isJsonSchema =
    isSchema(override) && !('~standard' in override) && !('_zod' in override) && !('_def' in override);
  return isJsonSchema
    ? { schema: structuredClone(override), optional: false }
    : convert(override, conversion);
}

function convertByVendor(parser: unknown, conversion: Conversion): Document | undefined {
  const codec = conversion.codecFor(parser);
  if (codec !== undefined)
    return { schema: conversion.leafSchema(conversion.codecLeaf(codec)), optional: false };
  if (isZod4(parser)) {
    return { schema: convertZod4(parser, conversion), optional: zod4AllowsUndefined(parser, conversion.io) };
  }
  const standard = standardOf(parser);
  const own = standard?.jsonSchema?.[conversion.io];
  if (own !== undefined) {
    const schema = own.call(standard!.jsonSchema, { target: 'draft-2020-12' }) as JsonSchema;
    return { schema: structuredClone(schema), optional: false };
  }
  return undefined;
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
