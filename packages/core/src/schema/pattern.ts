import type { JsonSchema } from './json-schema.ts';
import { addWords } from './mark.ts';

/**
 * Whether a JSON Schema `pattern` of the same source accepts the same strings as this regular expression. A `pattern` has
 * no flags, and validators read it in unicode mode.
 */
export function isPortablePattern(regExp: RegExp): boolean {
  return !/[imsy]/.test(regExp.flags) && isUnicodePattern(regExp.source);
}

/** Those regular expressions among `values` that a `pattern` cannot express. Ignores other values. */
export function findForeignPatterns(values: readonly unknown[]): RegExp[] {
  return values.filter((value) => value instanceof RegExp).filter((regExp) => !isPortablePattern(regExp));
}

export function isUnicodePattern(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

/** Removes patterns from a schema, wherever the converter put them, and notes in words what they want. */
export function dropPatterns(schema: JsonSchema, patterns: readonly RegExp[]): void {
  if (patterns.length === 0) return;
  for (const { source, flags } of patterns)
    addWords(schema, wordPattern(source, flags.replace(/[dgvy]/g, '')));
  const sources = new Set<unknown>(patterns.map(({ source }) => source));
  if (sources.has(schema['pattern'])) delete schema['pattern'];
  const all = schema['allOf'];
  if (!Array.isArray(all)) return;
  const kept = all.filter((part: JsonSchema) => !sources.has(part['pattern']));
  if (kept.length === 0) delete schema['allOf'];
  else schema['allOf'] = kept;
}

/** Says in words what a pattern wants. */
export function wordPattern(source: string, flags = ''): string {
  return source.length > mostTold
    ? 'has to be of a form that only the server can check'
    : `has to match the pattern /${source}/${flags}`;
}

/** Writes a text so that a pattern stands for it as it is. */
export function escapeRegExp(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, '\\$&');
}

const mostTold = 200;

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
