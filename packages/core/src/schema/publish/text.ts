import { isSchema, type JsonSchema } from '../json-schema.ts';
import { getMark, getWords, notesOfPatterns } from '../mark.ts';
import { isUnicodePattern, wordPattern } from '../pattern.ts';
import { describe } from '../vendor/annotate.ts';
import { findVariant, type Variant, formatHints, formatNames } from './format.ts';
import { toPlainPattern } from './plain-pattern.ts';

// The formats that JSON Schema defines and clients know. Strict clients reject others.
const publishedFormats = new Set(
  (
    'date-time date time duration email hostname ipv4 ipv6 uri uri-reference uuid uri-template json-pointer ' +
    'relative-json-pointer regex'
  ).split(' '),
);

/**
 * Formats that clients check more strictly than the validators that say them. A client would refuse a result with the
 * time `10:00`, or with a URL with an umlaut.
 */
const strictFormats = new Set(['date-time', 'time', 'duration', 'uri', 'uri-reference']);

/** Takes the patterns of a schema out of it, those of an `allOf` included, because one of them may say what the format says. */
export function takePatterns(schema: JsonSchema): { rest: JsonSchema; patterns: string[] } {
  // Most schemas have neither, and need no copy.
  if (schema['pattern'] === undefined && schema['allOf'] === undefined) return { rest: schema, patterns: [] };
  const { pattern, allOf, ...rest } = schema;
  const patterns = typeof pattern === 'string' ? [pattern] : [];
  if (!Array.isArray(allOf)) return { rest: pattern === undefined ? schema : rest, patterns };
  const others = allOf.filter((part: unknown) => {
    const isPattern = isSchema(part) && Object.keys(part).every((key) => key === 'pattern');
    if (isPattern) patterns.push(part['pattern'] as string);
    return !isPattern;
  });
  return { rest: { ...rest, ...(others.length > 0 && { allOf: others }) }, patterns };
}

/**
 * Writes the format and the patterns of a text, and in words what neither of them can say to all clients. `isDescribed` is
 * set for a branch of a union that has a description.
 */
export function publishText(
  out: JsonSchema,
  schema: JsonSchema,
  patterns: readonly string[],
  of: 'input' | 'result',
  isDescribed: boolean,
): void {
  for (const words of getWords(schema)) describe(out, words);
  const format = typeof schema['format'] === 'string' ? schema['format'] : undefined;
  if (format === undefined && patterns.length === 0) return;
  const notes = notesOfPatterns(schema);
  const found = sort(format, patterns, notes);
  publishFormat(out, schema, found, of);
  if (found.kept.length === 1) out['pattern'] = found.kept[0];
  else if (found.kept.length > 1) {
    out['allOf'] = [...((out['allOf'] ?? []) as JsonSchema[]), ...found.kept.map((pattern) => ({ pattern }))];
  }
  const name = format === undefined ? undefined : formatNames[format];
  const isUnsaid = out['format'] === undefined && found.variant === undefined && found.kept.length === 0;
  // The first pattern of a format that clients do not know is its own: that of an emoji, for example.
  const isOfFormat = (pattern: string, index: number): boolean => index === 0 && notes[pattern] !== 'own';
  const lost =
    isUnsaid && name !== undefined
      ? found.lost.filter((pattern, index) => !isOfFormat(pattern, index))
      : found.lost;
  if (isUnsaid && name !== undefined) describe(out, name);
  else if (isUnsaid && format !== undefined && patterns.length === 0) describe(out, `format: ${format}`);
  else if (found.variant !== undefined && !found.isReadable) describe(out, found.variant.words ?? name!);
  else if (of === 'input' && found.variant?.words !== undefined) describe(out, found.variant.words);
  for (const pattern of lost) {
    const note = notes[pattern];
    describe(out, typeof note === 'object' ? note.words : wordPattern(pattern));
  }
  const hint = of === 'input' && !isDescribed ? formatHints[String(out['format'])] : undefined;
  if (hint !== undefined) out.description ??= hint;
}

interface Sorted {
  /** What one of the patterns says beside the format. */
  variant: Variant | undefined;
  /** Whether all clients could read the pattern of the format. */
  isReadable: boolean;
  /** What is published. */
  kept: string[];
  /** What not all clients can read. */
  lost: string[];
}

function sort(
  format: string | undefined,
  patterns: readonly string[],
  notes: ReturnType<typeof notesOfPatterns>,
): Sorted {
  const sorted: Sorted = { variant: undefined, isReadable: true, kept: [], lost: [] };
  for (const pattern of new Set(patterns)) {
    const plain = toPlainPattern(pattern);
    const isValid = plain !== undefined || isUnicodePattern(pattern);
    const mayBeOfFormat = isValid && format !== undefined && notes[pattern] !== 'own';
    const variant = mayBeOfFormat ? findVariant(format, pattern) : undefined;
    if (variant !== undefined) {
      sorted.variant ??= variant;
      sorted.isReadable &&= plain !== undefined;
    } else if (plain !== undefined) sorted.kept.push(plain);
    else sorted.lost.push(pattern);
  }
  return sorted;
}

function publishFormat(
  out: JsonSchema,
  schema: JsonSchema,
  { variant }: Sorted,
  of: 'input' | 'result',
): void {
  const format = schema['format'] as string | undefined;
  if (format === undefined || !publishedFormats.has(format) || variant?.isOther === true) return;
  // The pattern beside a date-time takes nothing that clients refuse.
  const isExact = getMark(schema)?.is === 'leaf' || (format === 'date-time' && variant !== undefined);
  if (of === 'input' || isExact || !strictFormats.has(format)) out['format'] = format;
}
