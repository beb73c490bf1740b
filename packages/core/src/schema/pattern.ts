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

/**
 * Rewrites a `pattern` so that it means the same to validators that read it in unicode mode and to those that do not.
 * Returns undefined if that is not possible: for `\p{Letter}`, for example.
 */
export function toPortable(source: string): string | undefined {
  if (!isUnicodePattern(source)) return undefined;
  const written = rewriteCodePoints(source);
  return written !== undefined && isValid(written, '') && isValid(written, 'u') ? written : undefined;
}

/** Writes `\u{1F600}` and characters beyond `\uFFFF` as surrogate pairs. A class of characters cannot hold a pair. */
function rewriteCodePoints(source: string): string | undefined {
  let isClass = false;
  let written = '';
  for (const [part] of source.matchAll(/\\u\{[\da-f]+\}|\\[^]|[^]/giu)) {
    if (/^\\p$/i.test(part)) return undefined;
    const code = part.startsWith('\\u{') ? Number.parseInt(part.slice(3, -1), 16) : part.codePointAt(0)!;
    if (part === '[') isClass = true;
    else if (part === ']') isClass = false;
    if (code > 0xffff) {
      if (isClass) return undefined;
      written += `(?:${toUnits(code).join('')})`;
    } else if (part.startsWith('\\u{')) written += toUnit(code);
    else written += part;
  }
  return written;
}

function toUnits(code: number): string[] {
  const text = String.fromCodePoint(code);
  return [toUnit(text.charCodeAt(0)), toUnit(text.charCodeAt(1))];
}

function toUnit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

function isValid(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags).test('');
    return true;
  } catch {
    return false;
  }
}

export function isUnicodePattern(source: string): boolean {
  return isValid(source, 'u');
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
