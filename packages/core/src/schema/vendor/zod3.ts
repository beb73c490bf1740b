import { getRefs, ignoreOverride, parseDef } from 'zod-to-json-schema';
import { describe, labelEnum, setDefault } from './annotate.ts';
import { areJson, type Conversion, type Internals } from './conversion.ts';
import type { WireCodec } from '../codec.ts';
import { toPlainJson } from '../wire/encode-any.ts';
import { Islands } from './island.ts';
import { isSchema, setOwn, type JsonSchema } from '../json-schema.ts';
import { coercedBooleanLeaf } from '../wire/boolean-leaf.ts';
import { bigintLeaf, coercedBigintLeaf, dateLeaf, literalLeaf, nanLeaf } from '../wire/leaf.ts';
import { addWords, marked, notePatterns, setMark, setStrict } from '../mark.ts';
import { dropPatterns, findForeignPatterns } from '../pattern.ts';

/** What we read of a zod 3 schema, from any copy of the library. */
export interface Zod3Schema {
  _def: Zod3Def;
}
type Zod3Def = Internals & { typeName: string; description?: string };

export function isZod3(parser: unknown): parser is Zod3Schema {
  const def = (parser as { _def?: { typeName?: unknown } } | null | undefined)?._def;
  return typeof def?.typeName === 'string' && def.typeName.startsWith('Zod');
}

/** Converts by `zod-to-json-schema`, which only reads the schema and needs no copy of zod. */
export function convertZod3(root: Zod3Schema, conversion: Conversion): JsonSchema {
  const islands = new Islands(root._def);
  const refer = (raw: Zod3Def): JsonSchema => {
    const def = withoutOptional(raw);
    return smallTypes.has(def.typeName) ? convert(def) : islands.refer(def);
  };
  const conversions: Zod3Conversion = {
    conversion,
    inner: ({ _def }) => refer(_def),
    schemas: new Map([[root._def, root]]),
    files: new Set(),
  };
  let start: object | undefined;
  const options = getRefs({
    target: 'jsonSchema7',
    pipeStrategy: conversion.io,
    effectStrategy: conversion.io === 'input' ? 'input' : 'any',
    override: (raw) => {
      const def = raw as unknown as Zod3Def;
      // Everything inside is converted by a call of its own.
      if (def !== start) return refer(def);
      start = undefined;
      return convertDef(def, conversions) ?? ignoreOverride;
    },
    postProcess: (made, def) => tidy(made, def as unknown as Zod3Def, conversion),
  });
  const convert = (raw: object): JsonSchema => {
    const def = withoutOptional(raw as Zod3Def);
    start = def;
    return (parseDef(def, options, true) as JsonSchema | undefined) ?? {};
  };
  return islands.settle(convert(root._def), convert, true);
}

/** Types whose schemas are written where they are used, because a reference to them is hardly shorter. */
const smallTypes = new Set(
  'ZodString ZodNumber ZodBoolean ZodDate ZodBigInt ZodLiteral ZodNull ZodAny ZodUnknown ZodUndefined ZodVoid'.split(
    ' ',
  ),
);

/** What the steps of one conversion share. */
interface Zod3Conversion {
  conversion: Conversion;
  /** Converts a schema that is inside another one. */
  inner: (schema: Zod3Schema) => JsonSchema;
  /** The schema of each definition: the app names schemas, and the converter passes definitions. */
  schemas: Map<Zod3Def, Zod3Schema>;
  /** Definitions of `z.instanceof(File)`, which do not show it themselves. */
  files: Set<Zod3Def>;
}

// Only a key of an object can be absent in JSON. Everywhere else, optional is ignored.
function withoutOptional(def: Zod3Def): Zod3Def {
  return def.typeName === 'ZodOptional' ? withoutOptional(def['innerType']._def) : def;
}

// Converts what zod-to-json-schema does not know, or writes in an older draft. Returns undefined for everything else.
function convertDef(def: Zod3Def, conversions: Zod3Conversion): JsonSchema | undefined {
  const { conversion, inner } = conversions;
  const item = (schema: Zod3Schema): JsonSchema => orNull(schema, inner(schema), conversion);
  const out: JsonSchema = { ...(def.description !== undefined && { description: def.description }) };
  const codec = codecOf(def, conversions);
  const isCoerced = def['coerce'] === true && conversion.io === 'input';
  if (codec !== undefined) {
    conversion.putCodec(out, codec);
    return out;
  }
  if (conversions.files.has(def)) {
    conversion.putClass(out, File);
    return out;
  }
  switch (def.typeName) {
    case 'ZodDate':
      if (isCoerced) conversion.putAsIs(out, dateLeaf);
      else conversion.putLeaf(out, dateLeaf);
      describeBounds(def, out);
      return out;
    case 'ZodBigInt':
      conversion.putLeaf(out, isCoerced ? coercedBigintLeaf : bigintLeaf);
      describeBounds(def, out);
      return out;
    case 'ZodBoolean':
      if (!isCoerced) return undefined;
      conversion.putLeaf(out, coercedBooleanLeaf);
      return out;
    case 'ZodNaN':
      conversion.putLeaf(out, nanLeaf);
      return out;
    case 'ZodLiteral':
      return convertLiteral(def['value'], out, conversion);
    case 'ZodNullable':
      if (def['innerType']._def.typeName !== 'ZodBigInt') return undefined;
      return { ...out, anyOf: [inner(def['innerType']), { type: 'null' }] };
    case 'ZodUnion':
      if (!(def['options'] as Zod3Schema[]).some(isMistakenInUnion)) return undefined;
      return { ...out, anyOf: (def['options'] as Zod3Schema[]).map(inner) };
    case 'ZodIntersection':
      return { ...out, allOf: [inner(def['left']), inner(def['right'])] };
    case 'ZodRecord':
      return convertRecord(def, out, inner);
    case 'ZodMap':
      return convertMap(def, out, inner, item);
    case 'ZodSet':
      Object.assign(out, marked({ is: 'set' }, { type: 'array', items: item(def['valueType']) }));
      if (def['minSize'] !== null) out['minItems'] = def['minSize'].value;
      if (def['maxSize'] !== null) out['maxItems'] = def['maxSize'].value;
      // Two equal objects are two members of a Set, so that a result may have them.
      if (def['minSize']?.value > 1 && conversion.io === 'input') out['uniqueItems'] = true;
      return out;
    case 'ZodTuple':
      return convertTuple(def, out, item);
    case 'ZodVoid':
    case 'ZodUndefined':
      return marked({ is: 'undefined' }, out);
    case 'ZodNever':
    case 'ZodSymbol':
    case 'ZodFunction': {
      const reason = `no JSON value can be given for ${def.typeName}`;
      return marked({ is: 'never', code: 'SCHEMA_UNSUPPORTED', reason }, out);
    }
    case 'ZodObject':
      return convertObject(def, out, conversion, inner);
    case 'ZodPipeline':
      if (conversion.io === 'output') return undefined;
      // What follows z.any() and z.unknown() decides what is taken.
      if (isAnything(def['in'])) return { ...inner(def['out']), ...out };
      if (!narrowsText(def['in']._def, def['out']._def)) return undefined;
      return { ...out, allOf: [inner(def['in']), inner(def['out'])] };
    case 'ZodEffects':
      if (isCustom(def)) return convertCustom(out, conversion);
      noteFile(def, conversions);
      return undefined;
    default:
      return undefined;
  }
}

/** Finds the codec that names this schema. Remembers the schemas inside, which the converter passes as definitions. */
function codecOf(def: Zod3Def, { conversion, schemas }: Zod3Conversion): WireCodec | undefined {
  if (conversion.codecs.length === 0) return undefined;
  const note = (value: unknown): void => {
    const inside = (value as Partial<Zod3Schema> | null | undefined)?._def;
    if (inside === undefined) return;
    schemas.set(inside, value as Zod3Schema);
    if (inside.typeName === 'ZodOptional') note(inside['innerType']);
  };
  const isShape = def.typeName === 'ZodObject';
  const members = isShape
    ? [...Object.values((def['shape'] as () => object)()), def['catchall']]
    : Object.values(def);
  for (const member of members) {
    if (Array.isArray(member)) member.forEach(note);
    else note(member);
  }
  const named =
    conversion.codecs.find((each) => isSameSchema(each.parser, def)) ?? conversion.codecFor(schemas.get(def));
  if (named !== undefined || !isCustom(def) || !conversion.hasClassNames) return named;
  const name = classNameOf(def);
  return name === undefined ? undefined : conversion.codecs.find((each) => each.class === name);
}

/** Whether a pipe goes from a text or a number to a narrower one. Then both are published. */
function narrowsText(from: Zod3Def, to: Zod3Def): boolean {
  if (to['coerce'] === true) return false;
  if (from.typeName === 'ZodNumber') return to.typeName === 'ZodNumber';
  return from.typeName === 'ZodString' && (to.typeName === 'ZodString' || to.typeName === 'ZodEnum');
}

function convertLiteral(value: unknown, out: JsonSchema, conversion: Conversion): JsonSchema | undefined {
  if (value === undefined) return marked({ is: 'undefined' }, out);
  if (value === null) return { ...out, type: 'null' };
  if (areJson([value])) return undefined;
  conversion.putLeaf(out, literalLeaf([value]));
  return out;
}

// Not left to zod-to-json-schema, which finds out what is optional by parsing. That would run the app's refinements.
function convertObject(
  def: Zod3Def,
  out: JsonSchema,
  conversion: Conversion,
  inner: (schema: Zod3Schema) => JsonSchema,
): JsonSchema {
  const { io } = conversion;
  const shape = Object.entries((def['shape'] as () => Record<string, Zod3Schema>)());
  const properties = {};
  for (const [key, schema] of shape) setOwn(properties, key, inner(schema));
  Object.assign(out, { type: 'object', properties });
  const required = shape.filter(([, schema]) => !zod3AllowsUndefined(schema, io)).map(([key]) => key);
  if (required.length > 0) out.required = required;
  const catchall = def['catchall'] as Zod3Schema;
  if (catchall._def.typeName !== 'ZodNever') {
    out['additionalProperties'] = inner(catchall);
  } else if (def['unknownKeys'] === 'strict') {
    out['additionalProperties'] = false;
    setStrict(out);
  } else if (def['unknownKeys'] === 'strip') {
    conversion.putStrips(out);
  }
  return out;
}

function isAnything({ _def: { typeName } }: Zod3Schema): boolean {
  return typeName === 'ZodAny' || typeName === 'ZodUnknown';
}

// In a union of scalars, zod-to-json-schema writes a bigint as an integer, without calling the override.
function isMistakenInUnion({ _def: def }: Zod3Schema): boolean {
  return (
    def.typeName === 'ZodBigInt' ||
    (def.typeName === 'ZodBoolean' && def['coerce'] === true) ||
    (def.typeName === 'ZodLiteral' && (def['value'] === null || !areJson([def['value']])))
  );
}

function convertRecord(def: Zod3Def, out: JsonSchema, inner: (schema: Zod3Schema) => JsonSchema): JsonSchema {
  const key = def['keyType'] as Zod3Schema;
  Object.assign(out, { type: 'object', additionalProperties: inner(def['valueType']) });
  const isAnyKey = key._def.typeName === 'ZodString' && key._def['checks'].length === 0;
  if (!isAnyKey && isStringKey(key, 0)) out['propertyNames'] = inner(key);
  return out;
}

function isStringKey({ _def: def }: Zod3Schema, depth: number): boolean {
  if (depth > 32) return false;
  switch (def.typeName) {
    case 'ZodString':
    case 'ZodEnum':
      return true;
    case 'ZodLiteral':
      return typeof def['value'] === 'string';
    case 'ZodNativeEnum':
      return Object.values(def['values'] as object).every((value) => typeof value === 'string');
    case 'ZodUnion':
      return (def['options'] as Zod3Schema[]).every((option) => isStringKey(option, depth + 1));
    case 'ZodBranded':
      return isStringKey(def['type'], depth + 1);
    default:
      return false;
  }
}

function convertMap(
  def: Zod3Def,
  out: JsonSchema,
  inner: (schema: Zod3Schema) => JsonSchema,
  item: (schema: Zod3Schema) => JsonSchema,
): JsonSchema {
  const key = def['keyType'] as Zod3Schema;
  const [keySchema, valueSchema] = [inner(key), inner(def['valueType'])];
  if (['ZodString', 'ZodEnum'].includes(key._def.typeName)) {
    Object.assign(out, marked({ is: 'map' }, { type: 'object', additionalProperties: valueSchema }));
    if (key._def.typeName === 'ZodEnum' || key._def['checks'].length > 0) out['propertyNames'] = keySchema;
  } else {
    const pair = {
      type: 'array',
      prefixItems: [keySchema, item(def['valueType'])],
      items: false,
      minItems: 2,
      maxItems: 2,
    };
    Object.assign(out, marked({ is: 'pairs' }, { type: 'array', items: pair }));
  }
  return out;
}

function convertTuple(def: Zod3Def, out: JsonSchema, item: (schema: Zod3Schema) => JsonSchema): JsonSchema {
  const items = (def['items'] as Zod3Schema[]).map(item);
  const isOpen = def['rest'] !== null;
  Object.assign(out, {
    type: 'array',
    prefixItems: items,
    minItems: items.length,
    items: isOpen ? item(def['rest']) : false,
  });
  if (!isOpen) out['maxItems'] = items.length;
  return out;
}

// `.describe()` makes a new schema of the same check. So z.custom() and z.instanceof() are compared by their check.
function isSameSchema(parser: unknown, def: Zod3Def): boolean {
  const own = (parser as Partial<Zod3Schema> | undefined)?._def;
  return own === def || (own?.['effect'] !== undefined && own['effect'] === def['effect']);
}

// z.custom() and z.instanceof() are z.any() with a refinement by a function of zod's own. Its source mentions `fatal`.
function isCustom(def: Zod3Def): boolean {
  if (def.typeName !== 'ZodEffects' || def['schema']?._def?.typeName !== 'ZodAny') return false;
  const refinement: unknown = def['effect']?.refinement;
  return typeof refinement === 'function' && /\.fatal\b[^]*\.addIssue\(/.test(String(refinement));
}

// We would have to run the check to learn what it accepts, and the check may be the app's own code.
function convertCustom(out: JsonSchema, { io }: Conversion): JsonSchema {
  if (io === 'output') return out;
  const reason =
    'zod 3 does not show what its z.instanceof() and z.custom() accept; name the schema itself in the option codecs: [{ parser, class: File }] or [{ parser, schema, decode, encode }], where parser may also be a function that recognises it, or set meta.mcp.input';
  return marked({ is: 'never', code: 'CODEC_MISSING', reason }, out);
}

/**
 * The name of the class of `z.instanceof()`, which is only in the message of its issue. The check runs once, and only if
 * the app has asked for it by a codec that names a class by its name.
 */
function classNameOf(def: Zod3Def): string | undefined {
  let name: string | undefined;
  const addIssue = ({ message }: { message?: string }): void => {
    name = /^Input not instance of (.+)$/.exec(message ?? '')?.[1];
  };
  try {
    const done: unknown = def['effect'].refinement(undefined, { addIssue, path: [] });
    if (done instanceof Promise) done.catch(() => {});
  } catch {
    // A check of the app that is no z.instanceof().
  }
  return name;
}

/**
 * Notes the `z.instanceof(File)` inside a form's file, as zod-form-data makes it: a z.preprocess() that makes undefined of
 * an empty file. Its source says so.
 */
function noteFile(def: Zod3Def, { files }: Zod3Conversion): void {
  const { type, transform } = def['effect'] as { type: string; transform?: unknown };
  if (type !== 'preprocess' || !/instanceof File\b[^]*\.size\b/.test(String(transform))) return;
  let inside = def['schema']._def as Zod3Def;
  while (!isCustom(inside)) {
    const next = (inside['innerType'] ?? inside['schema'] ?? inside['type']) as Zod3Schema | undefined;
    if (next?._def === undefined) return;
    inside = next._def;
  }
  files.add(inside);
}

/** The schema of an item of a list. An item that is undefined is sent as null. */
function orNull(schema: Zod3Schema, item: JsonSchema, { io }: Conversion): JsonSchema {
  const isAsIs = io === 'input' || isAnything(schema) || !zod3AllowsUndefined(schema, io);
  return isAsIs ? item : { anyOf: [item, { type: 'null' }] };
}

function tidy(schema: JsonSchema | undefined, def: Zod3Def, conversion: Conversion): JsonSchema | undefined {
  if (schema === undefined) return undefined;
  const isCoerced = def['coerce'] === true && conversion.io === 'input';
  if (def.typeName === 'ZodArray' && isSchema(schema['items'])) {
    schema['items'] = orNull(def['type'], schema['items'], conversion);
  }
  if (def.typeName === 'ZodNumber') tightenBounds(def['checks'] as Bound[], schema);
  if (isCoerced && def.typeName === 'ZodNumber') setMark(schema, { is: 'asIs' });
  if (def.typeName === 'ZodDefault') setDefault(schema, def['defaultValue'], conversion.io);
  if (def.typeName === 'ZodNativeEnum') labelEnum(def['values'], schema);
  if (def.typeName === 'ZodString') {
    const checks = def['checks'] as {
      kind: string;
      regex?: RegExp;
      local?: boolean;
      offset?: boolean;
      precision?: number | null;
    }[];
    // What has no time zone is not what JSON Schema calls a time.
    const isLocal = checks.some(({ kind, local }) => kind === 'time' || (kind === 'datetime' && local));
    if (isLocal && (schema['format'] === 'time' || schema['format'] === 'date-time')) {
      describe(schema, schema['format'] === 'time' ? 'such as 10:00:00' : 'such as 2026-01-31T10:00:00');
      delete schema['format'];
    }
    for (const { kind, offset, precision } of checks) {
      if (kind !== 'datetime' || isLocal || (offset === true && typeof precision !== 'number')) continue;
      const digits = typeof precision === 'number' && precision > 0 ? `.${'0'.repeat(precision)}` : '';
      addWords(
        schema,
        `ISO 8601 date-time${offset === true ? '' : ' in UTC'}, such as 2026-01-31T09:00:00${digits}Z`,
      );
    }
    const own = checks.flatMap(({ regex }) => (regex === undefined ? [] : [[regex.source, 'own'] as const]));
    notePatterns(schema, Object.fromEntries(own));
    dropPatterns(schema, findForeignPatterns(checks.map(({ regex }) => regex)));
  }
  return schema;
}

/** Writes the tightest of several bounds. zod-to-json-schema writes the last one. */
function tightenBounds(checks: readonly Bound[], out: JsonSchema): void {
  const values = (kind: string, isInclusive: boolean): number[] =>
    checks
      .filter((each) => each.kind === kind && each.inclusive === isInclusive)
      .map(({ value }) => value as number);
  const set = (keyword: string, bound: number): void => {
    if (Number.isFinite(bound)) out[keyword] = bound;
    else delete out[keyword];
  };
  set('minimum', Math.max(...values('min', true)));
  set('exclusiveMinimum', Math.max(...values('min', false)));
  set('maximum', Math.min(...values('max', true)));
  set('exclusiveMaximum', Math.min(...values('max', false)));
}

function describeBounds(def: Zod3Def, out: JsonSchema): void {
  for (const { kind, value, inclusive = true } of def['checks'] as Bound[]) {
    if (kind !== 'min' && kind !== 'max') continue;
    const bound = toPlainJson(def.typeName === 'ZodDate' ? new Date(value as number) : value);
    describe(out, `${kind === 'min' ? '>' : '<'}${inclusive ? '=' : ''} ${String(bound)}`);
  }
}

interface Bound {
  kind: string;
  value: unknown;
  inclusive?: boolean;
}

/** Whether the schema accepts `undefined` as the whole input or output. */
export function zod3AllowsUndefined({ _def: def }: Zod3Schema, io: 'input' | 'output', depth = 0): boolean {
  const inner = (next: Zod3Schema): boolean => depth < 32 && zod3AllowsUndefined(next, io, depth + 1);
  switch (def.typeName) {
    case 'ZodOptional':
    case 'ZodUndefined':
    case 'ZodVoid':
    case 'ZodAny':
    case 'ZodUnknown':
      return true;
    case 'ZodDefault':
    case 'ZodCatch':
      return io === 'input' || inner(def['innerType']);
    case 'ZodNullable':
    case 'ZodReadonly':
      return inner(def['innerType']);
    case 'ZodBranded':
      return inner(def['type']);
    case 'ZodUnion':
      return (def['options'] as Zod3Schema[]).some(inner);
    case 'ZodEffects':
      if (isCustom(def)) return io === 'output';
      // A function of the app decides what is given.
      return (def['effect']?.type === 'transform' && io === 'output') || inner(def['schema']);
    case 'ZodPipeline':
      return inner(io === 'input' && !isAnything(def['in']) ? def['in'] : def['out']);
    case 'ZodLazy':
      return inner((def['getter'] as () => Zod3Schema)());
    default:
      return false;
  }
}
