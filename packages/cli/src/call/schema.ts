/** What this command reads of a JSON Schema. */
export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema | boolean;
  prefixItems?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  contentEncoding?: string;
  $ref?: string;
}

const deepest = 20;

/** Finds parts of a schema, through references, unions and intersections. */
export class SchemaReader {
  readonly #root: Schema;

  constructor(root: Schema) {
    this.#root = root;
  }

  /** Finds what `filter.city` names: a key may have dots itself, where the schema has such a key. */
  find(name: string): { path: string[]; schemas: Schema[] } {
    let words = name.split('.');
    let schemas = this.#branchesOf(this.#root);
    const path: string[] = [];
    while (words.length > 0) {
      const lengths = words.map((_, index) => words.length - index);
      const length = lengths.find((each) => hasKey(schemas, words.slice(0, each).join('.'))) ?? 1;
      const key = words.slice(0, length).join('.');
      schemas = this.#inside(schemas, key);
      path.push(key);
      words = words.slice(length);
    }
    return { path, schemas };
  }

  /** What the items of a list may be. */
  itemsOf(schemas: readonly Schema[]): Schema[] {
    return schemas.flatMap(({ items, prefixItems = [] }) =>
      [...prefixItems, items].flatMap((each) => (typeof each === 'object' ? this.#branchesOf(each) : [])),
    );
  }

  /** The types that a value may have. */
  typesOf(schemas: readonly Schema[]): string[] {
    return schemas.flatMap((schema) => {
      const values = [...(schema.enum ?? []), ...('const' in schema ? [schema.const] : [])];
      return [
        ...[schema.type ?? []].flat(),
        ...values.map((value) => (value === null ? 'null' : typeof value)),
      ];
    });
  }

  #inside(schemas: readonly Schema[], key: string): Schema[] {
    const named = schemas.flatMap(({ properties }) =>
      properties && Object.hasOwn(properties, key) ? this.#branchesOf(properties[key]!) : [],
    );
    if (named.length > 0) return named;
    return schemas.flatMap(({ additionalProperties: rest }) =>
      typeof rest === 'object' ? this.#branchesOf(rest) : [],
    );
  }

  /** The schema, and all that it refers to or is made of. */
  #branchesOf(schema: Schema, depth = 0): Schema[] {
    if (typeof schema !== 'object' || depth > deepest) return [];
    const { $ref, anyOf = [], oneOf = [], allOf = [] } = schema;
    const target = typeof $ref === 'string' ? this.#resolve($ref) : undefined;
    const others = [...(target ? [target] : []), ...anyOf, ...oneOf, ...allOf];
    return [schema, ...others.flatMap((each) => this.#branchesOf(each, depth + 1))];
  }

  #resolve(ref: string): Schema | undefined {
    if (!ref.startsWith('#')) return undefined;
    let at: unknown = this.#root;
    for (const part of ref.slice(1).split('/').slice(1)) {
      const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
      at = (at as Record<string, unknown>)[key];
    }
    return typeof at === 'object' && at !== null ? at : undefined;
  }
}

function hasKey(schemas: readonly Schema[], key: string): boolean {
  return schemas.some(({ properties }) => properties !== undefined && Object.hasOwn(properties, key));
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
