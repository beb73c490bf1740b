import { ignoreOverride, zodToJsonSchema } from 'zod-to-json-schema';
import { describe, labelEnum, setDefault } from './annotate.ts';
import { areJson, literals, type Conversion, type Internals } from './conversion.ts';
import { Islands } from './island.ts';
import { setOwn, type JsonSchema } from '../json-schema.ts';
import { bigintLeaf, coercedBigintLeaf, dateLeaf, nanLeaf } from '../wire/leaf.ts';
import { marked, setMark } from '../mark.ts';
import { dropPatterns, isHonestPattern } from '../pattern.ts';
import { normalizeRefs } from '../refs.ts';

/** What is read of a zod 3 schema, of whatever copy of the library. */
export interface Zod3Schema {
  _def: Zod3Def;
}
type Zod3Def = Internals & { typeName: string; description?: string };

export function isZod3(parser: unknown): parser is Zod3Schema {
  const def = (parser as { _def?: { typeName?: unknown } } | null | undefined)?._def;
  return typeof def?.typeName === 'string' && def.typeName.startsWith('Zod');
}

/** Converts by `zod-to-json-schema`, which reads the schema and needs no zod of its own. */
export function convertZod3(root: Zod3Schema, conversion: Conversion): JsonSchema {
  const islands = new Islands(root._def);
  const convert = (raw: object): JsonSchema => {
    const start = withoutOptional(raw as Zod3Def);
    const override = (def: Zod3Def): JsonSchema | undefined =>
      // A getter may make another object each time: what ends the recursion is the lazy schema itself.
      def.typeName === 'ZodLazy' && def !== start ? islands.refer(def) : convertDef(def, conversion, islands);
    const schema = zodToJsonSchema({ _def: start } as never, {
      target: 'jsonSchema2019-09',
      definitionPath: '$defs',
      pipeStrategy: conversion.io,
      effectStrategy: conversion.io === 'input' ? 'input' : 'any',
      removeAdditionalStrategy: 'strict',
      override: (def) => (override(def as unknown as Zod3Def) ?? ignoreOverride) as never,
      postProcess: (made, def) => tidy(made, def as unknown as Zod3Def, conversion) as never,
    });
    return normalizeRefs(schema);
  };
  return islands.settle(convert(root._def), convert);
}

// Outside of an object, absence has no place in JSON.
function withoutOptional(def: Zod3Def): Zod3Def {
  return def.typeName === 'ZodOptional' ? withoutOptional(def['innerType']._def) : def;
}

// What zod-to-json-schema does not know, or says in an older draft.
function convertDef(def: Zod3Def, conversion: Conversion, islands: Islands): JsonSchema | undefined {
  const out: JsonSchema = def.description === undefined ? {} : { description: def.description };
  const codec = conversion.codecs.find((each) => isSameSchema(each.parser, def));
  const inner = (schema: Zod3Schema): JsonSchema => islands.refer(withoutOptional(schema._def));
  const isCoerced = def['coerce'] === true && conversion.io === 'input';
  if (codec !== undefined) conversion.putCodec(out, codec);
  else if (def.typeName === 'ZodDate') {
    if (isCoerced) conversion.putAsIs(out, dateLeaf);
    else conversion.putLeaf(out, dateLeaf);
    describeBounds(def, out);
  } else if (def.typeName === 'ZodBigInt') {
    conversion.putLeaf(out, isCoerced ? coercedBigintLeaf : bigintLeaf);
    describeBounds(def, out);
  } else if (def.typeName === 'ZodNaN') conversion.putLeaf(out, nanLeaf);
  else if (def.typeName === 'ZodLiteral' && !areJson([def['value']])) {
    if (def['value'] === undefined) setMark(out, { is: 'undefined' });
    else conversion.putLeaf(out, literals([def['value']]));
  } else if (def.typeName === 'ZodLiteral' && def['value'] === null) out.type = 'null';
  else if (def.typeName === 'ZodNullable' && def['innerType']._def.typeName === 'ZodBigInt') {
    out['anyOf'] = [inner(def['innerType']), { type: 'null' }];
  } else if (def.typeName === 'ZodUnion' && (def['options'] as Zod3Schema[]).some(isMistakenInUnion)) {
    out['anyOf'] = (def['options'] as Zod3Schema[]).map(inner);
  } else if (def.typeName === 'ZodMap') convertMap(def, out, inner);
  else if (def.typeName === 'ZodSet') {
    Object.assign(out, marked({ is: 'set' }, { type: 'array', items: inner(def['valueType']) }));
    if (def['minSize'] !== null) out['minItems'] = def['minSize'].value;
    if (def['maxSize'] !== null) out['maxItems'] = def['maxSize'].value;
    if (def['minSize']?.value > 1) out['uniqueItems'] = true;
  } else if (def.typeName === 'ZodTuple') convertTuple(def, out, inner);
  else if (def.typeName === 'ZodVoid' || def.typeName === 'ZodUndefined') setMark(out, { is: 'undefined' });
  else if (['ZodNever', 'ZodSymbol', 'ZodFunction'].includes(def.typeName)) {
    setMark(out, {
      is: 'never',
      code: 'SCHEMA_UNSUPPORTED',
      reason: `no JSON value can be given for ${def.typeName}`,
    });
  } else if (def.typeName === 'ZodObject') convertObject(def, out, conversion, inner);
  else if (isCustom(def)) convertCustom(out, conversion);
  else return undefined;
  return out;
}

// By hand, because zod-to-json-schema finds out what is optional by parsing, which runs the app's refinements.
function convertObject(
  def: Zod3Def,
  out: JsonSchema,
  { io }: Conversion,
  inner: (schema: Zod3Schema) => JsonSchema,
): void {
  const shape = Object.entries((def['shape'] as () => Record<string, Zod3Schema>)());
  const properties = {};
  for (const [key, schema] of shape) setOwn(properties, key, inner(schema));
  Object.assign(out, { type: 'object', properties });
  const required = shape.filter(([, schema]) => !zod3AllowsUndefined(schema, io)).map(([key]) => key);
  if (required.length > 0) out.required = required;
  const catchall = def['catchall'] as Zod3Schema;
  if (catchall._def.typeName !== 'ZodNever') out['additionalProperties'] = inner(catchall);
  else if (def['unknownKeys'] === 'strict' || (def['unknownKeys'] === 'strip' && io === 'output')) {
    out['additionalProperties'] = false;
  }
}

// Next to other scalars zod-to-json-schema takes a bigint for an integer, without asking.
function isMistakenInUnion({ _def: def }: Zod3Schema): boolean {
  return (
    def.typeName === 'ZodBigInt' ||
    (def.typeName === 'ZodLiteral' && (def['value'] === null || !areJson([def['value']])))
  );
}

function convertMap(def: Zod3Def, out: JsonSchema, inner: (schema: Zod3Schema) => JsonSchema): void {
  const key = def['keyType'] as Zod3Schema;
  const [keySchema, valueSchema] = [inner(key), inner(def['valueType'])];
  if (['ZodString', 'ZodEnum'].includes(key._def.typeName)) {
    Object.assign(out, marked({ is: 'map' }, { type: 'object', additionalProperties: valueSchema }));
    if (key._def.typeName === 'ZodEnum' || key._def['checks'].length > 0) out['propertyNames'] = keySchema;
  } else {
    const pair = {
      type: 'array',
      prefixItems: [keySchema, valueSchema],
      items: false,
      minItems: 2,
      maxItems: 2,
    };
    Object.assign(out, marked({ is: 'pairs' }, { type: 'array', items: pair }));
  }
}

function convertTuple(def: Zod3Def, out: JsonSchema, inner: (schema: Zod3Schema) => JsonSchema): void {
  const items = (def['items'] as Zod3Schema[]).map(inner);
  const isOpen = def['rest'] !== null;
  Object.assign(out, {
    type: 'array',
    prefixItems: items,
    minItems: items.length,
    items: isOpen ? inner(def['rest']) : false,
  });
  if (!isOpen) out['maxItems'] = items.length;
}

// Described, the same check is in a schema of its own.
function isSameSchema(parser: unknown, def: Zod3Def): boolean {
  const own = (parser as Partial<Zod3Schema> | undefined)?._def;
  return own === def || (own?.['effect'] !== undefined && own['effect'] === def['effect']);
}

// z.custom() and z.instanceof() are a refinement of any by a function of zod's own, which reads whether to be fatal.
function isCustom(def: Zod3Def): boolean {
  if (def.typeName !== 'ZodEffects' || def['schema']?._def?.typeName !== 'ZodAny') return false;
  const refinement: unknown = def['effect']?.refinement;
  return typeof refinement === 'function' && /\.fatal\b[^]*\.addIssue\(/.test(String(refinement));
}

// Only running it could tell what it accepts, and it may be the app's.
function convertCustom(out: JsonSchema, { io }: Conversion): void {
  if (io === 'output') return;
  const reason =
    'zod 3 does not show what its z.instanceof() and z.custom() accept; name the schema itself in the option codecs: [{ parser, class: File }] or [{ parser, schema, decode, encode }], or set meta.mcp.input';
  setMark(out, { is: 'never', code: 'CODEC_MISSING', reason });
}

function tidy(schema: JsonSchema | undefined, def: Zod3Def, conversion: Conversion): JsonSchema | undefined {
  if (schema === undefined) return undefined;
  const isCoerced = def['coerce'] === true && conversion.io === 'input';
  if (isCoerced && (def.typeName === 'ZodNumber' || def.typeName === 'ZodBoolean'))
    setMark(schema, { is: 'asIs' });
  if (def.typeName === 'ZodDefault') setDefault(schema, def['defaultValue'], conversion.io);
  if (def.typeName === 'ZodNativeEnum') labelEnum(def['values'], schema);
  if (def.typeName === 'ZodString') {
    const lying = (def['checks'] as { regex?: RegExp }[]).filter(
      ({ regex }) => regex !== undefined && !isHonestPattern(regex),
    );
    dropPatterns(schema, new Set(lying.map(({ regex }) => regex!.source)));
  }
  return schema;
}

function describeBounds(def: Zod3Def, out: JsonSchema): void {
  for (const { kind, value, inclusive = true } of def['checks'] as {
    kind: string;
    value: unknown;
    inclusive?: boolean;
  }[]) {
    if (kind !== 'min' && kind !== 'max') continue;
    const bound = def.typeName === 'ZodDate' ? new Date(value as number).toISOString() : String(value);
    describe(out, `${kind === 'min' ? '>' : '<'}${inclusive ? '=' : ''} ${bound}`);
  }
}

/** Whether `undefined` passes, as the whole input or output. */
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
      if (isCustom(def)) return false;
      return def['effect']?.type !== 'transform' || io === 'input' ? inner(def['schema']) : false;
    case 'ZodPipeline':
      return inner(io === 'input' ? def['in'] : def['out']);
    case 'ZodLazy':
      return inner((def['getter'] as () => Zod3Schema)());
    default:
      return false;
  }
}
