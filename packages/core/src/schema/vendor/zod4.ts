import { toJSONSchema } from 'zod/v4/core';
import type { Conversion, Converter } from './conversion.ts';
import { Islands } from './island.ts';
import type { JsonSchema } from '../json-schema.ts';
import { escapeRefs } from '../refs.ts';
import { describeBounds, markZod4 } from './zod4-mark.ts';
import { convertPlain } from './zod4-plain.ts';
import type { Zod4Schema } from './zod4-schema.ts';

export function isZod4(parser: unknown): parser is Zod4Schema {
  return (typeof parser === 'object' || typeof parser === 'function') && parser !== null && '_zod' in parser;
}

/**
 * Converts by the converter that the app passed in, if there is one, else by the schema's own converter (zod 4.2
 * classic), else by `zod/v4/core`, which also reads schemas of older copies.
 */
export function convertZod4(root: Zod4Schema, conversion: Conversion): JsonSchema {
  const islands = new Islands(root);
  const override = ({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: object }): void => {
    const [schema, target] = [zodSchema as Zod4Schema, jsonSchema as JsonSchema];
    const codec = codecOf(schema, conversion);
    if (codec === undefined) markZod4(schema, target, conversion, islands);
    else conversion.putCodec(target, codec);
    describeBounds(schema, target);
  };
  const options = { unrepresentable: 'any', override };
  const convert = (schema: Zod4Schema): JsonSchema => {
    const { zod: given } = conversion.converters;
    const own = given === undefined ? schema['~standard']?.jsonSchema?.[conversion.io] : undefined;
    if (own !== undefined) return own({ target: 'draft-2020-12', libraryOptions: options }) as JsonSchema;
    const full = { ...options, io: conversion.io, target: 'draft-2020-12' };
    if (given === undefined && schema.toJSONSchema !== undefined) {
      return schema.toJSONSchema(full) as JsonSchema;
    }
    return (given ?? (toJSONSchema as Converter))(schema, full) as JsonSchema;
  };
  const isOwn = conversion.converters.zod === undefined && conversion.codecs.length === 0;
  const plain = isOwn ? convertPlain(root, conversion.io, override) : undefined;
  if (plain !== undefined) return plain;
  return islands.settle(escapeRefs(convert(root)), (parser) => escapeRefs(convert(parser as Zod4Schema)));
}

function codecOf(schema: Zod4Schema, conversion: Conversion): ReturnType<Conversion['codecFor']> {
  if (conversion.codecs.length === 0) return undefined;
  for (let each: Zod4Schema | undefined = schema; each !== undefined; each = each._zod.parent) {
    const codec = conversion.codecFor(each);
    if (codec !== undefined) return codec;
  }
  return undefined;
}
