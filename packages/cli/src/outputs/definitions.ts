import { createHash } from 'node:crypto';
import { isOpen, type Schema, setOwn } from './shape/schema.ts';
import type { Slot } from './shape/walker.ts';
import { mapSchemas } from './shape/visit.ts';
import { orderUnion } from './shape/union-order.ts';

export interface Definitions {
  /** The schemas in the order in which they were given, with references to `defs`. */
  schemas: Schema[];
  /** Sorted by name. */
  defs: Record<string, Schema>;
}

/** A schema that occurs several times is written once from this length of its JSON on. */
const leastNamed = 120;
const leastUnnamed = 240;

const slotPattern = /^#slot\/(\d+)$/;

/**
 * Writes the types that schemas refer to: in place, or as a definition where a type refers to itself, or is long and occurs
 * several times. Types that say the same are one.
 */
export function writeDefinitions(schemas: readonly Schema[], slots: readonly Slot[]): Definitions {
  const hashes = new Map<number, string>();
  const first = new Map<string, number>();
  const uses = new Map<number, number>();
  const names = new Map<number, string>();
  const defs: Record<string, Schema> = {};

  const count = (schema: Schema): void => {
    const slot = slotOf(schema);
    if (slot !== undefined) {
      const same = sameAs(slot);
      uses.set(same, (uses.get(same) ?? 0) + 1);
      if (uses.get(same) === 1) count(schemaOf(same));
    }
    eachSchema(schema, count);
  };
  for (const schema of schemas) count(schema);
  const written = schemas.map((schema) => write(schema));
  const sorted = Object.keys(defs).toSorted();
  return { schemas: written, defs: Object.fromEntries(sorted.map((name) => [name, defs[name]!])) };

  function schemaOf(index: number): Schema {
    return slots[index]!.shape?.schema ?? {};
  }

  function slotOf({ $ref }: Schema): number | undefined {
    const found = typeof $ref === 'string' ? slotPattern.exec($ref) : null;
    return found === null ? undefined : Number(found[1]);
  }

  /** The first of all types that say the same. */
  function sameAs(index: number): number {
    const hash = hashOf(index);
    const known = first.get(hash);
    if (known === undefined) first.set(hash, index);
    return known ?? index;
  }

  function hashOf(index: number): string {
    const known = hashes.get(index);
    if (known !== undefined) return known;
    // A type that refers to itself is the same as no other.
    hashes.set(index, `slot ${index}`);
    if (slots[index]!.isRecursive) return `slot ${index}`;
    const text = JSON.stringify(
      mapSchemas(schemaOf(index), (schema) => {
        const slot = slotOf(schema);
        return slot === undefined ? schema : { ...schema, $ref: hashOf(slot) };
      }),
    );
    const hash = createHash('sha256').update(text).digest('hex');
    hashes.set(index, hash);
    return hash;
  }

  function isNamed(index: number): boolean {
    const { isRecursive, name } = slots[index]!;
    if (isRecursive) return true;
    if ((uses.get(index) ?? 0) < 2) return false;
    const { length } = JSON.stringify(schemaOf(index));
    return length >= (name === undefined ? leastUnnamed : leastNamed) && !isOpen(schemaOf(index));
  }

  function write(schema: Schema): Schema {
    const slot = slotOf(schema);
    if (slot === undefined) return orderUnion(mapSchemas(schema, write, false), resolve);
    const { $ref: _, ...beside } = schema;
    const index = sameAs(slot);
    if (!isNamed(index)) return { ...write(schemaOf(index)), ...beside };
    let name = names.get(index);
    if (name === undefined) {
      name = freeName(index);
      names.set(index, name);
      setOwn(defs, name, {});
      setOwn(defs, name, write(schemaOf(index)));
    }
    return { $ref: `#/$defs/${name}`, ...beside };
  }

  function resolve(schema: Schema): Schema {
    const name = typeof schema.$ref === 'string' ? schema.$ref.slice('#/$defs/'.length) : undefined;
    return name === undefined ? schema : (defs[name] ?? {});
  }

  function freeName(index: number): string {
    const { name, place } = slots[index]!;
    const wanted = name ?? (place.replaceAll(/\W+/g, '_').replaceAll(/^_+|_+$/g, '') || 'output');
    let free = wanted;
    for (let n = 2; Object.hasOwn(defs, free); n++) free = `${wanted}_${n}`;
    return free;
  }
}

function eachSchema(schema: Schema, visit: (child: Schema) => void): void {
  mapSchemas(
    schema,
    (child) => {
      visit(child);
      return child;
    },
    false,
  );
}
