import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Era, Tool } from '../catalog/tool.ts';

const done = 'Operation completed successfully';

/** What the procedure returned, as a tool result. Rejects when it cannot be said in JSON. */
export async function toToolResult(tool: Tool, value: unknown, era: Era): Promise<CallToolResult> {
  const { json, content } = await tool.output.encode(value);
  if (json === undefined)
    return { content: content.length > 0 ? [...content] : [{ type: 'text', text: done }] };
  const structuredContent = era === 'legacy' && isWrapped(tool, json) ? { result: json } : json;
  return {
    content: [{ type: 'text', text: JSON.stringify(structuredContent) }, ...content],
    structuredContent,
  };
}

/** Clients before 2026 take objects only. Where there is a schema it has decided already, else the value does. */
function isWrapped({ output }: Tool, json: unknown): boolean {
  if (output.legacySchema) return output.wrapped;
  return typeof json !== 'object' || json === null || Array.isArray(json);
}
