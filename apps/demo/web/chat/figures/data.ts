/** A row of a list that a tool returned. */
export type Row = Record<string, unknown>;

/**
 * The data in the output of a tool. It is the result itself, or the structured content beside what a model reads: files,
 * or rows as text.
 */
export function toData(output: unknown): unknown {
  if (isRow(output) && Array.isArray(output['content']) && output['content'].every(isContent)) {
    return output['structuredContent'];
  }
  return output;
}

/** The lists of rows in a result: it is a list, or it has some. */
export function toLists(data: unknown): Row[][] {
  const parts = Array.isArray(data) ? [data] : isRow(data) ? Object.values(data) : [];
  return parts.filter((part): part is Row[] => Array.isArray(part) && part.length > 1 && part.every(isRow));
}

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isContent(part: unknown): boolean {
  return isRow(part) && typeof part['type'] === 'string';
}
