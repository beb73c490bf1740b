import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import type { Era, Tool } from '../catalog/tool.ts';
import type { Encoded } from '../schema/output.ts';

const done = 'Operation completed successfully';

export interface Told {
  result: CallToolResult;
  /** The structured content as JSON, where that is the text as well: it need not be written twice. */
  json?: string;
}

/** What the procedure returned, as a tool result. Throws, or rejects, when it cannot be said in JSON. */
export function toToolResult(tool: Tool, value: unknown, era: Era): Told | Promise<Told> {
  const encoded = tool.output.encode(value);
  // Only a Blob takes time to read.
  return encoded instanceof Promise
    ? encoded.then((read) => tell(tool, value, era, read))
    : tell(tool, value, era, encoded);
}

function tell(tool: Tool, value: unknown, era: Era, { json, content }: Encoded): Told {
  if (json === undefined) return { result: { content: content.length > 0 ? [...content] : [toText(done)] } };
  const structuredContent = era === 'legacy' && isWrapped(tool, json) ? { result: json } : json;
  const own = tool.toContent?.(value);
  if (own !== undefined) {
    const told = typeof own === 'string' ? [toText(own)] : own;
    return { result: { content: [...told, ...content], structuredContent } };
  }
  const text = JSON.stringify(structuredContent);
  const result = { content: [toText(text), ...content], structuredContent };
  return content.length > 0 ? { result } : { result, json: text };
}

function toText(text: string): ContentBlock {
  return { type: 'text', text };
}

/** Clients before 2026 take objects only. Where there is a schema it has decided already, else the value does. */
function isWrapped({ output }: Tool, json: unknown): boolean {
  if (output.legacySchema) return output.wrapped;
  return typeof json !== 'object' || json === null || Array.isArray(json);
}
