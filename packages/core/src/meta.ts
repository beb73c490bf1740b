import type { ContentBlock } from '@modelcontextprotocol/server';
import type { TRPCError } from '@trpc/server';

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
export interface McpDefaults<Ctx = any> {
  annotations?: McpAnnotations;
  icons?: McpIcon[];
  /** Passed through to the listed tool. Keys of your own want a reverse-DNS prefix: `com.example/key`. */
  _meta?: Record<string, unknown>;
  /** Added to the description: what custom validators demand, and what else no schema says. */
  instructions?: string;
  /**
   * What a caller's credential has to carry, compared with the `scopes` that `auth.authenticate` found. The scopes of
   * a procedure and of its defaults add up.
   */
  scopes?: string[];
  /**
   * Whether this caller may know of the tool. One that is not visible is neither listed nor callable, and cannot be
   * told from one that does not exist. A throw hides it.
   */
  visible?: (ctx: Ctx) => boolean | Promise<boolean>;
  /** What a model should do next, in place of the hint that comes with the error's code. */
  errorHint?: (error: TRPCError) => string | undefined;
}

/** What `mcp` in a procedure's meta may say. */
export interface McpSettings<Ctx = any> extends McpDefaults<Ctx> {
  /** The tool's name; else made from the path: `customers.list` is `customers_list`. */
  name?: string;
  /** The name a person reads. */
  title?: string;
  /** What the tool does and when to use it, for the model. */
  description?: string;
  /**
   * What models see of the input, and send, in place of what the procedure's own parsers say: a Standard Schema or a
   * JSON Schema. It is needed where a validator has no JSON Schema. What is sent still goes through the parsers.
   */
  input?: unknown;
  /** What clients see of the output, where there is no `.output()`, or in place of it. Nothing checks it. */
  output?: unknown;
  /** Says the output in words, or as any other content, for the model. Programs get it as structured content besides. */
  toContent?: (output: any) => string | ContentBlock[];
}

/**
 * The meta that exposes a procedure: `initTRPC.meta<McpMeta>()`, or an interface of your own that extends it.
 * A procedure without `mcp` is not exposed.
 */
export interface McpMeta<Ctx = any> {
  mcp?: boolean | McpSettings<Ctx>;
}
