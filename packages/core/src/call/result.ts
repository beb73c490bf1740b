import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import type { Era, Tool } from '../catalog/tool.ts';

const done = 'Operation completed successfully';

/** What the procedure returned, as a tool result. Rejects when it cannot be said in JSON. */
export async function toToolResult(tool: Tool, value: unknown, era: Era): Promise<CallToolResult> {
  const { json, content } = await tool.output.encode(value);
  if (json === undefined) return { content: content.length > 0 ? [...content] : [toText(done)] };
  const structuredContent = era === 'legacy' && isWrapped(tool, json) ? { result: json } : json;
  const told = tool.toContent?.(value) ?? JSON.stringify(structuredContent);
  return { content: [...(typeof told === 'string' ? [toText(told)] : told), ...content], structuredContent };
}

function toText(text: string): ContentBlock {
  return { type: 'text', text };
}

/** Clients before 2026 take objects only. Where there is a schema it has decided already, else the value does. */
function isWrapped({ output }: Tool, json: unknown): boolean {
  if (output.legacySchema) return output.wrapped;
  return typeof json !== 'object' || json === null || Array.isArray(json);
}
