/** Hints for clients about what a tool does. @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools */
export interface McpAnnotations {
  title?: string;
  /** The tool changes nothing. True for queries unless said otherwise. */
  readOnlyHint?: boolean;
  /** The tool may delete or overwrite. True for mutations unless said otherwise. */
  destructiveHint?: boolean;
  /** Calling it twice with the same arguments is as calling it once. */
  idempotentHint?: boolean;
  /** The tool reaches beyond the app. */
  openWorldHint?: boolean;
}

/** A picture for a tool or a server. `src` is an `https:` or `data:` URL. */
export interface McpIcon {
  src: string;
  mimeType?: string;
  /** Such as `['48x48']`, or `['any']` for SVG. */
  sizes?: string[];
  theme?: 'light' | 'dark';
}

/** What a base procedure may set for all its leaves, with `.use(mcpDefaults({ … }))`. */
export interface McpDefaults {
  annotations?: McpAnnotations;
  icons?: McpIcon[];
  /** Passed through to the listed tool. Keys of your own want a reverse-DNS prefix: `com.example/key`. */
  _meta?: Record<string, unknown>;
}

/** What `mcp` in a procedure's meta may say. */
export interface McpSettings extends McpDefaults {
  /** The tool's name; else made from the path: `customers.list` is `customers_list`. */
  name?: string;
  /** The name a person reads. */
  title?: string;
  /** What the tool does and when to use it, for the model. */
  description?: string;
}

/**
 * The meta that exposes a procedure: `initTRPC.meta<McpMeta>()`, or an interface of your own that extends it.
 * A procedure without `mcp` is not exposed.
 */
export interface McpMeta {
  mcp?: boolean | McpSettings;
}
