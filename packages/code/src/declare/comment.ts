import type { Schema } from './schema.ts';

const mostCharacters = 140;

/** Writes text in one line that can stand in a comment of TypeScript. */
export function toComment(text: string, most: number = mostCharacters): string {
  const line = text
    .replaceAll(/[\s\u2028\u2029]+/g, ' ')
    .replaceAll('*/', '*\u200b/')
    .trim();
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line;
}

/** What a schema says beside its type: what it is for, its format, its bounds and its default. */
export function commentOf(schema: Schema): string {
  const description = typeof schema['description'] === 'string' ? shortenKnown(schema['description']) : '';
  const hints = hintsOf(schema).filter((hint) => !description.includes(hint));
  const parts = [toComment(description), ...(schema['deprecated'] === true ? ['deprecated'] : []), ...hints];
  return parts.filter((part) => part !== '').join('; ');
}

/** Core explains dates to clients that do not show formats. Here the format is enough. */
function shortenKnown(description: string): string {
  return description.replace(/ISO 8601 (date-time|date|time)(?:, such as [\dTZ:.+-]+)?/, '$1');
}

/** What a value has to be, beside its type. */
export function hintsOf(schema: Schema): string[] {
  return [formatOf(schema), rangeOf(schema), lengthOf(schema), patternOf(schema), defaultOf(schema)].filter(
    (hint) => hint !== '',
  );
}

function formatOf({ format, contentEncoding }: Schema): string {
  if (typeof format === 'string') return toComment(format, 40);
  return typeof contentEncoding === 'string' ? toComment(contentEncoding, 40) : '';
}

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  // Integers have the largest ones that JSON takes.
  const isBound = (value: unknown): value is number =>
    typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  if (isBound(minimum) && isBound(maximum)) return `${minimum} to ${maximum}`;
  const least = isBound(minimum) ? `>= ${minimum}` : isBound(exclusiveMinimum) ? `> ${exclusiveMinimum}` : '';
  const most = isBound(maximum) ? `<= ${maximum}` : isBound(exclusiveMaximum) ? `< ${exclusiveMaximum}` : '';
  return [least, most].filter((part) => part !== '').join(' and ');
}

function lengthOf({ minLength, maxLength, minItems, maxItems, prefixItems }: Schema): string {
  const write = (least: unknown, most: unknown, what: string) => {
    if (typeof most === 'number')
      return `${typeof least === 'number' && least > 0 ? `${least} to` : 'at most'} ${most} ${what}`;
    // One character is what everybody gives.
    return typeof least === 'number' && least > 1 ? `at least ${least} ${what}` : '';
  };
  const items = prefixItems === undefined ? write(minItems, maxItems, 'items') : '';
  return [write(minLength, maxLength, 'characters'), items].filter((part) => part !== '').join(', ');
}

function patternOf({ pattern, format }: Schema): string {
  if (typeof pattern !== 'string' || typeof format === 'string' || pattern.length > 40) return '';
  return toComment(`/${pattern}/`, 60);
}

function defaultOf(schema: Schema): string {
  if (!Object.hasOwn(schema, 'default')) return '';
  const text = JSON.stringify(schema['default']) as string | undefined;
  return text === undefined || text.length > 40 ? '' : `default ${toComment(text)}`;
}
