import { deref, eachChild, isSchema, type JsonSchema } from '../json-schema.ts';
import { getMark, type Mark } from '../mark.ts';
import { SchemaProblem } from '../problem.ts';
import { formatPath } from '../wire-error.ts';

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

/** Compiles the question whether no JSON value fits a schema. Most documents have no such place at all. */
export function compileImpossible(root: JsonSchema): (schema: JsonSchema | boolean) => boolean {
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
