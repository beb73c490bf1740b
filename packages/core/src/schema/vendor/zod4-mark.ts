import { regexes } from 'zod/v4/core';
import { areJson, clearStructure, type Conversion } from './conversion.ts';
import { toPlainJson } from '../wire/encode-any.ts';
import { fileLeaf, toFile, type FileRules } from '../wire/file-leaf.ts';
import type { Islands } from './island.ts';
import { setOwn, type JsonSchema } from '../json-schema.ts';
import { findVariant, knownFormats } from '../publish/format.ts';
import { coercedBooleanLeaf, stringboolLeaf } from '../wire/boolean-leaf.ts';
import { bigintLeaf, coercedBigintLeaf, dateLeaf, literalLeaf, nanLeaf } from '../wire/leaf.ts';
import { addWords, getMark, notePatterns, setMark, setStrict } from '../mark.ts';
import { dropPatterns, findForeignPatterns } from '../pattern.ts';
import { describe, labelEnum, setDefault } from './annotate.ts';
import { checksOf, isPatternOfFormat, mimeTypesOf, sizesOf } from './zod4-check.ts';
import { classOf, type Zod4Schema } from './zod4-schema.ts';
import { takesAnything, zod4AllowsUndefined } from './zod4-undefined.ts';

/**
 * zod calls this for every schema that it converts. Marks what JSON Schema cannot express, and removes what would be
 * wrong in JSON.
 */
export function markZod4(
  schema: Zod4Schema,
  target: JsonSchema,
  conversion: Conversion,
  islands: Islands,
): void {
  const { def } = schema._zod;
  const isCoerced = Boolean(def['coerce']) && conversion.io === 'input';
  restoreRequired(schema, target, conversion);
  switch (def.type) {
    case 'object':
      return markObject(def, target, conversion);
    case 'pipe':
      if (conversion.io === 'input' && takesAnything(def)) {
        clearStructure(target);
        Object.assign(target, islands.refer(def['out']));
        return undefined;
      }
      if (conversion.io === 'input' && narrowsText(def['in'], def['out'])) {
        target['allOf'] = [...((target['allOf'] ?? []) as JsonSchema[]), islands.refer(def['out'])];
      }
      return markStringbool(def, target, conversion);
    case 'date':
      if (isCoerced) return conversion.putAsIs(target, dateLeaf);
      return conversion.putLeaf(target, dateLeaf);
    case 'bigint':
      return conversion.putLeaf(target, isCoerced ? coercedBigintLeaf : bigintLeaf);
    case 'nan':
      return conversion.putLeaf(target, nanLeaf);
    case 'literal':
      return markLiteral(def['values'], target, conversion);
    case 'file':
      return conversion.putLeaf(target, fileLeaf(toFile, fileRules(schema)));
    case 'map':
      return markMap(schema, target, conversion, islands);
    case 'set': {
      const { minimum, maximum } = sizesOf(schema);
      Object.assign(target, {
        type: 'array',
        items: orNull(def['valueType'], islands.refer(def['valueType']), conversion),
      });
      if (minimum !== undefined) target['minItems'] = minimum;
      if (maximum !== undefined) target['maxItems'] = maximum;
      // Two equal items become one in a Set. That is published only where their number matters.
      if (minimum !== undefined && minimum > 1 && conversion.io === 'input') target['uniqueItems'] = true;
      return setMark(target, { is: 'set' });
    }
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
      markFormat(schema, target);
      return dropPatterns(target, findForeignPatterns(patternsOf(schema)));
    case 'number':
      if (isCoerced) setMark(target, { is: 'asIs' });
      return undefined;
    case 'boolean':
      return isCoerced ? conversion.putLeaf(target, coercedBooleanLeaf) : undefined;
    case 'enum':
      return labelEnum(def['entries'], target);
    case 'array':
      target['items'] = orNull(def['element'], target['items'] as JsonSchema, conversion);
      return undefined;
    case 'tuple':
      return markTuple(def, target, conversion);
    case 'record':
      return markRecord(def, target, conversion);
    case 'default':
    case 'prefault':
      return setDefault(target, () => def['defaultValue'], conversion.io);
    case 'catch':
      return setDefault(target, () => def['catchValue'](undefined), conversion.io);
    default:
      return undefined;
  }
}

function markObject(def: Zod4Schema['_zod']['def'], target: JsonSchema, conversion: Conversion): void {
  const catchall = (def['catchall'] as Zod4Schema | undefined)?._zod.def.type;
  if (catchall === 'never') setStrict(target);
  if (catchall === undefined) {
    // It is closed as a whole later, because in an intersection it knows only some of the keys.
    delete target['additionalProperties'];
    conversion.putStrips(target);
  }
  const shape = Object.entries(def['shape'] as Record<string, Zod4Schema>);
  if (conversion.io === 'output') {
    // JSON leaves out a key whose value is undefined.
    const kept = target.required?.filter((key) => !mayBeUndefined(def['shape'][key], conversion));
    delete target.required;
    if (kept !== undefined && kept.length > 0) target.required = kept;
    return;
  }
  const preprocessed = shape.filter(([, schema]) => beginsWithTransform(schema, 0));
  if (preprocessed.length === 0) return;
  const required = new Set(target.required);
  for (const [key, schema] of preprocessed) {
    if (mayBeAbsent(schema, 0)) required.delete(key);
    else required.add(key);
  }
  delete target.required;
  if (required.size > 0) target.required = shape.map(([key]) => key).filter((key) => required.has(key));
}

/** Undoes a `meta({ required: true })`, which other tools read. In JSON Schema, it is a list of keys. */
function restoreRequired({ _zod: { def } }: Zod4Schema, target: JsonSchema, { io }: Conversion): void {
  if (target.required === undefined || Array.isArray(target.required)) return;
  delete target.required;
  if (def.type !== 'object') return;
  const shape = Object.entries(def['shape'] as Record<string, Zod4Schema>);
  const required = shape.filter(([, { _zod }]) => (io === 'input' ? _zod.optin : _zod.optout) === undefined);
  if (required.length > 0) target.required = required.map(([key]) => key);
}

/** Whether an output may be undefined here, although something else is possible too. */
function mayBeUndefined(schema: Zod4Schema, { io }: Conversion): boolean {
  return io === 'output' && zod4AllowsUndefined(schema, io);
}

/** The schema of an item of a list. An item that is undefined is sent as null. */
function orNull(schema: Zod4Schema, item: JsonSchema, conversion: Conversion): JsonSchema {
  const takesNull = !mayBeUndefined(schema, conversion) || ['any', 'unknown'].includes(schema._zod.def.type);
  return takesNull ? item : { anyOf: [item, { type: 'null' }] };
}

function markTuple(def: Zod4Schema['_zod']['def'], target: JsonSchema, conversion: Conversion): void {
  const items = def['items'] as Zod4Schema[];
  const first = target['prefixItems'] as JsonSchema[] | undefined;
  if (first !== undefined)
    target['prefixItems'] = first.map((item, at) => orNull(items[at]!, item, conversion));
  if (def['rest']) target['items'] = orNull(def['rest'], target['items'] as JsonSchema, conversion);
}

function markRecord(def: Zod4Schema['_zod']['def'], target: JsonSchema, conversion: Conversion): void {
  if (mayBeUndefined(def['valueType'], conversion)) delete target.required;
  const { propertyNames, additionalProperties: value } = target;
  if (def['mode'] !== 'loose' || propertyNames === undefined) return;
  // Keys of other names pass, and their values too.
  const properties = {};
  for (const name of target.required ?? []) setOwn(properties, name, value);
  delete target['propertyNames'];
  target['additionalProperties'] = {};
  target.properties = properties;
}

/**
 * Whether a value first goes through a function of the app, as with z.preprocess(). zod says that such a key is optional,
 * because the function gets `undefined` too.
 */
function beginsWithTransform(schema: Zod4Schema, depth: number): boolean {
  const { def } = schema._zod;
  if (depth > 32) return false;
  if (def.type === 'pipe') {
    const from = def['in'] as Zod4Schema;
    return from._zod.def.type === 'transform' || beginsWithTransform(from, depth + 1);
  }
  const inside = def['innerType'] as Zod4Schema | undefined;
  if (inside !== undefined) return beginsWithTransform(inside, depth + 1);
  const parts = (def['options'] ?? [def['left'], def['right']]) as (Zod4Schema | undefined)[];
  return parts.some((part) => part !== undefined && beginsWithTransform(part, depth + 1));
}

/** Whether a key of this schema may be left out. After a z.preprocess(), the schema inside decides. */
function mayBeAbsent(schema: Zod4Schema, depth: number): boolean {
  const { def, optin } = schema._zod;
  const inner = (next: Zod4Schema): boolean => depth > 32 || mayBeAbsent(next, depth + 1);
  switch (def.type) {
    case 'pipe':
      return inner((def['in'] as Zod4Schema)._zod.def.type === 'transform' ? def['out'] : def['in']);
    case 'nullable':
    case 'readonly':
    case 'promise':
      return inner(def['innerType']);
    case 'union':
      return (def['options'] as Zod4Schema[]).some(inner);
    case 'intersection':
      return inner(def['left']) && inner(def['right']);
    default:
      return optin !== undefined;
  }
}

/**
 * Whether a pipe goes from a text or a number to a narrower one, as `z.string().trim().pipe(z.email())` does. Then what
 * it leads to is published too.
 */
function narrowsText({ _zod: { def: from } }: Zod4Schema, { _zod: { def: to } }: Zod4Schema): boolean {
  if (from.type === 'number') return to.type === 'number' && !to['coerce'];
  if (from.type !== 'string') return false;
  if (to.type === 'enum')
    return Object.values(to['entries'] as object).every((value) => typeof value === 'string');
  return to.type === 'string' && !to['coerce'];
}

// z.stringbool() reads words. It can also write them, so that a JSON boolean becomes a word that it reads. zod 4.0 cannot.
function markStringbool(def: Zod4Schema['_zod']['def'], target: JsonSchema, conversion: Conversion): void {
  const [from, to] = [def['in'] as Zod4Schema, def['out'] as Zod4Schema];
  const write: unknown = def['reverseTransform'];
  if (conversion.io === 'output' || typeof write !== 'function') return;
  if (from._zod.def.type !== 'string' || to._zod.def.type !== 'boolean') return;
  // A string that has to be of some kind is of a codec of the app.
  if (((from._zod.def['checks'] ?? []) as unknown[]).length > 0) return;
  conversion.putLeaf(
    target,
    stringboolLeaf(
      (value) => (write as (value: boolean, payload: object) => unknown)(value, { value, issues: [] }),
      wordsOf(def['transform']),
    ),
  );
}

/** The words that a z.stringbool() reads. They are only in the issue that it raises for another word. */
function wordsOf(read: unknown): readonly string[] | undefined {
  // A function of zod's own, and not one of the app.
  if (typeof read !== 'function' || !/["']stringbool["']/.test(String(read))) return undefined;
  const issues: { values?: readonly string[] }[] = [];
  try {
    (read as (value: string, payload: object) => unknown)('', { value: '', issues });
  } catch {
    return undefined;
  }
  return issues[0]?.values;
}

// In JSON, a value may fit several branches of a z.xor: a date-time is also a string. It goes to the first one.
function loosenXor(target: JsonSchema): void {
  const { oneOf } = target;
  if (!Array.isArray(oneOf) || !oneOf.some((branch: JsonSchema) => getMark(branch) !== undefined)) return;
  delete target['oneOf'];
  target['anyOf'] = oneOf;
}

function markLiteral(values: unknown[], target: JsonSchema, conversion: Conversion): void {
  const defined = values.filter((value) => value !== undefined);
  if (defined.length === 0 && values.length > 0) setMark(target, { is: 'undefined' });
  else if (!areJson(defined)) conversion.putLeaf(target, literalLeaf(defined));
  // Before 4.2, zod wrote the type of null as object.
  else if (target.type === 'object') target.type = 'null';
}

function markMap(schema: Zod4Schema, target: JsonSchema, conversion: Conversion, islands: Islands): void {
  const { def } = schema._zod;
  const [key, value] = [def['keyType'] as Zod4Schema, def['valueType'] as Zod4Schema];
  const isObject = isStringKey(key, conversion.io);
  if (isObject) {
    Object.assign(target, { type: 'object', additionalProperties: islands.refer(value) });
    if (key._zod.def.type !== 'string' || (key._zod.def['checks'] ?? []).length > 0) {
      target['propertyNames'] = islands.refer(key);
    }
  } else {
    const pair = {
      type: 'array',
      prefixItems: [islands.refer(key), orNull(value, islands.refer(value), conversion)],
      items: false,
      minItems: 2,
      maxItems: 2,
    };
    Object.assign(target, { type: 'array', items: pair });
  }
  const [min, max] = isObject ? ['minProperties', 'maxProperties'] : ['minItems', 'maxItems'];
  const { minimum, maximum } = sizesOf(schema);
  if (minimum !== undefined) target[min] = minimum;
  if (maximum !== undefined) target[max] = maximum;
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
  const Class = classOf(schema);
  // Nothing is known about a custom check without a class. It receives the JSON value as the client sent it.
  if (Class !== undefined) conversion.putClass(target, Class);
}

function fileRules(schema: Zod4Schema): FileRules {
  const { minimum, maximum } = sizesOf(schema);
  const mimeTypes = mimeTypesOf(schema);
  return {
    ...(mimeTypes !== undefined && { mimeTypes }),
    ...(minimum !== undefined && { minBytes: minimum }),
    ...(maximum !== undefined && { maxBytes: maximum }),
  };
}

/** What zod calls a format, and JSON Schema calls otherwise. */
const formatNames: Record<string, string | undefined> = { datetime: 'date-time', url: 'uri', guid: 'uuid' };

function markFormat(schema: Zod4Schema, target: JsonSchema): void {
  const checks = checksOf(schema);
  if (checks.length === 0) return;
  const patterns: string[] = [];
  const notes: Record<string, 'own'> = {};
  for (const check of checks) {
    const { pattern } = check._zod.def as { pattern?: unknown };
    if (!(pattern instanceof RegExp)) continue;
    if (isPatternOfFormat(check) || libraryPatterns.has(pattern.source)) patterns.push(pattern.source);
    else notes[pattern.source] = 'own';
  }
  notePatterns(target, notes);
  const isSaid = (format: string): boolean =>
    format === 'uri' || patterns.some((source) => findVariant(format, source) !== undefined);
  // A pattern of the app's own takes other addresses than those of the format.
  if (target['format'] === 'email' && !isSaid('email')) delete target['format'];
  const defs = checks.map((check) => check._zod.def);
  for (const def of defs) if (def['format'] === 'url') wordUrl(def, target);
  if (affixFormats.has(target['format'])) delete target['format'];
  if (target['format'] !== undefined) return;
  // zod forgets the format where `.regex()` follows.
  for (const { format } of defs as { format?: unknown }[]) {
    if (typeof format !== 'string') continue;
    const name = formatNames[format] ?? format;
    if (name in knownFormats && isSaid(name)) target['format'] = name;
  }
}

/** What zod calls the format of a text that begins with another one, for example. */
const affixFormats: ReadonlySet<unknown> = new Set(
  'regex starts_with ends_with includes lowercase uppercase'.split(' '),
);

/** Patterns that zod exports, which an app passes as `pattern`: `z.email({ pattern: z.regexes.html5Email })`. */
const libraryPatterns: ReadonlySet<string> = new Set(
  Object.values(regexes as Record<string, unknown>)
    .filter((value) => value instanceof RegExp)
    .map(({ source }) => source),
);

/** Says what z.httpUrl() and the options of z.url() want. */
function wordUrl(def: Zod4Schema['_zod']['def'], target: JsonSchema): void {
  const [protocol, hostname] = [def['protocol'] as unknown, def['hostname'] as unknown];
  const isHttp = protocol instanceof RegExp && protocol.source === '^https?$';
  const parts: string[] = [];
  if (protocol instanceof RegExp && !isHttp) parts.push(`a scheme that matches ${String(protocol)}`);
  if (hostname instanceof RegExp) {
    const { domain } = regexes as { domain?: RegExp };
    const isDomain = hostname.source === domain?.source;
    parts.push(isDomain ? 'a domain name' : `a host that matches ${String(hostname)}`);
  }
  if (!isHttp && parts.length === 0) return;
  const kind = isHttp ? 'http or https URL' : 'URL';
  addWords(target, parts.length === 0 ? kind : `${kind} with ${parts.join(' and ')}`);
}

function patternsOf(schema: Zod4Schema): unknown[] {
  return checksOf(schema).map((check) => check._zod.def['pattern'] as unknown);
}

/** Adds bounds to the description of a date or a bigint. These are strings in JSON, so that no keyword can express bounds. */
export function describeBounds(schema: Zod4Schema, target: JsonSchema): void {
  const { def } = schema._zod;
  if (def.type !== 'date' && def.type !== 'bigint') return;
  for (const { _zod: check } of checksOf(schema)) {
    const name = bigintFormats[String(check.def['format'])];
    if (name !== undefined) describe(target, name);
  }
  for (const check of (def['checks'] ?? []) as Zod4Schema[]) {
    const { check: kind, value, inclusive } = check._zod.def as unknown as Bound;
    if (kind !== 'greater_than' && kind !== 'less_than') continue;
    const isDate = value instanceof Date && !Number.isNaN(value.getTime());
    if (!isDate && typeof value !== 'bigint') continue;
    const sign = kind === 'greater_than' ? '>' : '<';
    describe(target, `${sign}${inclusive ? '=' : ''} ${String(toPlainJson(value))}`);
  }
}

const bigintFormats: Record<string, string | undefined> = {
  int64: '64-bit integer',
  uint64: 'unsigned 64-bit integer',
};

interface Bound {
  check: string;
  value: unknown;
  inclusive: boolean;
}
