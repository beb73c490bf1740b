import { isRecord } from '../record.ts';
import {
  decodePointer,
  isSchema,
  type JsonObjectSchema,
  type JsonSchema,
  refTo,
  setOwn,
} from '../schema/json-schema.ts';
import { freeName, mapRefs } from '../schema/refs.ts';
import { describe } from '../schema/vendor/annotate.ts';

/** Renames properties of the root, everywhere in the schema where they are named. Their descriptions say the own names. */
export function renameProperties(
  schema: JsonObjectSchema,
  renamed: ReadonlyMap<string, string>,
): JsonObjectSchema {
  const root = withoutRootRefs(schema);
  const toName = (key: string): string => renamed.get(key) ?? key;
  const toNames = (keys: unknown): unknown => (Array.isArray(keys) ? keys.map(toName) : keys);
  const properties: Record<string, JsonSchema> = {};
  for (const [key, child] of Object.entries(root.properties ?? {})) {
    setOwn(properties, toName(key), renamed.has(key) ? withOwnName(child, key) : child);
  }
  const copy: JsonObjectSchema = { ...root, properties };
  if (root.required !== undefined) copy.required = root.required.map(toName);
  const { dependentRequired, default: usual, examples } = root;
  if (isRecord(dependentRequired)) {
    const entries = Object.entries(dependentRequired).map(([key, keys]) => [toName(key), toNames(keys)]);
    copy['dependentRequired'] = Object.fromEntries(entries);
  }
  if (isRecord(usual)) copy['default'] = renameKeys(usual, renamed);
  if (Array.isArray(examples)) {
    copy['examples'] = examples.map((each) => (isRecord(each) ? renameKeys(each, renamed) : each));
  }
  return mapRefs(copy, (ref) => renameRef(ref, renamed)) as JsonObjectSchema;
}

/** Renames the keys of an object, in their order. Its values are shared. */
export function renameKeys(
  record: Record<string, unknown>,
  names: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const copy = {};
  for (const key of Object.keys(record)) setOwn(copy, names.get(key) ?? key, record[key]);
  return copy;
}

const mostCharacters = 1000;

function withOwnName(child: unknown, key: string): JsonSchema {
  const copy: JsonSchema = isSchema(child) ? { ...child } : {};
  describe(copy, key === '' ? 'its name is empty in the app' : `${quote(key)} in the app`);
  return copy;
}

/** Quotes a name as it is, unless nobody could read it like that. */
function quote(key: string): string {
  const shown = key.length > mostCharacters ? `${key.slice(0, mostCharacters)}…` : key;
  return /[`\p{C}\p{Z}]/u.test(shown.replaceAll(' ', '')) ? JSON.stringify(shown) : `\`${shown}\``;
}

/**
 * Moves what refers to the root into a definition: inside of the arguments, the same object has its own names.
 */
function withoutRootRefs(schema: JsonObjectSchema): JsonObjectSchema {
  if (!JSON.stringify(schema).includes('"$ref":"#"')) return schema;
  const { $defs, ...root } = schema;
  const name = freeName('root', $defs ?? {});
  const move = (ref: string): string => (ref === '#' ? refTo(name) : ref);
  const moved = mapRefs({ ...schema, $defs: { ...$defs, [name]: root } }, move);
  return moved as JsonObjectSchema;
}

function renameRef(ref: string, renamed: ReadonlyMap<string, string>): string {
  const [root, keyword, key, ...rest] = ref.split('/');
  if (root !== '#' || keyword !== 'properties' || key === undefined) return ref;
  const name = renamed.get(decodePointer(key));
  // A legal name needs no escapes.
  return name === undefined ? ref : [root, keyword, name, ...rest].join('/');
}
