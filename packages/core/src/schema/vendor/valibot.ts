import { labelEnum, setDefault } from './annotate.ts';
import { areJson, type Conversion, type Internals } from './conversion.ts';
import { fileLeaf, toBlob, toFile, type FileRules } from '../wire/file-leaf.ts';
import { Islands } from './island.ts';
import type { JsonSchema } from '../json-schema.ts';
import { bigintLeaf, dateLeaf, literalLeaf, nanLeaf } from '../wire/leaf.ts';
import { addWords, marked, notePatterns, setMark } from '../mark.ts';
import { dropPatterns, escapeRegExp, isPortablePattern } from '../pattern.ts';
import { SchemaProblem } from '../problem.ts';
import { formatNames } from '../publish/format.ts';
import { toPlainPattern } from '../publish/plain-pattern.ts';
import { normalizeRefs } from '../refs.ts';
import { standardOf } from './standard.ts';

/** What we read of a valibot schema. */
export type ValibotSchema = Internals & {
  type: string;
  pipe?: readonly (Internals & { type: string })[];
};

/** Whether a schema is one of valibot's that cannot convert itself. One that can is read as a Standard Schema. */
export function isValibot(parser: unknown): parser is ValibotSchema {
  const standard = standardOf(parser);
  return standard?.vendor === 'valibot' && standard.jsonSchema === undefined;
}

/** Converts by the `toJsonSchema` that the app passed in, because valibot's schemas have no converter of their own. */
export function convertValibot(root: ValibotSchema, conversion: Conversion): JsonSchema {
  const { valibot: toJsonSchema } = conversion.converters;
  if (toJsonSchema === undefined) {
    throw new SchemaProblem(
      'CONVERTER_MISSING',
      "valibot has its JSON Schema converter in a package of its own: import { toJsonSchema } from '@valibot/to-json-schema' and pass the option converters: { valibot: toJsonSchema }",
    );
  }
  const islands = new Islands(root);
  const convert = (schema: object): JsonSchema =>
    normalizeRefs(
      toJsonSchema(schema, {
        typeMode: conversion.io,
        errorMode: 'ignore',
        target: 'draft-2020-12',
        overrideSchema: (made: { valibotSchema: ValibotSchema; jsonSchema: JsonSchema }) =>
          markValibot(made.valibotSchema, { ...made.jsonSchema }, conversion, islands),
        // Leaves out requirements that JSON cannot express, such as the bounds of a date, which is a string in JSON.
        overrideAction: (made: { valibotAction: Internals; jsonSchema: JsonSchema }) =>
          markAction(made.valibotAction, made.jsonSchema),
      }) as JsonSchema,
    );
  return islands.settle(convert(root), convert);
}

/** The times of these actions have no zone, and those of the formats have one. */
const timeExamples: Record<string, string | undefined> = {
  iso_date_time: '2026-01-31T09:00',
  iso_time: '09:00',
};

/** Actions of which the converter makes a format. */
const convertedFormats = new Set(['email', 'rfc_email', 'uuid', 'ipv4', 'ipv6', 'url']);

/**
 * Leaves out requirements that JSON cannot express, such as the bounds of a date, which is a string in JSON. Says those of
 * texts in words. Returns undefined for what the converter is right about.
 */
function markAction(action: Internals, schema: JsonSchema): JsonSchema | undefined {
  const [kind, requirement] = [action['type'] as string, action['requirement'] as unknown];
  const example = timeExamples[kind];
  if (example !== undefined && requirement instanceof RegExp) {
    const { format: _, ...timed } = schema;
    addWords(timed, `such as ${example}`);
    return { ...timed, pattern: requirement.source };
  }
  if (requirement instanceof RegExp && !convertedFormats.has(kind))
    return markPattern(kind, requirement, schema);
  const affix = affixes[kind];
  if (affix !== undefined && typeof requirement === 'string') {
    return withPattern(schema, affix(escapeRegExp(requirement)));
  }
  return isJsonRequirement(requirement) ? undefined : { ...schema };
}

/** The patterns of actions that want some part of a text. The converter knows one of them, and not beside another pattern. */
const affixes: Record<string, ((part: string) => string) | undefined> = {
  starts_with: (part) => `^${part}`,
  ends_with: (part) => `${part}$`,
  includes: (part) => part,
};

/** Writes the pattern of an action, or says in words what it wants. The converter leaves out a second pattern. */
function markPattern(kind: string, pattern: RegExp, schema: JsonSchema): JsonSchema | undefined {
  const told = { ...schema };
  if (kind === 'regex') notePatterns(told, { [pattern.source]: 'own' });
  const name = formatNames[kind];
  // The converter writes a keyword of its own for `base64`, for example.
  if (name !== undefined && toPlainPattern(pattern.source) !== undefined && isPortablePattern(pattern)) {
    return undefined;
  }
  if (name === undefined && isPortablePattern(pattern)) return withPattern(told, pattern.source);
  if (name === undefined) dropPatterns(told, [pattern]);
  else {
    if (told['pattern'] === pattern.source) delete told['pattern'];
    addWords(told, name);
  }
  return told;
}

/** Adds a pattern beside others, as the converter does. */
function withPattern(schema: JsonSchema, pattern: string): JsonSchema {
  if (schema['pattern'] === undefined || schema['pattern'] === pattern) return { ...schema, pattern };
  return { ...schema, allOf: [...((schema['allOf'] ?? []) as JsonSchema[]), { pattern }] };
}

function isJsonRequirement(requirement: unknown): boolean {
  return (
    typeof requirement !== 'bigint' &&
    !(requirement instanceof Date) &&
    !(requirement instanceof RegExp && !isPortablePattern(requirement))
  );
}

function markValibot(
  schema: ValibotSchema,
  target: JsonSchema,
  conversion: Conversion,
  islands: Islands,
): JsonSchema {
  const codec = conversion.codecFor(schema);
  if (codec !== undefined) conversion.putCodec(target, codec);
  else markType(schema, target, conversion, islands);
  return target;
}

function markType(schema: ValibotSchema, target: JsonSchema, conversion: Conversion, islands: Islands): void {
  switch (schema.type) {
    case 'object':
    case 'tuple':
      // Items after the last one of a tuple are dropped, as unknown keys of an object are.
      return conversion.io === 'input' ? conversion.putStrips(target) : undefined;
    case 'non_optional':
    case 'non_nullable':
    case 'non_nullish':
      // `v.required()` makes these too. The converter writes nothing for them.
      Object.assign(target, islands.refer(withoutNothing(schema['wrapped'])));
      return undefined;
    case 'date':
      return conversion.putLeaf(target, dateLeaf);
    case 'bigint':
      return conversion.putLeaf(target, bigintLeaf);
    case 'nan':
      return conversion.putLeaf(target, nanLeaf);
    case 'file':
      return conversion.putLeaf(target, fileLeaf(toFile, fileRules(schema)));
    case 'blob':
      return conversion.putLeaf(target, fileLeaf(toBlob, fileRules(schema)));
    case 'instance':
      return conversion.putClass(target, schema['class']);
    case 'literal':
      if (areJson([schema['literal']])) return undefined;
      return conversion.putLeaf(target, literalLeaf([schema['literal']]));
    case 'picklist':
      if (areJson(schema['options'])) return undefined;
      return conversion.putLeaf(target, literalLeaf(schema['options']));
    case 'enum':
      return labelEnum(schema['enum'], target);
    case 'map':
      return markMap(schema, target, islands);
    case 'set':
      Object.assign(target, marked({ is: 'set' }, { type: 'array', items: islands.refer(schema['value']) }));
      return setSizes(schema, target, 'Items');
    case 'undefined':
    case 'void':
      return setMark(target, { is: 'undefined' });
    case 'never':
    case 'symbol':
    case 'function':
      return setMark(target, {
        is: 'never',
        code: 'SCHEMA_UNSUPPORTED',
        reason: `no JSON value can be given for v.${schema.type}()`,
      });
    case 'optional':
    case 'nullish':
    case 'nullable':
    case 'undefinedable':
      if (schema['default'] !== undefined) {
        const read = (): unknown =>
          typeof schema['default'] === 'function' ? schema['default']() : schema['default'];
        target['default'] = null;
        setDefault(target, read, conversion.io);
      }
      return undefined;
    default:
      return undefined;
  }
}

/** What remains of a schema where neither `undefined` nor `null` is taken. */
function withoutNothing(schema: ValibotSchema): ValibotSchema {
  const isWrapper = ['optional', 'exact_optional', 'undefinedable', 'nullable', 'nullish'].includes(
    schema.type,
  );
  return isWrapper && schema.pipe === undefined ? withoutNothing(schema['wrapped']) : schema;
}

function markMap(schema: ValibotSchema, target: JsonSchema, islands: Islands): void {
  const [key, value] = [schema['key'] as ValibotSchema, islands.refer(schema['value'])];
  const isObject =
    key.type === 'string' ||
    (key.type === 'picklist' && (key['options'] as unknown[]).every((option) => typeof option === 'string'));
  if (isObject) {
    Object.assign(target, marked({ is: 'map' }, { type: 'object', additionalProperties: value }));
    if (key.type !== 'string' || key.pipe !== undefined) target['propertyNames'] = islands.refer(key);
  } else {
    const pair = {
      type: 'array',
      prefixItems: [islands.refer(key), value],
      items: false,
      minItems: 2,
      maxItems: 2,
    };
    Object.assign(target, marked({ is: 'pairs' }, { type: 'array', items: pair }));
  }
  setSizes(schema, target, isObject ? 'Properties' : 'Items');
}

function setSizes(schema: ValibotSchema, target: JsonSchema, of: 'Items' | 'Properties'): void {
  const [min, max] = [requirementOf(schema, 'min_size'), requirementOf(schema, 'max_size')];
  if (min !== undefined) target[`min${of}`] = min;
  if (max !== undefined) target[`max${of}`] = max;
  if (of === 'Items' && Number(min) > 1 && schema.type === 'set') target['uniqueItems'] = true;
}

function fileRules(schema: ValibotSchema): FileRules {
  const [types, min, max] = ['mime_type', 'min_size', 'max_size'].map((type) => requirementOf(schema, type));
  return {
    ...(types !== undefined && { mimeTypes: types as string[] }),
    ...(min !== undefined && { minBytes: min as number }),
    ...(max !== undefined && { maxBytes: max as number }),
  };
}

function requirementOf(schema: ValibotSchema, type: string): unknown {
  return schema.pipe?.find((action) => action.type === type)?.['requirement'];
}

/** Whether the schema accepts `undefined` as the whole input or output. */
export function valibotAllowsUndefined(schema: ValibotSchema, io: 'input' | 'output', depth = 0): boolean {
  const inner = (next: ValibotSchema): boolean => depth < 32 && valibotAllowsUndefined(next, io, depth + 1);
  switch (schema.type) {
    case 'optional':
    case 'nullish':
    case 'undefinedable':
      return io === 'input' || schema['default'] === undefined;
    case 'undefined':
    case 'void':
    case 'any':
    case 'unknown':
      return true;
    case 'nullable':
      return inner(schema['wrapped']);
    case 'union':
      return (schema['options'] as ValibotSchema[]).some(inner);
    case 'lazy':
      return inner(schema['getter'](undefined));
    default:
      return false;
  }
}
