import { asRecord } from '../parts/record.ts';

/** A schema, or `true` and `false`, which allow everything and nothing. */
export type Schema = Readonly<Record<string, unknown>> | boolean;

/** A schema behind its references. */
export interface Resolved {
  schema: Schema;
  /** The last reference that was followed: `#/$defs/Node`. */
  reference: string | undefined;
}

/** Follows the references of a schema inside of its document. One that leads nowhere, or in a circle, allows everything. */
export function resolve(value: unknown, root: unknown): Resolved {
  let schema = toSchema(value);
  let reference: string | undefined;
  for (let step = 0; step < mostSteps; step++) {
    const target = typeof schema === 'object' ? schema['$ref'] : undefined;
    if (typeof schema !== 'object' || typeof target !== 'string') return { schema, reference };
    const { $ref: _, ...beside } = schema;
    const found = find(target, root);
    reference = target;
    schema = typeof found === 'object' ? { ...found, ...beside } : found;
  }
  return { schema: true, reference };
}

/** The name of what a reference names: `Node` of `#/$defs/Node`. */
export function nameOf(reference: string): string {
  const name = reference.split('/').at(-1);
  return name === undefined || name === '' || name === '#' ? 'the root' : name;
}

const mostSteps = 20;

function toSchema(value: unknown): Schema {
  return typeof value === 'boolean' ? value : (asRecord(value) ?? true);
}

function find(reference: string, root: unknown): Schema {
  if (!reference.startsWith('#')) return true;
  const steps = reference.slice(1).split('/').slice(1);
  let value: unknown = root;
  for (const step of steps) {
    const key = decode(step).replaceAll('~1', '/').replaceAll('~0', '~');
    const holder = Array.isArray(value) ? (value as unknown as Record<string, unknown>) : asRecord(value);
    if (!holder || !Object.hasOwn(holder, key)) return true;
    value = holder[key];
  }
  return toSchema(value);
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
