import type { CallToolResult } from '@modelcontextprotocol/client';
import { readTsv } from './tsv.ts';

/** Rows that a result has, and what it says beside them. */
export interface Rows {
  /** Where they are, as words: `items`, `data.items`, or nothing if the result is the rows. */
  name: string;
  rows: readonly unknown[];
  /** The other values of the object that has the rows: `totals`, `nextCursor`. */
  beside: readonly (readonly [name: string, value: unknown])[];
}

/**
 * Finds the lists of a result that can be tables: in its structured content, or else in the texts that are JSON or the
 * tab-separated values of `result.format: 'tsv'`. The longest comes first.
 */
export function findRows({ structuredContent, content }: CallToolResult): Rows[] {
  const fromStructured = listsOf(structuredContent);
  if (fromStructured.length > 0) return fromStructured;
  const texts = content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
  const values = texts.map(readJson);
  const fromJson = values.flatMap(listsOf);
  if (fromJson.length > 0) return fromJson;
  // What is beside the rows of TSV comes as JSON in the text after them.
  return texts.flatMap((text, index) => {
    const rows = readTsv(text);
    if (!rows) return [];
    const next = values[index + 1];
    return [{ name: '', rows, beside: isRecord(next) ? Object.entries(next) : [] }];
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a text as JSON if it is an object or a list. */
export function readJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** How deep rows are looked for: `data.page.items`. */
const mostDepth = 3;
const mostLists = 20;

function listsOf(value: unknown): Rows[] {
  if (Array.isArray(value)) return isTable(value) ? [{ name: '', rows: value, beside: [] }] : [];
  const found: Rows[] = [];
  search(value, []);
  return found.toSorted((one, other) => other.rows.length - one.rows.length);

  function search(holder: unknown, path: readonly string[]): void {
    if (!isRecord(holder) || path.length >= mostDepth) return;
    for (const [key, child] of Object.entries(holder)) {
      if (found.length >= mostLists) return;
      const name = [...path, key].join('.');
      if (!Array.isArray(child)) search(child, [...path, key]);
      else if (isTable(child))
        found.push({
          name,
          rows: child,
          beside: Object.entries(holder).filter(([other]) => other !== key),
        });
    }
  }
}

/** Whether values can be rows: objects, at least some of them. */
function isTable(values: readonly unknown[]): boolean {
  return values.some(isRecord);
}
