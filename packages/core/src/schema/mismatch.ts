import { isDateTime } from './wire/date-time.ts';
import { hasType } from './fit.ts';
import { deref, isSchema, type JsonSchema } from './json-schema.ts';
import { toRegExp } from './pattern.ts';
import { isRecord } from '../record.ts';

/** The first place at which a JSON value differs from a schema, and how. */
export interface Mismatch {
  /** The keys and positions that lead there. */
  path: readonly (string | number)[];
  /** Completes a sentence that begins with the place: `is null, and the type says a string`. */
  words: string;
}

/** Finds where a JSON value differs from a schema that was made from a type. Reads the keywords that such schemas have. */
export function findMismatch(root: JsonSchema, json: unknown): Mismatch | undefined {
  return find(root, json, []);

  function find(raw: JsonSchema, at: unknown, path: Mismatch['path']): Mismatch | undefined {
    if (path.length > mostLevels) return undefined;
    const node = deref(root, raw);
    const branches = (node['anyOf'] ?? node['oneOf']) as JsonSchema[] | undefined;
    if (branches !== undefined) return findInBranches(branches, at, path);
    return findInValue(node, at, path) ?? (Array.isArray(at) ? findInList : findInObject)(node, at, path);
  }

  /** The branch that fits furthest says what is wrong. */
  function findInBranches(
    branches: readonly JsonSchema[],
    at: unknown,
    path: Mismatch['path'],
  ): Mismatch | undefined {
    let furthest: Mismatch | undefined;
    for (const branch of branches) {
      const found = find(branch, at, path);
      if (found === undefined) return undefined;
      if (found.path.length > (furthest?.path.length ?? path.length)) furthest = found;
    }
    return (
      furthest ?? { path, words: `is ${wordOf(at)}, and the type says ${branches.map(nameOf).join(' or ')}` }
    );
  }

  function findInList(node: JsonSchema, at: unknown, path: Mismatch['path']): Mismatch | undefined {
    const list = at as unknown[];
    const {
      prefixItems = [],
      items,
      minItems = 0,
      maxItems = Infinity,
    } = node as {
      prefixItems?: JsonSchema[];
      items?: JsonSchema | false;
      minItems?: number;
      maxItems?: number;
    };
    const most = items === false ? prefixItems.length : maxItems;
    if (list.length < minItems || list.length > most) {
      const size =
        minItems === most
          ? `${minItems}`
          : list.length < minItems
            ? `at least ${minItems}`
            : `at most ${most}`;
      return { path, words: `has ${list.length} items, and the type says ${size}` };
    }
    for (const [index, item] of list.entries()) {
      const schema = prefixItems[index] ?? items;
      const found = isSchema(schema) ? find(schema, item, [...path, index]) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  function findInObject(node: JsonSchema, at: unknown, path: Mismatch['path']): Mismatch | undefined {
    if (!isRecord(at)) return undefined;
    const { properties = {}, required = [] } = node;
    const missing = required.find((key) => !Object.hasOwn(at, key));
    if (missing !== undefined) {
      const wanted = Object.hasOwn(properties, missing)
        ? `, and the type says ${nameOf(deref(root, properties[missing]!))}`
        : '';
      return { path: [...path, missing], words: `is missing${wanted}` };
    }
    const patterns = Object.entries((node['patternProperties'] ?? {}) as Record<string, JsonSchema>);
    const rest = node['additionalProperties'];
    for (const [key, item] of Object.entries(at)) {
      const byName = Object.hasOwn(properties, key) ? [properties[key]!] : [];
      const known = [
        ...byName,
        ...patterns.filter(([pattern]) => toRegExp(pattern).test(key)).map(([, each]) => each),
      ];
      if (known.length === 0 && rest === false) return { path: [...path, key], words: 'is not in the type' };
      for (const schema of known.length === 0 && isSchema(rest) ? [rest] : known) {
        const found = find(schema, item, [...path, key]);
        if (found) return found;
      }
    }
    return undefined;
  }
}

/** No type is read to more levels. */
const mostLevels = 64;

/** What the value itself is, apart from what is in it. */
function findInValue(node: JsonSchema, at: unknown, path: Mismatch['path']): Mismatch | undefined {
  const values = 'const' in node ? [node['const']] : (node['enum'] as unknown[] | undefined);
  const isFit =
    !('not' in node) &&
    (node.type === undefined || hasType(node.type, at)) &&
    (values === undefined || values.includes(at)) &&
    (typeof at !== 'string' || isTextFit(node, at));
  return isFit ? undefined : { path, words: `is ${wordOf(at)}, and the type says ${nameOf(node)}` };
}

function isTextFit({ pattern, format }: JsonSchema, text: string): boolean {
  if (typeof pattern === 'string' && !toRegExp(pattern).test(text)) return false;
  return format !== 'date-time' || isDateTime(text);
}

function nameOf(node: JsonSchema): string {
  const values = 'const' in node ? [node['const']] : (node['enum'] as unknown[] | undefined);
  if (values !== undefined)
    return values
      .slice(0, mostValues)
      .map((value) => JSON.stringify(value))
      .join(' or ');
  if (node['format'] === 'date-time') return 'a date-time';
  if (node['format'] === 'uri') return 'a URL';
  if ('not' in node) return 'that nothing is here';
  if (typeof node['$ref'] === 'string') return node['$ref'].split('/').at(-1)!;
  const branches = (node['anyOf'] ?? node['oneOf']) as JsonSchema[] | undefined;
  if (branches !== undefined) return [...new Set(branches.map(nameOf))].join(' or ');
  if (node['pattern'] !== undefined) return 'a text of another form';
  return [node.type]
    .flat()
    .map((type) => words[type ?? ''] ?? 'something else')
    .join(' or ');
}

const mostValues = 5;

const words: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'a boolean',
  null: 'null',
  array: 'a list',
  object: 'an object',
};

/** What a value is, without what is in it: it may be secret, and is for a log. */
function wordOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return words[typeof value] ?? typeof value;
}
