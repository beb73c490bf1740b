import type { JsonSchema } from './json-schema.ts';

/**
 * Whether a JSON Schema `pattern` of the same source accepts the same strings as this regular expression. A `pattern` has
 * no flags, and validators read it in unicode mode.
 */
export function isPortablePattern(regExp: RegExp): boolean {
  return !/[imsy]/.test(regExp.flags) && isUnicodePattern(regExp.source);
}

/** The sources of those regular expressions among `values` that a `pattern` cannot express. Ignores other values. */
export function findForeignPatterns(values: readonly unknown[]): Set<string> {
  const patterns = values.filter((value) => value instanceof RegExp);
  return new Set(patterns.filter((regExp) => !isPortablePattern(regExp)).map(({ source }) => source));
}

export function isUnicodePattern(source: string): boolean {
  try {
    new RegExp(source, 'u').test('');
    return true;
  } catch {
    return false;
  }
}

/** Removes patterns from a schema, wherever the converter put them. */
export function dropPatterns(schema: JsonSchema, sources: ReadonlySet<string>): void {
  if (sources.size === 0) return;
  if (sources.has(schema['pattern'] as string)) delete schema['pattern'];
  const all = schema['allOf'];
  if (!Array.isArray(all)) return;
  const kept = all.filter((part: JsonSchema) => !sources.has(part['pattern'] as string));
  if (kept.length === 0) delete schema['allOf'];
  else schema['allOf'] = kept;
}

const regExps = new Map<string, RegExp>();

/** Makes a regular expression of a `pattern`. One that is invalid in unicode mode accepts everything, and is not published. */
export function toRegExp(source: string): RegExp {
  let regExp = regExps.get(source);
  if (regExp === undefined) {
    regExp = isUnicodePattern(source) ? new RegExp(source, 'u') : /(?:)/;
    regExps.set(source, regExp);
  }
  return regExp;
}
