/** The value of a keyword as all clients take it; undefined if it says nothing that they can check. */
export function toPlainKeyword(keyword: string, value: unknown): unknown {
  const kind = annotationKinds[keyword];
  if (kind !== undefined) return kind(value) ? value : undefined;
  if (keyword === 'type' && Array.isArray(value)) return [...new Set(value as string[])];
  if (keyword === 'enum' && Array.isArray(value)) return [...new Set(value as unknown[])];
  // A converter that copies through JSON writes null for an infinity.
  if (value === null && sizeKeyword.test(keyword)) return undefined;
  if (typeof value !== 'number') return value;
  // Clients divide, and 0.07 / 0.01 is no whole number. It is one for a step that a computer stores exactly.
  if (keyword === 'multipleOf')
    return Number.isInteger(value * 2 ** 20) ? Math.abs(value) || undefined : undefined;
  const [, side, isSize] = sizeKeyword.exec(keyword) ?? [];
  if (side === undefined) return value;
  if (!Number.isFinite(value)) return undefined;
  if (isSize === undefined) return value;
  return side === 'max' ? Math.floor(value) : Math.max(Math.ceil(value), 0);
}

const sizeKeyword = /^(min|max|exclusiveMin|exclusiveMax)(?:imum|(Length|Items|Properties))$/;

/** What annotations have to be. Others, which an app writes for other tools, are left out. */
const annotationKinds: Record<string, ((value: unknown) => boolean) | undefined> = {
  title: (value) => typeof value === 'string',
  description: (value) => typeof value === 'string',
  examples: Array.isArray,
  deprecated: (value) => typeof value === 'boolean',
  readOnly: (value) => typeof value === 'boolean',
  writeOnly: (value) => typeof value === 'boolean',
};
