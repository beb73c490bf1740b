import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import { isRecord } from './rows.ts';

/** How the rest of a result is had. */
export interface NextPage {
  /** What the endpoint says about it, for a model. */
  text: string | undefined;
  /** The arguments that a next call changes. `undefined` if only the text says how. */
  changes: Record<string, unknown> | undefined;
}

/**
 * Finds how to get the rows that a result does not have: the handle of `_meta.cut`, or the `nextCursor` beside the rows if the
 * tool takes a `cursor`.
 */
export function nextPageOf(tool: Tool, { structuredContent, _meta }: CallToolResult): NextPage | undefined {
  const cut = isRecord(_meta?.['cut']) ? _meta['cut'] : undefined;
  const more = isRecord(structuredContent) ? structuredContent['_more'] : undefined;
  const text = [cut?.['message'], more].find((each) => typeof each === 'string');
  if (typeof cut?.['_cursor'] === 'string') return { text, changes: { _cursor: cut['_cursor'] } };
  const cursor = isRecord(structuredContent) ? findCursor(structuredContent) : undefined;
  const takesCursor =
    isRecord(tool.inputSchema.properties) && Object.hasOwn(tool.inputSchema.properties, 'cursor');
  if (cursor !== undefined && takesCursor) return { text, changes: { cursor } };
  return text === undefined ? undefined : { text, changes: undefined };
}

function findCursor(value: Record<string, unknown>, depth = 0): string | number | undefined {
  for (const key of ['nextCursor', 'next_cursor']) {
    const found = Object.hasOwn(value, key) ? value[key] : undefined;
    if ((typeof found === 'string' && found !== '') || typeof found === 'number') return found;
  }
  if (depth >= 2) return undefined;
  for (const child of Object.values(value).slice(0, 50)) {
    const found = isRecord(child) ? findCursor(child, depth + 1) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
