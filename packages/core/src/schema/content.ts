/** What MCP puts into a tool result beside text: https://modelcontextprotocol.io/specification → Tools, Tool result. */
export type ContentBlock =
  | { type: 'text'; text: string; [key: string]: unknown }
  | { type: 'image' | 'audio'; data: string; mimeType: string; [key: string]: unknown }
  | { type: 'resource_link'; uri: string; name: string; [key: string]: unknown }
  | {
      type: 'resource';
      resource:
        { uri: string; mimeType?: string; text: string } | { uri: string; mimeType?: string; blob: string };
      [key: string]: unknown;
    };

/** Ready-made content, as `mcpContent` makes it. */
export interface McpContent {
  readonly blocks: readonly ContentBlock[];
}

// Shared between copies of this package; nothing that merely has a `content` array carries it.
const BRAND = Symbol.for('trpc-mcp.content');

/** Makes a result that is sent to the client as it is: a procedure returns it instead of data. */
export function mcpContent(blocks: readonly ContentBlock[]): McpContent {
  return Object.freeze({ blocks: [...blocks], [BRAND]: true });
}

export function isMcpContent(value: unknown): value is McpContent {
  return typeof value === 'object' && value !== null && (value as { [BRAND]?: true })[BRAND] === true;
}
