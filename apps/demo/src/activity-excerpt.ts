const longestText = 200;
const mostItems = 20;
const mostValues = 100;
const deepest = 5;

/** Makes JSON of arguments, with long texts, long lists and deep objects cut, as it is kept in the activity log. */
export function toExcerpt(value: unknown): unknown {
  if (value === undefined) return null;
  let left = mostValues;
  const cut = (part: unknown, depth: number): unknown => {
    if (left-- <= 0) return '…';
    if (typeof part === 'string') return toShortText(part);
    if (typeof part === 'bigint') return String(part);
    if (typeof part !== 'object' || part === null) return part ?? null;
    if (part instanceof Date) return Number.isNaN(part.getTime()) ? null : part.toISOString();
    if (part instanceof Blob) return `${part.type || 'file'}, ${part.size} bytes`;
    if (depth >= deepest) return '…';
    if (Array.isArray(part)) {
      const shown = part.slice(0, mostItems).map((item) => cut(item, depth + 1));
      return part.length > mostItems ? [...shown, `… ${part.length - mostItems} more`] : shown;
    }
    const entries = Object.entries(part).slice(0, mostItems);
    return Object.fromEntries(entries.map(([key, item]) => [toShortText(key), cut(item, depth + 1)]));
  };
  return cut(value, 0);
}

/** Cuts a text, and replaces what PostgreSQL does not keep: the character U+0000 and halves of surrogate pairs. */
export function toShortText(text: string): string {
  const short = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  return Buffer.from(short.replaceAll('\u0000', '\ufffd')).toString();
}
