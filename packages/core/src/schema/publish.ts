import { formatPath } from './wire-error.ts';
import { describe } from './vendor/annotate.ts';
import {
  deref,
  eachChild,
  isSchema,
  plainKeywords,
  refTo,
  schemaKeywords,
  schemaListKeywords,
  schemaMapKeywords,
  setOwn,
  type JsonSchema,
} from './json-schema.ts';
import { getMark, type Mark } from './mark.ts';
import { freeName } from './refs.ts';
import { toPortable } from './pattern.ts';
import { SchemaProblem } from './problem.ts';

// The formats that JSON Schema defines and clients know. Strict clients reject others.
const publishedFormats = new Set(
  (
    'date-time date time duration email hostname ipv4 ipv6 uri uri-reference uuid uri-template json-pointer ' +
    'relative-json-pointer regex'
  ).split(' '),
);

/**
 * Formats that clients check more strictly than the validators that say them. A client would refuse a result with the
 * time `10:00`, or with a URL with an umlaut.
 */
const strictFormats = new Set(['date-time', 'time', 'duration', 'uri', 'uri-reference']);

/**
 * Makes the schema that clients see: without marks, without what no JSON value fits, and with the keywords of 2020-12
 * only. The schema of an output (`result`) is what clients check results with, so it says nothing that they read in
 * another way than the validator.
 */
export function publish(root: JsonSchema, of: 'input' | 'result'): JsonSchema {
  const isImpossible = compileImpossible(root);
  const shared: Record<string, JsonSchema> = {};
  const published = publishNode(root);
  if (Object.keys(shared).length > 0) published.$defs = { ...published.$defs, ...shared };
  return published;

  function share(schema: unknown): JsonSchema | boolean {
    if (!isSchema(schema) || JSON.stringify(schema).length <= maxRepeated)
      return schema as JsonSchema | boolean;
    const text = JSON.stringify(schema);
    const known = Object.keys(shared).find((name) => JSON.stringify(shared[name]) === text);
    const name = known ?? freeName('part', { ...root.$defs, ...shared });
    shared[name] = schema;
    return { $ref: refTo(name) };
  }

  function publishNode(schema: JsonSchema): JsonSchema {
    if (isImpossible(schema)) return { ...pickAnnotations(schema), not: {} };
    const out: JsonSchema = {};
    for (const keyword in schema) {
      const value = schema[keyword];
      if (keyword === 'format') publishFormat(out, schema);
      else if (plainKeywords.has(keyword)) publishPlain(out, keyword, value);
      else if (schemaKeywords.has(keyword)) publishChild(out, keyword, value);
      else if (schemaListKeywords.has(keyword)) publishList(out, keyword, value as JsonSchema[]);
      else if (schemaMapKeywords.has(keyword)) publishMap(out, keyword, value as Record<string, JsonSchema>);
    }
    // A list ends before an item that cannot be sent.
    const [all, kept] = [schema['prefixItems'], out['prefixItems']] as [unknown[]?, unknown[]?];
    if (kept !== undefined && kept.length < all!.length) out['items'] = false;
    return unwrapSingle(addType(joinTexts(splitTypes(toStrictTuple(nameRequired(root, out), share)))));
  }

  function publishFormat(out: JsonSchema, schema: JsonSchema): void {
    const format = schema['format'] as string;
    const isLeft = of === 'result' && strictFormats.has(format) && getMark(schema)?.is !== 'leaf';
    if (publishedFormats.has(format) && !isLeft) out['format'] = format;
  }

  function publishChild(out: JsonSchema, keyword: string, value: unknown): void {
    if (!isSchema(value)) out[keyword] = value;
    else if (keyword === 'items' && isImpossible(value)) out[keyword] = false;
    else if (keyword === 'additionalProperties' && isImpossible(value)) out[keyword] = false;
    else out[keyword] = publishNode(value);
  }

  function publishList(out: JsonSchema, keyword: string, value: readonly (JsonSchema | boolean)[]): void {
    const end = value.findIndex(isImpossible);
    const kept =
      keyword === 'prefixItems' && end !== -1
        ? value.slice(0, end)
        : value.filter((branch) => !isImpossible(branch));
    if (kept.length > 0 || keyword === 'prefixItems')
      out[keyword] = kept.map((branch) => (isSchema(branch) ? publishNode(branch) : branch));
  }

  function publishMap(out: JsonSchema, keyword: string, value: Record<string, JsonSchema>): void {
    const named = {};
    for (const [name, child] of Object.entries(value)) {
      if (isImpossible(child)) continue;
      const key = keyword === 'patternProperties' ? toPortable(name) : name;
      if (key !== undefined) setOwn(named, key, isSchema(child) ? publishNode(child) : child);
      // Keys that only the pattern knew may be sent all the same.
      else if (out['additionalProperties'] === false) delete out['additionalProperties'];
    }
    if (Object.keys(named).length > 0 || keyword === 'properties') out[keyword] = named;
  }
}

function publishPlain(out: JsonSchema, keyword: string, value: unknown): void {
  const plain = toPlain(keyword, value);
  if (plain !== undefined) out[keyword] = plain;
  else if (keyword === 'multipleOf') describe(out, `a multiple of ${String(value)}`);
}

/** The value of a keyword as all clients take it; undefined if it says nothing that they can check. */
function toPlain(keyword: string, value: unknown): unknown {
  const kind = annotationKinds[keyword];
  if (kind !== undefined) return kind(value) ? value : undefined;
  if (keyword === 'type' && Array.isArray(value)) return compactTypes(value as string[]);
  if (keyword === 'enum' && Array.isArray(value)) return [...new Set(value as unknown[])];
  if (keyword === 'pattern') return toPortable(value as string);
  // A converter that copies through JSON writes null for an infinity.
  if (value === null && sizeKeyword.test(keyword)) return undefined;
  if (typeof value !== 'number') return value;
  // Clients divide, and 0.07 / 0.01 is no whole number. It is one for a step that a computer stores exactly.
  if (keyword === 'multipleOf')
    return Number.isInteger(value * 2 ** 20) ? Math.abs(value) || undefined : undefined;
  const [, side, isSize] = sizeKeyword.exec(keyword) ?? [];
  if (side === undefined) return value;
  if (!Number.isFinite(value)) return undefined;
  if (isSize === undefined) return value;
  return side === 'max' ? Math.floor(value) : Math.max(Math.ceil(value), 0);
}

const sizeKeyword = /^(min|max|exclusiveMin|exclusiveMax)(?:imum|(Length|Items|Properties))$/;

/** What annotations have to be. Others, which an app writes for other tools, are left out. */
const annotationKinds: Record<string, ((value: unknown) => boolean) | undefined> = {
  title: (value) => typeof value === 'string',
  description: (value) => typeof value === 'string',
  examples: Array.isArray,
  deprecated: (value) => typeof value === 'boolean',
  readOnly: (value) => typeof value === 'boolean',
  writeOnly: (value) => typeof value === 'boolean',
};

/** The length of JSON up to which a schema is written several times. */
const maxRepeated = 60;

/**
 * Writes out the required keys of a record, because strict validators want a required key among `properties`. Where all
 * keys are required and that would be long, it is the number of keys that says the same.
 */
function nameRequired(root: JsonSchema, schema: JsonSchema): JsonSchema {
  const { propertyNames, additionalProperties: value = {}, required, ...beside } = schema;
  if (required === undefined || !isSchema(propertyNames) || schema.properties !== undefined) return schema;
  const names = namesOf(root, propertyNames, 0);
  const isComplete = names?.every((name) => required.includes(name as string)) ?? false;
  if (isComplete && JSON.stringify(value).length * required.length > maxWrittenOut) {
    return { ...beside, propertyNames, additionalProperties: value, minProperties: new Set(names).size };
  }
  const properties = {};
  for (const name of required) setOwn(properties, name, value);
  if (isComplete) return { ...beside, properties, required, additionalProperties: false };
  return { ...beside, properties, required, propertyNames, additionalProperties: value };
}

/** The only names that a schema of names allows; undefined if it allows others. */
function namesOf(root: JsonSchema, names: JsonSchema, depth: number): unknown[] | undefined {
  const { const: only, enum: some, anyOf } = deref(root, names);
  if (only !== undefined) return [only];
  if (Array.isArray(some)) return some;
  if (!Array.isArray(anyOf) || depth > 8) return undefined;
  const parts = (anyOf as JsonSchema[]).map((part) => namesOf(root, part, depth + 1));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

const maxWrittenOut = 600;

/**
 * Writes a tuple in a way that all validators read the same. Strict ones want `prefixItems` only where each item is
 * required and no others follow, so each length is a tuple of its own, up to some length. Those of drafts before 2020-12
 * do not know it, and apply `items` to all items. `share` makes a definition of what is written several times.
 */
function toStrictTuple(schema: JsonSchema, share: (schema: unknown) => JsonSchema | boolean): JsonSchema {
  const { prefixItems, items, minItems = 0, maxItems, ...beside } = schema;
  const [least, most] = [minItems as number, (maxItems as number | undefined) ?? Infinity];
  if (prefixItems === undefined) return items === false ? { ...beside, ...sizes(least, 0) } : schema;
  const first = (prefixItems as JsonSchema[]).slice(0, most);
  const end = Math.min(most, items === false ? first.length : Infinity);
  if (end === least) {
    return { ...beside, ...(least > 0 && { prefixItems: first }), ...sizes(least, least) };
  }
  const rest = items ?? {};
  const all = [...first, rest].map(share);
  const last = Math.min(end, Math.max(least, first.length) + mostAfterTuple);
  const tuples = [];
  for (let length = least; length <= last; length++) {
    const written = Array.from({ length }, (_, index) => all[Math.min(index, first.length)]);
    tuples.push({ ...(length > 0 && { prefixItems: written }), ...sizes(length, length) });
  }
  const longer = last < end ? [{ ...toItems(all), ...sizes(last + 1, end) }] : [];
  return { ...beside, type: 'array', anyOf: [...tuples, ...longer] };
}

/** How many items after those of a tuple are written out. */
const mostAfterTuple = 3;

function toItems(alternatives: readonly unknown[]): JsonSchema {
  const distinct = new Map(alternatives.map((each) => [JSON.stringify(each), each]));
  if (distinct.has('{}') || distinct.has('true')) return {};
  const [only, ...others] = distinct.values();
  return { items: others.length === 0 ? only : { anyOf: [only, ...others] } };
}

function sizes(least: number, most: number): JsonSchema {
  return { ...(least > 0 && { minItems: least }), ...(most < Infinity && { maxItems: most }) };
}

/** Writes what several schemas say of a text or a number into one, if no keyword is in two of them. */
function joinTexts(schema: JsonSchema): JsonSchema {
  const { allOf, ...beside } = schema;
  if (!Array.isArray(allOf)) return schema;
  const joined: JsonSchema = { ...beside };
  for (const part of allOf as JsonSchema[]) {
    if (part.type !== 'string' && part.type !== 'number' && part.type !== 'integer') return schema;
    for (const keyword in part) {
      if (keyword in joined && joined[keyword] !== part[keyword]) return schema;
      joined[keyword] = part[keyword];
    }
  }
  return joined;
}

function compactTypes(types: readonly string[]): string | string[] {
  const distinct = [...new Set(types)];
  return distinct.length === 1 ? distinct[0]! : distinct;
}

/** Writes `type: ['string', 'integer']` as a union, which strict clients require. Only `null` may stand beside a type. */
function splitTypes(schema: JsonSchema): JsonSchema {
  const { type: types, ...beside } = schema;
  if (!Array.isArray(types) || (types.length === 2 && types.includes('null'))) return schema;
  if ('enum' in schema || 'const' in schema) return beside;
  if ('anyOf' in schema) return schema;
  const common: JsonSchema = {};
  const branches: JsonSchema[] = types.map((type) => ({ type }));
  for (const [keyword, value] of Object.entries(beside)) {
    const type = typeOf[keyword];
    const owners = branches.filter(
      (branch) => (type === 'number' && branch.type === 'integer') || branch.type === type,
    );
    for (const owner of owners) owner[keyword] = value;
    if (type === undefined) common[keyword] = value;
  }
  return { ...common, anyOf: branches };
}

/** The type of value to which a keyword applies. */
const typeOf: Record<string, string | undefined> = Object.fromEntries(
  Object.entries({
    string: 'format pattern minLength maxLength contentEncoding contentMediaType',
    number: 'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf',
    array: 'items prefixItems minItems maxItems uniqueItems contains minContains maxContains',
    object:
      'properties required additionalProperties patternProperties propertyNames minProperties maxProperties dependentRequired dependentSchemas',
  }).flatMap(([type, keywords]) => keywords.split(' ').map((keyword) => [keyword, type])),
);

const stringKeywords = ['format', 'pattern', 'minLength', 'maxLength', 'contentEncoding'];

// Strict clients require a `type` beside keywords that apply to one type only.
function addType(schema: JsonSchema): JsonSchema {
  if (schema.type !== undefined) return schema;
  if ('unevaluatedProperties' in schema) return { type: 'object', ...schema };
  if (!stringKeywords.some((keyword) => keyword in schema)) return schema;
  const { const: only, anyOf, oneOf } = schema;
  const branches = (anyOf ?? oneOf) as JsonSchema[] | undefined;
  const isOfStrings =
    typeof only === 'string' || branches?.every((branch) => branch.type === 'string') === true;
  return isOfStrings ? { type: 'string', ...schema } : schema;
}

/** Compiles the question whether no JSON value fits a schema. Most documents have no such place at all. */
function compileImpossible(root: JsonSchema): (schema: JsonSchema | boolean) => boolean {
  if (!hasImpossible(root)) return () => false;
  const known = new Map<JsonSchema, boolean>();
  return (schema) => {
    if (typeof schema === 'boolean') return false;
    let is = known.get(schema);
    if (is === undefined) known.set(schema, (is = findImpossible(root, schema, [], new Set()) !== undefined));
    return is;
  };
}

function hasImpossible(schema: JsonSchema): boolean {
  if (isNothing(schema)) return true;
  let found = false;
  eachChild(schema, (child) => {
    found ||= hasImpossible(child);
  });
  return found;
}

/** Whether this schema itself says that no JSON value fits it. */
function isNothing(schema: JsonSchema): boolean {
  const mark = getMark(schema)?.is;
  if (mark === 'never' || mark === 'undefined') return true;
  const { not } = schema;
  return isSchema(not) && Object.keys(not).length === 0;
}

function pickAnnotations({ title, description }: JsonSchema): JsonSchema {
  return { ...(title !== undefined && { title }), ...(description !== undefined && { description }) };
}

// Replaces a union that has only one branch left by this branch.
function unwrapSingle(schema: JsonSchema): JsonSchema {
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const branches = schema[keyword] as JsonSchema[] | undefined;
    if (branches?.length !== 1 || !isSchema(branches[0])) continue;
    const { [keyword]: _, ...beside } = schema;
    if (
      Object.keys(beside).every((key) => !(key in branches[0]!) || key === 'description' || key === 'title')
    ) {
      return { ...branches[0], ...beside };
    }
  }
  return schema;
}

/**
 * Throws a SchemaProblem, with the place and the reason, if the schema accepts no JSON value at all, or if it has a list
 * of instances of a class that is not known.
 */
export function assertPossible(root: JsonSchema): void {
  if (!hasImpossible(root)) return;
  const found = findImpossible(root, root, [], new Set()) ?? findUntaughtItem(root, root, [], new Set());
  if (found === undefined) return;
  const at = found.path.length === 0 ? '' : `${formatPath(found.path)}: `;
  throw new SchemaProblem(found.code, `${at}${found.reason}`);
}

interface Impossible {
  path: (string | number)[];
  code: Extract<Mark, { is: 'never' }>['code'];
  reason: string;
}

function findImpossible(
  root: JsonSchema,
  raw: JsonSchema,
  path: (string | number)[],
  seen: Set<unknown>,
): Impossible | undefined {
  if (seen.has(raw['$ref'])) return undefined;
  if (raw['$ref'] !== undefined) seen.add(raw['$ref']);
  const node = deref(root, raw);
  const mark = getMark(node);
  if (mark?.is === 'never') return { path, code: mark.code, reason: mark.reason };
  if (mark === undefined && isNothing(node)) {
    return { path, code: 'SCHEMA_UNSUPPORTED', reason: 'its JSON Schema accepts nothing' };
  }
  if (mark?.is === 'undefined') {
    return {
      path,
      code: 'SCHEMA_UNSUPPORTED',
      reason: 'only undefined is accepted, and JSON has no undefined',
    };
  }
  const below = (child: unknown, key?: string | number): Impossible | undefined =>
    isSchema(child)
      ? findImpossible(root, child, key === undefined ? path : [...path, key], seen)
      : undefined;
  for (const key of node.required ?? []) {
    const found = Object.hasOwn(node.properties ?? {}, key) ? below(node.properties![key], key) : undefined;
    if (found !== undefined) return found;
  }
  const least = (node['minItems'] as number | undefined) ?? 0;
  const first = (node['prefixItems'] ?? []) as JsonSchema[];
  for (let index = 0; index < Math.min(least, first.length); index++) {
    const found = below(first[index], index);
    if (found !== undefined) return found;
  }
  if (least > first.length) {
    const found = below(node['items'], first.length);
    if (found !== undefined) return found;
  }
  for (const part of (node['allOf'] ?? []) as JsonSchema[]) {
    const found = below(part);
    if (found !== undefined) return found;
  }
  const branches = ((node['anyOf'] ?? node['oneOf'] ?? []) as JsonSchema[]).map((branch) => below(branch));
  return branches.length > 0 && branches.every((found) => found !== undefined) ? branches[0] : undefined;
}

/** Finds the items of a list that cannot be sent, although the list can be: it would always have to be empty. */
function findUntaughtItem(
  root: JsonSchema,
  raw: JsonSchema,
  path: (string | number)[],
  seen: Set<unknown>,
): Impossible | undefined {
  if (seen.has(raw['$ref'])) return undefined;
  if (raw['$ref'] !== undefined) seen.add(raw['$ref']);
  const node = deref(root, raw);
  if (isSchema(node['items'])) {
    const found = findImpossible(root, node['items'], [...path, 0], new Set());
    if (found?.code === 'CODEC_MISSING') return found;
  }
  let found: Impossible | undefined;
  const names = new Map(Object.entries(node.properties ?? {}).map(([name, child]) => [child, name]));
  eachChild(node, (child, keyword) => {
    if (keyword === '$defs') return;
    const name = keyword === 'properties' ? names.get(child) : undefined;
    found ??= findUntaughtItem(root, child, name === undefined ? path : [...path, name], seen);
  });
  return found;
}
