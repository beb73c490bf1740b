import type { JsonSchema } from './json-schema.ts';

/**
 * Whether a JSON Schema `pattern` says the same as this expression: patterns are unanchored, have no flags and are read
 * in unicode mode.
 */
export function isHonestPattern(regExp: RegExp): boolean {
  return !/[imsy]/.test(regExp.flags) && isUnicodePattern(regExp.source);
}

export function isUnicodePattern(source: string): boolean {
  try {
    new RegExp(source, 'u').test('');
    return true;
  } catch {
    return false;
  }
}

/** Takes a pattern out of a schema again, wherever the converter put it. */
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

/** A `pattern` as an expression; one that is not valid in unicode mode says nothing, and is not published either. */
export function toRegExp(source: string): RegExp {
  let regExp = regExps.get(source);
  if (regExp === undefined) {
    regExp = isUnicodePattern(source) ? new RegExp(source, 'u') : /(?:)/;
    regExps.set(source, regExp);
  }
  return regExp;
}
