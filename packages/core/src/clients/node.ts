import type { ClientTool, Find, Listing } from './finding.ts';

/** A schema that is an object. */
export type SchemaObject = Readonly<Record<string, unknown>>;

/** A schema somewhere inside another one. */
export interface Node {
  schema: SchemaObject | boolean;
  /** Its place: `#/properties/size`. */
  at: string;
  /** The keyword that holds it; `undefined` at the root. */
  keyword: string | undefined;
}

const single =
  'items additionalProperties propertyNames not contains if then else unevaluatedItems unevaluatedProperties';
const lists = 'prefixItems anyOf oneOf allOf items';
const maps = 'properties patternProperties $defs definitions dependentSchemas dependencies';

const holders = {
  single: new Set(single.split(' ')),
  list: new Set(lists.split(' ')),
  map: new Set(maps.split(' ')),
};

/** The keywords that hold schemas. */
const allKeywords: ReadonlySet<string> = new Set([...holders.single, ...holders.list, ...holders.map]);

/** Returns a schema and every schema inside it, in the order in which they are written. */
export function nodesOf(root: SchemaObject, keywords: ReadonlySet<string> = allKeywords): Node[] {
  const nodes: Node[] = [];
  visit(root, '#', undefined);
  return nodes;

  function visit(schema: unknown, at: string, keyword: string | undefined): void {
    if (typeof schema === 'boolean') nodes.push({ schema, at, keyword });
    if (!isObject(schema)) return;
    nodes.push({ schema, at, keyword });
    for (const [key, value] of Object.entries(schema)) {
      if (!keywords.has(key)) continue;
      const below = `${at}/${key}`;
      if (holders.list.has(key) && Array.isArray(value))
        for (const [index, each] of value.entries()) visit(each, `${below}/${index}`, key);
      else if (holders.single.has(key)) visit(value, below, key);
      else if (holders.map.has(key) && isObject(value))
        for (const [name, each] of Object.entries(value)) visit(each, `${below}/${name}`, key);
    }
  }
}

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The types that a schema names. */
export function typesOf({ type }: SchemaObject): unknown[] {
  return Array.isArray(type) ? type : [type];
}

/** Whether a local reference (`#`, `#/$defs/User`) leads to a schema. */
export function resolve(root: SchemaObject, ref: string): SchemaObject | undefined {
  if (ref !== '#' && !ref.startsWith('#/')) return undefined;
  let node: unknown = root;
  for (const part of ref.split('/').slice(1)) {
    const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
    node = (node as Record<string, unknown>)[key];
  }
  return isObject(node) ? node : undefined;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Whether a schema refers to itself, directly or by way of others. */
export function isRecursive(root: SchemaObject): boolean {
  const done = new Set<string>();
  return leadsBack(root, new Set());

  function leadsBack(schema: SchemaObject, open: ReadonlySet<string>): boolean {
    // What is under `$defs` counts where it is referred to.
    const isUsed = (at: string) => !/^#\/(\$defs|definitions)\//.test(at);
    return nodesOf(schema).some(({ schema: node, at }) => {
      const ref = isObject(node) && isUsed(at) ? node['$ref'] : undefined;
      if (typeof ref !== 'string' || done.has(ref)) return false;
      if (ref === '#' || open.has(ref)) return true;
      const target = resolve(root, ref);
      const isFound = target !== undefined && leadsBack(target, new Set([...open, ref]));
      done.add(ref);
      return isFound;
    });
  }
}

/** What is wrong with one node, or `undefined`. */
export type NodeCheck = (
  schema: SchemaObject | boolean,
  node: Node,
  root: SchemaObject,
) => string | undefined;

const mostPlaces = 3;

/** Makes a check of the input schemas of all tools. The finding of a tool names the first places. */
export function inInputs(check: NodeCheck, keywords?: ReadonlySet<string>): Find {
  return ({ tools }) =>
    tools.flatMap(({ name, inputSchema }) => {
      const found = nodesOf(inputSchema, keywords).flatMap((node) => {
        const what = check(node.schema, node, inputSchema);
        return what === undefined ? [] : [`${node.at} ${what}`];
      });
      if (found.length === 0) return [];
      const more = found.length > mostPlaces ? ` and ${found.length - mostPlaces} more places` : '';
      return [{ tool: name, detail: `in its input schema, ${found.slice(0, mostPlaces).join(', ')}${more}` }];
    });
}

/** Makes a check of each tool. */
export function inTools(check: (tool: ClientTool, listing: Listing) => string | undefined): Find {
  return (listing) =>
    listing.tools.flatMap((tool) => {
      const detail = check(tool, listing);
      return detail === undefined ? [] : [{ tool: tool.name, detail }];
    });
}
