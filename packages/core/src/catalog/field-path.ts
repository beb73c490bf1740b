import { deref, isSchema, type JsonSchema } from '../schema/json-schema.ts';

/** How many paths a list of fields may have. A longer one costs a model more than it saves. */
const mostPaths = 80;
const maxDepth = 4;

/**
 * Lists the paths of the fields that a result may have, by its schema: `items`, `items.id`. A path steps through lists.
 * Undefined if they are not all known: the schema is open, has too many, or is none of an object.
 */
export function fieldPathsOf(root: JsonSchema): string[] | undefined {
  const paths = new Set<string>();
  const isKnown = collect(root, '', 0);
  return isKnown && paths.size > 0 && paths.size <= mostPaths ? [...paths] : undefined;

  function collect(schema: JsonSchema, prefix: string, depth: number): boolean {
    const node = deref(root, schema);
    if (depth > maxDepth || paths.size > mostPaths) return true;
    const inner = [node['items'], ...branchesOf(node)].filter((each) => isSchema(each));
    let isWhole = inner.every((each) => collect(each, prefix, depth + (each === node['items'] ? 0 : 1)));
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      paths.add(prefix + key);
      if (isSchema(child)) collect(child, `${prefix}${key}.`, depth + 1);
    }
    // A root whose keys are not listed, such as a record.
    if (prefix === '' && node['additionalProperties'] !== false && node.type === 'object') {
      isWhole &&= node['additionalProperties'] === undefined && node.properties !== undefined;
    }
    return isWhole;
  }
}

function branchesOf(node: JsonSchema): unknown[] {
  return ['anyOf', 'oneOf', 'allOf', 'prefixItems'].flatMap(
    (keyword) => (node[keyword] as unknown[] | undefined) ?? [],
  );
}

/** Whether a result by this schema may have fields at all: it is not a text or a number, for example. */
export function mayHaveFields(root: JsonSchema, schema: JsonSchema = root, depth = 0): boolean {
  const { type, items, anyOf, oneOf, enum: values } = deref(root, schema);
  const branches = (anyOf ?? oneOf) as JsonSchema[] | undefined;
  if (branches && depth < maxDepth) return branches.some((branch) => mayHaveFields(root, branch, depth + 1));
  if (values !== undefined) return false;
  if (type === undefined || type === 'object') return true;
  return type === 'array' && (!isSchema(items) || depth >= maxDepth || mayHaveFields(root, items, depth + 1));
}
