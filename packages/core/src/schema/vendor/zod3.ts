import { ignoreOverride, zodToJsonSchema } from 'zod-to-json-schema';
import { describe, labelEnum, setDefault } from './annotate.ts';
import { areJson, type Conversion, type Internals } from './conversion.ts';
import { toPlainJson } from '../wire/encode-any.ts';
import { Islands } from './island.ts';
import { setOwn, type JsonSchema } from '../json-schema.ts';
import { coercedBooleanLeaf } from '../wire/boolean-leaf.ts';
import { bigintLeaf, coercedBigintLeaf, dateLeaf, literalLeaf, nanLeaf } from '../wire/leaf.ts';
import { marked, setMark } from '../mark.ts';
import { dropPatterns, findForeignPatterns } from '../pattern.ts';
import { normalizeRefs } from '../refs.ts';

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
  const convert = (raw: object): JsonSchema => {
    const start = withoutOptional(raw as Zod3Def);
    const override = (def: Zod3Def): JsonSchema | undefined =>
      // The getter of z.lazy may return a new object each time. So recursion is recognised by the lazy schema itself.
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

// Only a key of an object can be absent in JSON. Everywhere else, optional is ignored.
function withoutOptional(def: Zod3Def): Zod3Def {
  return def.typeName === 'ZodOptional' ? withoutOptional(def['innerType']._def) : def;
}

// Converts what zod-to-json-schema does not know, or writes in an older draft. Returns undefined for everything else.
function convertDef(def: Zod3Def, conversion: Conversion, islands: Islands): JsonSchema | undefined {
  const out: JsonSchema = { ...(def.description !== undefined && { description: def.description }) };
  const codec = conversion.codecs.find((each) => isSameSchema(each.parser, def));
  const inner = (schema: Zod3Schema): JsonSchema => islands.refer(withoutOptional(schema._def));
  const isCoerced = def['coerce'] === true && conversion.io === 'input';
  if (codec !== undefined) {
    conversion.putCodec(out, codec);
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
    case 'ZodPipeline':
      // What follows z.any() and z.unknown() decides what is taken.
      if (conversion.io === 'output' || !isAnything(def['in'])) return undefined;
      return { ...inner(def['out']), ...out };
    case 'ZodMap':
      return convertMap(def, out, inner);
    case 'ZodSet':
      Object.assign(out, marked({ is: 'set' }, { type: 'array', items: inner(def['valueType']) }));
      if (def['minSize'] !== null) out['minItems'] = def['minSize'].value;
      if (def['maxSize'] !== null) out['maxItems'] = def['maxSize'].value;
      if (def['minSize']?.value > 1) out['uniqueItems'] = true;
      return out;
    case 'ZodTuple':
      return convertTuple(def, out, inner);
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
    default:
      return isCustom(def) ? convertCustom(out, conversion) : undefined;
  }
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
  } else if (def['unknownKeys'] === 'strict' || (def['unknownKeys'] === 'strip' && io === 'output')) {
    out['additionalProperties'] = false;
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

function convertMap(def: Zod3Def, out: JsonSchema, inner: (schema: Zod3Schema) => JsonSchema): JsonSchema {
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
  return out;
}

function convertTuple(def: Zod3Def, out: JsonSchema, inner: (schema: Zod3Schema) => JsonSchema): JsonSchema {
  const items = (def['items'] as Zod3Schema[]).map(inner);
  const isOpen = def['rest'] !== null;
  Object.assign(out, {
    type: 'array',
    prefixItems: items,
    minItems: items.length,
    items: isOpen ? inner(def['rest']) : false,
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
    'zod 3 does not show what its z.instanceof() and z.custom() accept; name the schema itself in the option codecs: [{ parser, class: File }] or [{ parser, schema, decode, encode }], or set meta.mcp.input';
  return marked({ is: 'never', code: 'CODEC_MISSING', reason }, out);
}

function tidy(schema: JsonSchema | undefined, def: Zod3Def, conversion: Conversion): JsonSchema | undefined {
  if (schema === undefined) return undefined;
  const isCoerced = def['coerce'] === true && conversion.io === 'input';
  if (isCoerced && def.typeName === 'ZodNumber') setMark(schema, { is: 'asIs' });
  if (def.typeName === 'ZodDefault') setDefault(schema, def['defaultValue'], conversion.io);
  if (def.typeName === 'ZodNativeEnum') labelEnum(def['values'], schema);
  if (def.typeName === 'ZodString') {
    const checks = def['checks'] as { regex?: RegExp }[];
    dropPatterns(schema, findForeignPatterns(checks.map(({ regex }) => regex)));
  }
  return schema;
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
      if (isCustom(def)) return false;
      return (def['effect']?.type !== 'transform' || io === 'input') && inner(def['schema']);
    case 'ZodPipeline':
      return inner(io === 'input' && !isAnything(def['in']) ? def['in'] : def['out']);
    case 'ZodLazy':
      return inner((def['getter'] as () => Zod3Schema)());
    default:
      return false;
  }
}
