import type { Internals } from './conversion.ts';
import type { Zod4Schema } from './zod4-schema.ts';

/** The checks of a schema. A schema such as z.email() is one itself. */
export function checksOf(schema: Zod4Schema): Zod4Schema[] {
  const { def } = schema._zod;
  const checks = (def['checks'] ?? []) as Zod4Schema[];
  return def['check'] === undefined ? checks : [schema, ...checks];
}

/** The bounds that the checks of a Set, a Map or a file set for its size. zod 4.6 keeps them nowhere else. */
export function sizesOf(schema: Zod4Schema): { minimum?: number; maximum?: number } {
  const sizes: { minimum?: number; maximum?: number } = {};
  for (const { check, minimum, maximum, size } of defsOf(schema)) {
    if (check === 'min_size' || check === 'size_equals') {
      sizes.minimum = Math.max(sizes.minimum ?? 0, (check === 'min_size' ? minimum : size) as number);
    }
    if (check === 'max_size' || check === 'size_equals') {
      sizes.maximum = Math.min(sizes.maximum ?? Infinity, (check === 'max_size' ? maximum : size) as number);
    }
  }
  return sizes;
}

/** The types of files that every check of them allows; undefined if there is none. */
export function mimeTypesOf(schema: Zod4Schema): string[] | undefined {
  let allowed: string[] | undefined;
  for (const { check, mime } of defsOf(schema)) {
    if (check !== 'mime_type') continue;
    const some = mime as string[];
    allowed = allowed === undefined ? some : allowed.filter((type) => some.includes(type));
  }
  return allowed;
}

function defsOf(schema: Zod4Schema): Internals[] {
  return checksOf(schema).map((check) => check._zod.def);
}

/**
 * Whether the pattern of a check is the one that zod gives to its format, and not one that the app wrote. A new check of
 * the same class is asked, because each version of zod has patterns of its own.
 */
export function isPatternOfFormat(check: Zod4Schema): boolean {
  const { pattern, checks: _, error: __, ...def } = check._zod.def;
  if (!(pattern instanceof RegExp) || affixes.has(def['format'])) return false;
  const Class = check.constructor as new (def: object) => Zod4Schema;
  let known = knownPatterns.get(Class);
  if (known === undefined) knownPatterns.set(Class, (known = new Set()));
  if (known.has(pattern.source)) return true;
  const own = patternOf(Class, def);
  // Patterns of the app are not remembered, of which there may be any number.
  if (own !== undefined) known.add(own);
  return own === pattern.source;
}

const affixes: ReadonlySet<unknown> = new Set(['regex', 'starts_with', 'ends_with', 'includes']);

/** The patterns that each class of checks is known to give to its formats. */
const knownPatterns = new WeakMap<object, Set<string>>();

function patternOf(Class: new (def: object) => Zod4Schema, def: object): string | undefined {
  try {
    const pattern: unknown = new Class(def)._zod.def['pattern'];
    return pattern instanceof RegExp ? pattern.source : undefined;
  } catch {
    return undefined;
  }
}
