import { setOwn, type JsonSchema } from '../json-schema.ts';
import { checksOf } from './zod4-check.ts';
import type { Zod4Schema } from './zod4-schema.ts';

/** What is called for every schema that is converted, as zod calls its option `override`. */
export type Override = (about: { zodSchema: Zod4Schema; jsonSchema: JsonSchema }) => void;

/**
 * Converts what most schemas are made of: objects, lists, texts, numbers, enums and what wraps them. Returns `undefined` for a
 * schema with anything else inside, and for other versions of zod, of which only zod itself knows what they write.
 *
 * zod's own converter takes more time than all the rest of a mount: it flattens and copies each schema several times, for
 * references that such schemas do not have. A test compares the two.
 */
export function convertPlain(
  root: Zod4Schema,
  io: 'input' | 'output',
  override: Override,
): JsonSchema | undefined {
  const { version } = root._zod;
  if (version?.major !== 4 || version.minor !== knownMinor || root.toJSONSchema === undefined)
    return undefined;
  const registry = (globalThis as { __zod_globalRegistry?: Registry }).__zod_globalRegistry;
  if (registry === undefined) return undefined;
  const unions: JsonSchema[] = [];
  const open = new Set<Zod4Schema>();
  const context = { target: 'draft-2020-12', unrepresentable: 'any', io, metadataRegistry: registry };

  const body = convert(root);
  if (body === undefined) return undefined;
  for (const union of unions) joinTypes(union);
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...body };

  function convert(schema: Zod4Schema): JsonSchema | undefined {
    if (open.has(schema) || !isUsual(schema)) return undefined;
    open.add(schema);
    const json = convertInside(schema);
    open.delete(schema);
    if (json === undefined) return undefined;
    override({ zodSchema: schema, jsonSchema: json });
    if (json['anyOf'] !== undefined) unions.push(json);
    return json;
  }

  /** Whether nothing but its definition says how it is written. A schema also has the references of those it was made of. */
  function isUsual(schema: Zod4Schema): boolean {
    for (let each: Zod4Schema | undefined = schema; each !== undefined; each = each._zod.parent) {
      if (each._zod.toJSONSchema !== undefined) return false;
      const meta = registry!.get(each);
      if (meta !== undefined && 'id' in meta) return false;
    }
    return true;
  }

  function convertInside(schema: Zod4Schema): JsonSchema | undefined {
    const { def } = schema._zod;
    switch (def.type) {
      case 'string':
      case 'number':
      case 'boolean':
      case 'null':
      case 'date':
      case 'enum':
      case 'any':
      case 'unknown':
        return convertLeaf(schema);
      case 'literal':
        return (def['values'] as unknown[]).every(isPlainValue) ? convertLeaf(schema) : undefined;
      case 'object':
        return convertObject(schema);
      case 'array': {
        // Bounds come first, as zod writes them.
        const json = boundsOf(schema);
        const items = json && convert(def['element'] as Zod4Schema);
        return items && addMeta(schema, Object.assign(json, { type: 'array', items }));
      }
      case 'record':
        return convertRecord(schema);
      case 'union':
        return convertUnion(schema);
      case 'nullable': {
        const inner = convert(def['innerType'] as Zod4Schema);
        return inner && addMeta(schema, { anyOf: [inner, { type: 'null' }] });
      }
      case 'optional':
        return wrap(schema, {});
      case 'readonly':
        return wrap(schema, { readOnly: true });
      case 'default': {
        const value: unknown = def['defaultValue'];
        return isPlain(value) ? wrap(schema, { default: copy(value) }) : undefined;
      }
      default:
        return undefined;
    }
  }

  /** What the schema's own function writes, which knows the version of zod that made it. */
  function convertLeaf(schema: Zod4Schema): JsonSchema | undefined {
    const json: JsonSchema = {};
    schema._zod.processJSONSchema?.(context, json, { path: [], schemaPath: [schema] });
    for (const keyword in json) {
      // A schema inherits `allOf` from the one that it was made of. JSON has no infinity.
      const value = json[keyword];
      if (keyword === 'allOf' || (typeof value === 'number' && !Number.isFinite(value))) return undefined;
    }
    return addMeta(schema, json);
  }

  function convertObject(schema: Zod4Schema): JsonSchema | undefined {
    const { def } = schema._zod;
    const shape = def['shape'] as Record<string, Zod4Schema>;
    if (Object.getOwnPropertySymbols(shape).length > 0) return undefined;
    const properties: Record<string, JsonSchema> = {};
    const required: string[] = [];
    for (const key of Object.keys(shape)) {
      const field = shape[key]!;
      const made = convert(field);
      if (made === undefined) return undefined;
      setOwn(properties, key, made);
      if ((io === 'input' ? field._zod.optin : field._zod.optout) === undefined) required.push(key);
    }
    const json: JsonSchema = { type: 'object', properties };
    if (required.length > 0) json.required = required;
    const catchall = def['catchall'] as Zod4Schema | undefined;
    if (catchall === undefined) {
      if (io === 'output') json['additionalProperties'] = false;
    } else if (catchall._zod.def.type === 'never') json['additionalProperties'] = false;
    else {
      const others = convert(catchall);
      if (others === undefined) return undefined;
      json['additionalProperties'] = others;
    }
    return addMeta(schema, json);
  }

  function convertRecord(schema: Zod4Schema): JsonSchema | undefined {
    const { def } = schema._zod;
    const key = def['keyType'] as Zod4Schema;
    const isOfTexts = key._zod.def.type === 'string' && checksOf(key).length === 0 && isEmpty(key._zod.bag);
    if (!isOfTexts || def['mode'] === 'loose') return undefined;
    const propertyNames = convert(key);
    const additionalProperties = propertyNames && convert(def['valueType'] as Zod4Schema);
    return additionalProperties && addMeta(schema, { type: 'object', propertyNames, additionalProperties });
  }

  function convertUnion(schema: Zod4Schema): JsonSchema | undefined {
    const { def } = schema._zod;
    const branches: JsonSchema[] = [];
    for (const option of def['options'] as Zod4Schema[]) {
      const branch = convert(option);
      if (branch === undefined) return undefined;
      branches.push(branch);
    }
    return addMeta(schema, { [def['inclusive'] === false ? 'oneOf' : 'anyOf']: branches });
  }

  /** What a schema says of its own comes first, and takes precedence over what is inside. */
  function wrap(schema: Zod4Schema, own: JsonSchema): JsonSchema | undefined {
    const inner = convert(schema._zod.def['innerType'] as Zod4Schema);
    const json = inner && addMeta(schema, own);
    if (json === undefined) return undefined;
    for (const keyword in inner) if (!(keyword in json)) json[keyword] = inner[keyword];
    return json;
  }

  function addMeta(schema: Zod4Schema, json: JsonSchema): JsonSchema | undefined {
    const meta = registry!.get(schema);
    if (meta === undefined) return json;
    for (const keyword of Reflect.ownKeys(meta)) {
      const value = (meta as Record<PropertyKey, unknown>)[keyword];
      // References and what zod keeps for itself begin with another character.
      if (typeof keyword !== 'string' || !/^[a-z]/i.test(keyword)) return undefined;
      if (!isPlain(value)) return undefined;
      json[keyword] = copy(value);
    }
    return json;
  }
}

/** The version whose conversion this is: 4.6. */
const knownMinor = 6;

interface Registry {
  get(schema: Zod4Schema): object | undefined;
}

/** Whether a value is the same after a way through JSON. */
function isPlainValue(value: unknown): boolean {
  return typeof value === 'number'
    ? Number.isFinite(value)
    : value === null || typeof value === 'string' || typeof value === 'boolean';
}

function isPlain(value: unknown): boolean {
  return isPlainValue(value) || (Array.isArray(value) && value.every(isPlainValue));
}

function copy(value: unknown): unknown {
  return Array.isArray(value) ? [...(value as unknown[])] : value;
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}

/** The bounds of a list; `undefined` if it has checks of other kinds. */
function boundsOf(schema: Zod4Schema): JsonSchema | undefined {
  if (!isEmpty(schema._zod.bag)) return undefined;
  let [least, most] = [-Infinity, Infinity];
  for (const { _zod: check } of checksOf(schema)) {
    const { check: kind, minimum, maximum, length } = check.def;
    if (kind === 'min_length') least = Math.max(least, minimum as number);
    else if (kind === 'max_length') most = Math.min(most, maximum as number);
    else if (kind === 'length_equals') {
      least = Math.max(least, length as number);
      most = Math.min(most, length as number);
    } else if (kind !== 'custom' && kind !== 'overwrite') return undefined;
  }
  return { ...(least > -Infinity && { minItems: least }), ...(most < Infinity && { maxItems: most }) };
}

/** Writes a union of bare types as a list of types, as zod does. */
function joinTypes(schema: JsonSchema): void {
  const { anyOf, type: own } = schema;
  if (!Array.isArray(anyOf) || anyOf.length === 0 || own !== undefined) return;
  const types = new Set<string>();
  for (const branch of anyOf as JsonSchema[]) {
    joinTypes(branch);
    const keywords = Object.keys(branch);
    if (keywords.length !== 1 || keywords[0] !== 'type') return;
    for (const type of [branch.type].flat()) types.add(type!);
  }
  delete schema['anyOf'];
  schema.type = types.size === 1 ? [...types][0]! : [...types];
}
