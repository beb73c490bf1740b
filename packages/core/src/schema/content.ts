/** A content block of a tool result, see https://modelcontextprotocol.io/specification, Tools, Tool result. */
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

/** A result that `mcpContent` made. */
export interface McpContent {
  /** The content blocks, in the order in which the client gets them. */
  readonly blocks: readonly ContentBlock[];
}

// All copies of this package share this symbol. A result that merely has a `content` array does not have it.
const brand = Symbol.for('trpc-mcp.content');

/** Makes a result of content blocks that are sent to the client unchanged. A procedure returns it instead of data. */
export function mcpContent(blocks: readonly ContentBlock[]): McpContent {
  return Object.freeze({ blocks: [...blocks], [brand]: true });
}

export function isMcpContent(value: unknown): value is McpContent {
  return typeof value === 'object' && value !== null && (value as { [brand]?: true })[brand] === true;
}
