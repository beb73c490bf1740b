import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import { defaultStream } from '../catalog/callable.ts';
import type { Era, Tool } from '../catalog/tool.ts';
import { isRecord } from '../record.ts';
import type { Encoded } from '../schema/output.ts';
import type { ResultOutcome } from './outcome.ts';
import { toYieldedText } from './yielded.ts';

const doneText = 'Operation completed successfully';

/** Converts a failed call into a tool result, so that the model reads what went wrong. */
export function toErrorResult(text: string, meta: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true, _meta: meta };
}

/**
 * Converts what the procedure returned into a tool result. `yielded` is what a generator yielded before. Throws, or rejects,
 * if JSON cannot express it.
 */
export function toToolResult(
  tool: Tool,
  value: unknown,
  era: Era,
  yielded: readonly unknown[] = [],
): ResultOutcome | Promise<ResultOutcome> {
  const encoded = tool.output.encode(value);
  if (yielded.length > 0) return addYielded(tool, value, era, encoded, yielded);
  // Only Blobs are read asynchronously.
  if (encoded instanceof Promise) return encoded.then((read) => toResult(tool, value, era, read));
  return toResult(tool, value, era, encoded);
}

/** Adds what was yielded as a text of its own. Programs get the returned value alone, as structured content. */
async function addYielded(
  tool: Tool,
  value: unknown,
  era: Era,
  encoded: Encoded | Promise<Encoded>,
  yielded: readonly unknown[],
): Promise<ResultOutcome> {
  const { result } = toResult(tool, value, era, await encoded);
  const told = yielded.slice(0, tool.stream?.maxItems ?? defaultStream.maxItems);
  const texts = await Promise.all(told.map((each) => toYieldedText(tool, each)));
  const many = yielded.length === 1 ? '1 value was' : `${yielded.length} values were`;
  const start = `${many} yielded before this result`;
  const head = told.length < yielded.length ? `${start}; the first ${told.length}:` : `${start}:`;
  const content = [...(result['content'] as ContentBlock[]), toText([head, ...texts].join('\n'))];
  return { kind: 'result', result: { ...result, content } };
}

function toResult(tool: Tool, value: unknown, era: Era, { json, content }: Encoded): ResultOutcome {
  if (json === undefined) {
    const blocks = content.length > 0 ? toBlocks(content) : [toText(doneText)];
    const { outputSchema } = tool.listed[era];
    // Clients refuse a result without structured content where they know of a schema.
    const absent = tool.output.mayBeAbsent &&
      outputSchema && { structuredContent: era === 'modern' ? null : {} };
    return { kind: 'result', result: { content: blocks, ...absent } };
  }
  const structuredContent = isWrapped(tool, json, era) ? { result: json } : json;
  const own = tool.toContent?.(value);
  if (own !== undefined) {
    return { kind: 'result', result: { content: [...toBlocks(own), ...content], structuredContent } };
  }
  const written = JSON.stringify(structuredContent);
  // A model reads a text as it is. Only programs need the quotes of JSON around it.
  const text = typeof json === 'string' ? json : written;
  const result = { content: [toText(text), ...content], structuredContent };
  return content.length > 0 ? { kind: 'result', result } : { kind: 'result', result, json: written, text };
}

function toText(text: string): ContentBlock {
  return { type: 'text', text };
}

/** Clients before 2026 accept only objects as structured content. The schema decides if there is one, else the value. */
function isWrapped({ output, stream }: Tool, json: unknown, era: Era): boolean {
  if (stream) return !fitsStreamSchema(json);
  if (era === 'modern') return false;
  if (output.legacySchema) return output.wrapped;
  return typeof json !== 'object' || json === null || Array.isArray(json);
}

/** Whether this is what was collected, or an object that the generator returned and that has none of its keys. */
function fitsStreamSchema(json: unknown): boolean {
  if (!isRecord(json)) return false;
  const isCollected = 'items' in json && 'ended' in json;
  return isCollected || !('items' in json || 'ended' in json || 'lastEventId' in json);
}

/** Reads the content that the app made. Throws if a client would reject it, so that `onError` is called. */
function toBlocks(own: unknown): ContentBlock[] {
  if (typeof own === 'string') return [toText(own)];
  if (!Array.isArray(own)) throw new TypeError('toContent must return a string or a list of content blocks');
  // Checks the blocks as they are sent: JSON.stringify throws for some values and leaves others out.
  const blocks = JSON.parse(JSON.stringify(own)) as Record<string, unknown>[];
  for (const [index, block] of blocks.entries()) {
    if (!isBlock(block)) {
      const kind = `"${String(block?.['type'])}"`;
      throw new TypeError(
        `Content block ${index}, of the type ${kind}, is none that MCP knows, or lacks something`,
      );
    }
  }
  return blocks as ContentBlock[];
}

/** The fields that a block of each type must have. @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#tool-result */
const requiredFields = {
  text: ['text'],
  image: ['data', 'mimeType'],
  audio: ['data', 'mimeType'],
  resource_link: ['uri', 'name'],
  resource: [],
} as const satisfies Record<ContentBlock['type'], readonly string[]>;

function isBlock(block: unknown): boolean {
  if (typeof block !== 'object' || block === null) return false;
  const { type, resource } = block as { type?: unknown; resource?: unknown };
  if (typeof type !== 'string' || !Object.hasOwn(requiredFields, type)) return false;
  if (type === 'resource') return hasTexts(resource, ['uri', 'text']) || hasTexts(resource, ['uri', 'blob']);
  return hasTexts(block, requiredFields[type as keyof typeof requiredFields]);
}

function hasTexts(object: unknown, keys: readonly string[]): boolean {
  return keys.every((key) => typeof (object as Record<string, unknown> | undefined)?.[key] === 'string');
}
