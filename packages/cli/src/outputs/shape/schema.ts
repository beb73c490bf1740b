/** A JSON Schema, as it is written into the file. `$comment` says what TypeScript does not know of a place. */
export interface Schema {
  [keyword: string]: unknown;
  $ref?: string;
  $comment?: string;
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema | false;
  prefixItems?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: Schema | false;
  patternProperties?: Record<string, Schema>;
}

/** What a type becomes in JSON. */
export interface Shape {
  /** `undefined` where nothing is sent: for functions and symbols, and for `undefined` itself. */
  schema: Schema | undefined;
  /** Whether the value may be one of those. */
  mayBeAbsent: boolean;
}

/** A place of which nothing is known, and why. */
export function open(reason: string): Shape {
  return { schema: { $comment: reason }, mayBeAbsent: false };
}

export function present(schema: Schema): Shape {
  return { schema, mayBeAbsent: false };
}

export const absent: Shape = { schema: undefined, mayBeAbsent: true };

/** The schema of an item of a list, where JSON writes `null` for what is absent. */
export function toItem({ schema, mayBeAbsent }: Shape): Schema {
  if (schema === undefined) return { type: 'null' };
  return mayBeAbsent && !isOpen(schema) ? unionOf([schema, { type: 'null' }]) : schema;
}

/** Whether a schema takes everything. */
export function isOpen(schema: Schema): boolean {
  return Object.keys(schema).every((key) => ['$comment', 'description', 'deprecated'].includes(key));
}

/** Sets a key of an object, also if it is called `__proto__`. */
export function setOwn(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

/** A schema of what any of these takes. */
export function unionOf(schemas: readonly Schema[]): Schema {
  const distinct = new Map<string, Schema>();
  for (const schema of schemas) {
    const branches = isPlainUnion(schema) ? schema.anyOf! : [schema];
    for (const branch of branches) distinct.set(JSON.stringify(branch), branch);
  }
  const all = [...distinct.values()];
  return all.find(isOpen) ?? (all.length === 1 ? all[0]! : { anyOf: all });
}

function isPlainUnion(schema: Schema): boolean {
  return Array.isArray(schema.anyOf) && Object.keys(schema).length === 1;
}
