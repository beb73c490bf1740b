import type { CallToolResult, ContentBlock, Result } from '@modelcontextprotocol/server';
import type { Era, Tool } from '../catalog/tool.ts';
import type { Encoded } from '../schema/output.ts';

const done = 'Operation completed successfully';

/** What a client is told of a call that went well. */
export interface Told {
  result: Result;
  /** The structured content as JSON, where that is the text as well: it need not be written twice. */
  json?: string;
}

/** A failed call as a tool result: whatever goes wrong below a tool, the model has to read it. */
export function toErrorResult(text: string, meta: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true, _meta: meta };
}

/** What the procedure returned, as a tool result. Throws, or rejects, when it cannot be said in JSON. */
export function toToolResult(tool: Tool, value: unknown, era: Era): Told | Promise<Told> {
  const encoded = tool.output.encode(value);
  // Only a Blob takes time to read.
  if (encoded instanceof Promise) return encoded.then((read) => tell(tool, value, era, read));
  return tell(tool, value, era, encoded);
}

function tell(tool: Tool, value: unknown, era: Era, { json, content }: Encoded): Told {
  if (json === undefined)
    return { result: { content: content.length > 0 ? toBlocks(content) : [toText(done)] } };
  const structuredContent = era === 'legacy' && isWrapped(tool, json) ? { result: json } : json;
  const own = tool.toContent?.(value);
  if (own !== undefined) return { result: { content: [...toBlocks(own), ...content], structuredContent } };
  const text = JSON.stringify(structuredContent);
  const result = { content: [toText(text), ...content], structuredContent };
  return content.length > 0 ? { result } : { result, json: text };
}

function toText(text: string): ContentBlock {
  return { type: 'text', text };
}

/** Clients before 2026 take objects only. Where there is a schema it has decided already, else the value does. */
function isWrapped({ output, stream }: Tool, json: unknown): boolean {
  // What was collected from a stream is an object, whatever is known of its values.
  if (output.legacySchema && !stream) return output.wrapped;
  return typeof json !== 'object' || json === null || Array.isArray(json);
}

/** The app's own content. Throws where a client would refuse it, so that `onError` hears of it and not the client. */
function toBlocks(told: unknown): ContentBlock[] {
  if (typeof told === 'string') return [toText(told)];
  if (!Array.isArray(told)) throw new TypeError('toContent gives a string or a list of content blocks');
  // What JSON cannot say, throws; what it leaves out is gone before it is looked at.
  const blocks = JSON.parse(JSON.stringify(told)) as Record<string, unknown>[];
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

/** @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#tool-result */
const needs = {
  text: ['text'],
  image: ['data', 'mimeType'],
  audio: ['data', 'mimeType'],
  resource_link: ['uri', 'name'],
  resource: [],
} as const satisfies Record<ContentBlock['type'], readonly string[]>;

function isBlock(block: unknown): boolean {
  if (typeof block !== 'object' || block === null) return false;
  const { type, resource } = block as { type?: unknown; resource?: unknown };
  if (typeof type !== 'string' || !Object.hasOwn(needs, type)) return false;
  if (type === 'resource') return has(resource, ['uri', 'text']) || has(resource, ['uri', 'blob']);
  return has(block, needs[type as keyof typeof needs]);
}

function has(object: unknown, keys: readonly string[]): boolean {
  return keys.every((key) => typeof (object as Record<string, unknown> | undefined)?.[key] === 'string');
}
