export interface Schema {
  [keyword: string]: unknown;
}

/** The schemas of a document that are referred to by name. */
export class Components {
  readonly schemas: Record<string, Schema> = {};

  /**
   * Adapts a JSON Schema to a document: a reference in it starts at the root of the whole document there. Its definitions
   * become components, with `owner` in front of their names.
   */
  adopt(schema: object, owner: string): Schema {
    const { $defs = {}, ...root } = schema as Schema & { $defs?: Record<string, Schema> };
    const base = toName(owner);
    const names = new Map<string, string>();
    for (const name of Object.keys($defs)) names.set(name, this.#free(toName(`${owner}.${name}`)));
    let isRootNeeded = false;
    const rename = (ref: string): string => {
      if (!ref.startsWith('#')) return ref;
      const [, kind, name, ...rest] = ref.split('/').map(decode);
      const known = kind === '$defs' && name !== undefined ? names.get(name) : undefined;
      if (known !== undefined) return ['#/components/schemas', known, ...rest.map(encode)].join('/');
      isRootNeeded = true;
      return `#/components/schemas/${base}${ref.slice(1)}`;
    };
    for (const [name, own] of names) this.schemas[own] = mapRefs($defs[name]!, rename);
    const adopted = mapRefs(root, rename);
    if (!isRootNeeded) return adopted;
    this.schemas[base] = adopted;
    return { $ref: `#/components/schemas/${base}` };
  }

  #free(name: string): string {
    let free = name;
    for (let count = 2; free in this.schemas; count++) free = `${name}${count}`;
    return free;
  }
}

function toName(text: string): string {
  return text.replaceAll(/[^\w.-]/g, '_');
}

function decode(part: string): string {
  return decodeURIComponent(part.replaceAll(/%(?![\da-f]{2})/gi, '%25'))
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
}

function encode(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

const maps = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
const values = new Set(['const', 'enum', 'default', 'examples', 'required', 'dependentRequired']);

/** Copies a schema, and leaves alone what only looks like one: `default: { $ref: … }`. */
export function mapRefs(schema: unknown, rename: (ref: string) => string): Schema {
  // Cast: `mapAny` returns an object for an object.
  return mapAny(schema, rename) as Schema;
}

function mapAny(node: unknown, rename: (ref: string) => string): unknown {
  if (Array.isArray(node)) return node.map((each) => mapAny(each, rename));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node as Schema).flatMap(([key, value]): [string, unknown][] => {
      // A document says itself which dialect its schemas have.
      if (key === '$schema' || key === '$id') return [];
      if (key === '$ref' && typeof value === 'string') return [[key, rename(value)]];
      if (values.has(key)) return [[key, value]];
      if (maps.has(key) && typeof value === 'object' && value !== null)
        return [
          [key, Object.fromEntries(Object.entries(value).map(([name, at]) => [name, mapAny(at, rename)]))],
        ];
      return [[key, mapAny(value, rename)]];
    }),
  );
}
