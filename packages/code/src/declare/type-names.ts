import { isSchema, resolve, type Schema } from './schema.ts';

/** The named types of one answer. The same type has one name, however many procedures use it. */
export class TypeNames {
  readonly #names = new Map<Schema, string>();
  readonly #texts = new Map<string, string>();
  /** Those that are being written. */
  readonly #open = new Set<string>();
  /** Whether a schema of a document is used more than once, or by itself. */
  readonly #uses = new WeakMap<object, ReadonlyMap<Schema, number>>();

  /** All declarations, in the order in which they were first needed. */
  get declarations(): string[] {
    return Array.from(this.#texts, ([name, text]) => `type ${name} = ${text};`);
  }

  find(schema: Schema): string | undefined {
    return this.#names.get(schema);
  }

  /** Whether a schema has to have a name, because the type would be written more than once, or would not end. */
  isNeeded(schema: Schema, root: unknown): boolean {
    if (!isSchema(root)) return false;
    let uses = this.#uses.get(root);
    if (!uses) this.#uses.set(root, (uses = countUses(root)));
    const count = uses.get(schema) ?? 0;
    // A short one is written each time, unless it contains itself.
    return count > 1 && (count === Number.POSITIVE_INFINITY || JSON.stringify(schema).length > shortSchema);
  }

  /** Gives a type a name. While it is written, the name stands for it. */
  define(schema: Schema, wanted: string, write: (name: string) => string): string {
    const base = toTypeName(wanted);
    let name = base;
    for (let number = 2; this.#texts.has(name); number += 1) name = `${base}${number}`;
    this.#names.set(schema, name);
    this.#texts.set(name, 'unknown');
    this.#open.add(name);
    const text = write(name);
    this.#open.delete(name);
    const same = Array.from(this.#texts).find(
      ([other, otherText]) =>
        other !== name &&
        !this.#open.has(other) &&
        otherText === text.replaceAll(name, other) &&
        other.startsWith(base),
    );
    if (same) {
      this.#texts.delete(name);
      this.#names.set(schema, same[0]);
      return same[0];
    }
    this.#texts.set(name, text);
    return name;
  }
}

const shortSchema = 80;

/** Names of types that mean something else already. */
const taken = new Set([
  'Promise',
  'Array',
  'Object',
  'String',
  'Number',
  'Boolean',
  'Function',
  'Record',
  'Date',
  'Map',
  'Set',
  'Error',
  'Symbol',
]);

function toTypeName(text: string): string {
  const name = text
    .split(/[^A-Za-z\d]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
  const safe = /^[A-Z]/.test(name) ? name : `Type${name}`;
  return taken.has(safe) ? `${safe}Value` : safe.slice(0, 60);
}

/** How often each schema of a document is referred to. For one that is referred to from inside itself, that has no end. */
function countUses(root: Schema): ReadonlyMap<Schema, number> {
  const uses = new Map<Schema, number>();
  const seen = new Set<object>();
  const add = (schema: Schema) => uses.set(schema, (uses.get(schema) ?? 0) + 1);
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (isSchema(value) && typeof value['$ref'] === 'string') {
      const target = resolve(root, value['$ref']);
      if (isSchema(target)) add(target);
    }
    open.push(...(Object.values(value) as unknown[]));
  }
  for (const schema of uses.keys())
    if (contains(schema, schema, root)) uses.set(schema, Number.POSITIVE_INFINITY);
  return uses;
}

/** Whether a schema leads to another one through references. */
function contains(from: Schema, wanted: Schema, root: Schema): boolean {
  const seen = new Set<object>();
  const open: unknown[] = [from];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (isSchema(value) && typeof value['$ref'] === 'string') {
      const target = resolve(root, value['$ref']);
      if (target === wanted) return true;
      open.push(target);
    }
    open.push(...(Object.values(value) as unknown[]));
  }
  return false;
}
