import { isRecord } from '../record.ts';

/** A JSON Schema of draft 2020-12. */
export interface JsonSchema {
  [keyword: string]: unknown;
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  $defs?: Record<string, JsonSchema>;
}

/** A JSON Schema whose root is an object. MCP requires one for tool inputs, clients of 2025 also for outputs. */
export interface JsonObjectSchema extends JsonSchema {
  type: 'object';
}

/** Keywords whose value is one schema. */
export const schemaKeywords: ReadonlySet<string> = new Set([
  'items',
  'additionalProperties',
  'propertyNames',
  'not',
  'contains',
  'if',
  'then',
  'else',
  'unevaluatedItems',
  'unevaluatedProperties',
  'contentSchema',
]);

/** Keywords whose value is a list of schemas. */
export const schemaListKeywords: ReadonlySet<string> = new Set(['prefixItems', 'anyOf', 'oneOf', 'allOf']);

/** Keywords whose value is an object of schemas. */
export const schemaMapKeywords: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
]);

/** Other keywords of 2020-12, and one of MCP. Any further keyword, such as the app's own metadata, is not published. */
export const plainKeywords: ReadonlySet<string> = new Set(
  (
    '$ref type const enum required format pattern title description default examples deprecated readOnly writeOnly ' +
    'minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems ' +
    'minProperties maxProperties minContains maxContains dependentRequired contentEncoding contentMediaType x-mcp-header'
  ).split(' '),
);

/** How many schemas a keyword holds. Others hold none. */
const holders: ReadonlyMap<string, 'one' | 'list' | 'map'> = new Map([
  ...Array.from(schemaKeywords, (keyword) => [keyword, 'one'] as const),
  ...Array.from(schemaListKeywords, (keyword) => [keyword, 'list'] as const),
  ...Array.from(schemaMapKeywords, (keyword) => [keyword, 'map'] as const),
]);

export function isSchema(value: unknown): value is JsonSchema {
  return isRecord(value);
}

/** Sets a key of an object, also if it is called `__proto__`. */
export function setOwn(target: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    (target as Record<string, unknown>)[key] = value;
  }
}

/** Calls `visit` for every schema directly inside `schema`, in the order in which they are written. */
export function eachChild(schema: JsonSchema, visit: (child: JsonSchema, keyword: string) => void): void {
  for (const keyword in schema) {
    const holder = holders.get(keyword);
    if (holder === undefined) continue;
    const value = schema[keyword];
    if (holder === 'one') {
      if (isSchema(value)) visit(value, keyword);
    } else {
      const children = holder === 'list' ? (value as unknown[]) : Object.values(value as object);
      for (const child of children as unknown[]) if (isSchema(child)) visit(child, keyword);
    }
  }
}

/** Copies a schema and replaces every schema directly inside by what `map` returns. Everything else is shared. */
export function mapChildren(
  schema: JsonSchema,
  map: (child: JsonSchema, keyword: string) => JsonSchema | boolean,
): JsonSchema {
  const copy: JsonSchema = {};
  for (const keyword in schema) {
    const value = schema[keyword];
    const holder = holders.get(keyword);
    if (holder === undefined) {
      copy[keyword] = value;
    } else if (holder === 'one') {
      copy[keyword] = isSchema(value) ? map(value, keyword) : value;
    } else if (holder === 'list') {
      copy[keyword] = (value as unknown[]).map((child) => (isSchema(child) ? map(child, keyword) : child));
    } else {
      const named = {};
      const children = value as Record<string, unknown>;
      for (const name of Object.keys(children)) {
        const child = children[name];
        setOwn(named, name, isSchema(child) ? map(child, keyword) : child);
      }
      copy[keyword] = named;
    }
  }
  return copy;
}

/** Finds the schema that a local `$ref` (`#`, `#/$defs/User`, `#/properties/tree`) points at within `root`. */
export function resolveRef(root: JsonSchema, ref: string): JsonSchema | undefined {
  if (!ref.startsWith('#')) return undefined;
  let node: unknown = root;
  for (const part of ref.split('/').slice(1)) {
    const key = decodePointer(part);
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
    node = (node as Record<string, unknown>)[key];
  }
  return isSchema(node) ? node : undefined;
}

/** Follows references to a schema that is not a reference. Keywords beside a `$ref` override those of its target. */
export function deref(root: JsonSchema, schema: JsonSchema): JsonSchema {
  let found = schema;
  for (let hops = 0; typeof found['$ref'] === 'string' && hops < 32; hops++) {
    const { $ref, ...beside } = found;
    const target = resolveRef(root, $ref);
    if (target === undefined) return beside;
    found = Object.keys(beside).length === 0 ? target : { ...target, ...beside };
  }
  return found;
}

/** Makes the reference to a definition of this name. */
export function refTo(name: string): string {
  if (/^\w+$/.test(name)) return `#/$defs/${name}`;
  const escaped = name.replaceAll('~', '~0').replaceAll('/', '~1');
  // Everything but what `encodeURIComponent` cannot write: half a surrogate pair.
  return `#/$defs/${escaped.replaceAll(/[^\ud800-\udfff]+|[\ud800-\udbff][\udc00-\udfff]/g, encodeURIComponent)}`;
}

/** Reads one step of a reference: the reverse of what `refTo` does to a name. */
export function decodePointer(part: string): string {
  return unescapePointer(safeDecode(part));
}

/** Reads one step of a JSON Pointer that is not written as a URI. */
export function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function safeDecode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
