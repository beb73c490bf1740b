import { areJson, clearStructure, literals, type Conversion, type Internals } from './conversion.ts';
import { fileLeaf, toFile, type FileRules } from '../wire/file-leaf.ts';
import type { Islands } from './island.ts';
import type { JsonSchema } from '../json-schema.ts';
import { bigintLeaf, coercedBigintLeaf, dateLeaf, nanLeaf } from '../wire/leaf.ts';
import { getMark, setMark } from '../mark.ts';
import { dropPatterns, isHonestPattern } from '../pattern.ts';
import { describe, labelEnum, setDefault } from './annotate.ts';
import type { Zod4Schema } from './zod4.ts';

/** Called by zod for every schema it converts: marks what JSON cannot say, and takes out what is not true. */
export function markZod4(
  schema: Zod4Schema,
  target: JsonSchema,
  conversion: Conversion,
  islands: Islands,
): void {
  const { def, bag } = schema._zod;
  switch (def.type) {
    case 'date':
      if (def['coerce'] && conversion.io === 'input') return conversion.putAsIs(target, dateLeaf);
      return conversion.putLeaf(target, dateLeaf);
    case 'bigint':
      return conversion.putLeaf(
        target,
        def['coerce'] && conversion.io === 'input' ? coercedBigintLeaf : bigintLeaf,
      );
    case 'nan':
      return conversion.putLeaf(target, nanLeaf);
    case 'literal':
      return markLiteral(def['values'], target, conversion);
    case 'file':
      return conversion.putLeaf(target, fileLeaf('File', toFile, fileRules(bag)));
    case 'map':
      return markMap(def, target, conversion, islands, bag);
    case 'set':
      Object.assign(target, { type: 'array', items: islands.refer(def['valueType']) });
      if (bag['minimum'] !== undefined) target['minItems'] = bag['minimum'];
      if (bag['maximum'] !== undefined) target['maxItems'] = bag['maximum'];
      // Two equal items would make one: only where their number counts.
      if (bag['minimum'] > 1) target['uniqueItems'] = true;
      return setMark(target, { is: 'set' });
    case 'success':
      if (conversion.io === 'input') {
        clearStructure(target);
        Object.assign(target, islands.refer(def['innerType']));
      }
      return undefined;
    case 'union':
      return loosenXor(target);
    case 'custom':
      return markCustom(schema, target, conversion);
    case 'undefined':
    case 'void':
      return setMark(target, { is: 'undefined' });
    case 'never':
    case 'symbol':
    case 'function':
      return setMark(target, {
        is: 'never',
        code: 'SCHEMA_UNSUPPORTED',
        reason: `no JSON value can be given for z.${def.type}()`,
      });
    case 'string':
      return dropPatterns(target, lyingPatterns(schema));
    case 'number':
    case 'boolean':
      if (def['coerce'] && conversion.io === 'input') setMark(target, { is: 'asIs' });
      return undefined;
    case 'enum':
      return labelEnum(def['entries'], target);
    case 'array':
      // What is undefined in a list arrives as null.
      if (conversion.io === 'output' && def['element']._zod.optout === 'optional')
        target['items'] = orNull(target['items']);
      return undefined;
    case 'default':
    case 'prefault':
      return setDefault(target, () => def['defaultValue'], conversion.io);
    case 'catch':
      return setDefault(target, () => def['catchValue'](undefined), conversion.io);
    default:
      return undefined;
  }
}

// z.xor of a date and a string: on the wire a date is both, and becomes the first.
function loosenXor(target: JsonSchema): void {
  const { oneOf } = target;
  if (!Array.isArray(oneOf) || !oneOf.some((branch: JsonSchema) => getMark(branch) !== undefined)) return;
  delete target['oneOf'];
  target['anyOf'] = oneOf;
}

function markLiteral(values: unknown[], target: JsonSchema, conversion: Conversion): void {
  const said = values.filter((value) => value !== undefined);
  if (said.length === 0 && values.length > 0) setMark(target, { is: 'undefined' });
  else if (!areJson(said)) conversion.putLeaf(target, literals(said));
  // Before 4.2 zod took null for an object.
  else if (target.type === 'object') target.type = 'null';
}

function markMap(
  def: Zod4Schema['_zod']['def'],
  target: JsonSchema,
  conversion: Conversion,
  islands: Islands,
  bag: Record<string, unknown>,
): void {
  const [key, value] = [def['keyType'] as Zod4Schema, def['valueType'] as Zod4Schema];
  const isObject = isStringKey(key, conversion.io);
  if (isObject) {
    Object.assign(target, { type: 'object', additionalProperties: islands.refer(value) });
    if (key._zod.def.type !== 'string' || (key._zod.def['checks'] ?? []).length > 0)
      target['propertyNames'] = islands.refer(key);
  } else {
    const pair = {
      type: 'array',
      prefixItems: [islands.refer(key), islands.refer(value)],
      items: false,
      minItems: 2,
      maxItems: 2,
    };
    Object.assign(target, { type: 'array', items: pair });
  }
  const [min, max] = isObject ? ['minProperties', 'maxProperties'] : ['minItems', 'maxItems'];
  if (bag['minimum'] !== undefined) target[min] = bag['minimum'];
  if (bag['maximum'] !== undefined) target[max] = bag['maximum'];
  setMark(target, { is: isObject ? 'map' : 'pairs' });
}

function isStringKey(key: Zod4Schema, io: 'input' | 'output', depth = 0): boolean {
  const def = key._zod.def;
  const inner = (next: Zod4Schema): boolean => depth < 32 && isStringKey(next, io, depth + 1);
  switch (def.type) {
    case 'string':
    case 'template_literal':
      return true;
    case 'enum':
      return Object.values(def['entries'] as object).every((value) => typeof value === 'string');
    case 'literal':
      return (def['values'] as unknown[]).every((value) => typeof value === 'string');
    case 'union':
      return (def['options'] as Zod4Schema[]).every(inner);
    case 'pipe':
      return inner(io === 'input' ? def['in'] : def['out']);
    case 'readonly':
      return inner(def['innerType']);
    case 'lazy':
      return inner((def['getter'] as () => Zod4Schema)());
    default:
      return false;
  }
}

function markCustom(schema: Zod4Schema, target: JsonSchema, conversion: Conversion): void {
  let Class: unknown;
  for (
    let each: Zod4Schema | undefined = schema;
    each !== undefined && Class === undefined;
    each = each._zod.parent
  ) {
    Class = each._zod.bag['Class'];
  }
  // Nothing is known of a custom check without a class: what comes is what it gets.
  if (Class !== undefined) conversion.putClass(target, Class);
}

function fileRules(bag: Internals): FileRules {
  return {
    ...(bag['mime'] === undefined ? {} : { mimeTypes: bag['mime'] }),
    ...(bag['minimum'] === undefined ? {} : { minBytes: bag['minimum'] }),
    ...(bag['maximum'] === undefined ? {} : { maxBytes: bag['maximum'] }),
  };
}

function lyingPatterns(schema: Zod4Schema): Set<string> {
  const { def, bag } = schema._zod;
  const checks = ((def['checks'] ?? []) as Zod4Schema[]).map((check) => check._zod.def['pattern'] as unknown);
  const all = [def['pattern'], ...checks, ...((bag['patterns'] as Set<unknown> | undefined) ?? [])];
  const lying = all.filter(
    (pattern): pattern is RegExp => pattern instanceof RegExp && !isHonestPattern(pattern),
  );
  return new Set(lying.map((pattern) => pattern.source));
}

/** Bounds that no keyword can carry, because the value is a string on the wire. */
export function describeBounds(schema: Zod4Schema, target: JsonSchema): void {
  const { def } = schema._zod;
  if (def.type !== 'date' && def.type !== 'bigint') return;
  for (const check of (def['checks'] ?? []) as Zod4Schema[]) {
    const {
      check: kind,
      value,
      inclusive,
    } = check._zod.def as unknown as { check: string; value: unknown; inclusive: boolean };
    if (kind !== 'greater_than' && kind !== 'less_than') continue;
    const text =
      value instanceof Date && !Number.isNaN(value.getTime())
        ? value.toISOString()
        : typeof value === 'bigint'
          ? String(value)
          : undefined;
    if (text !== undefined)
      describe(target, `${kind === 'greater_than' ? '>' : '<'}${inclusive ? '=' : ''} ${text}`);
  }
}

function orNull(items: unknown): JsonSchema {
  return { anyOf: [items as JsonSchema, { type: 'null' }] };
}
