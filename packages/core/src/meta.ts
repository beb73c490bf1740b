import type { AuthInfo, ContentBlock } from '@modelcontextprotocol/server';
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
  /** How long a call may take, in milliseconds, before it ends with TIMEOUT. The handler's `timeoutMs` unless said otherwise. */
  timeoutMs?: number;
  /** How often it may be called. */
  rateLimit?: McpRateLimit;
}

/** A number of calls in a time. Who has none left is told when to come back. */
export interface McpRateLimit {
  points: number;
  durationMs: number;
  /** Who shares the points: by default, each caller has their own, as far as they are known. */
  by?: (call: {
    tool: { name: string; path: string } | undefined;
    auth: AuthInfo | undefined;
  }) => string | Promise<string>;
}

/** Who content is for, and how much it matters. */
export interface McpContentAnnotations {
  audience?: ('user' | 'assistant')[];
  /** From 0, optional, to 1, required. */
  priority?: number;
  /** ISO 8601. */
  lastModified?: string;
}

/** A query as something to read. Strings become text, objects JSON, files and bytes blobs. */
export interface McpResource {
  /**
   * A fixed URI, which is listed, or an RFC 6570 template whose variables are the input: `customers://{id}`.
   * @see https://www.rfc-editor.org/rfc/rfc6570
   */
  uri: string;
  /** The tool's own name unless said otherwise. */
  name?: string;
  title?: string;
  description?: string;
  /** Of what the query returns. Else a file says it itself, a string is text/plain, and the rest application/json. */
  mimeType?: string;
  /** In bytes, where it is known beforehand. */
  size?: number;
  annotations?: McpContentAnnotations;
  icons?: McpIcon[];
  _meta?: Record<string, unknown>;
  /**
   * For a template: the path of a query that lists what there is to read. It returns a list, or `{ items, nextCursor }` and
   * then gets `{ cursor }`. Each item carries the template's variables, or a `uri`; `name`, `title`, `description`,
   * `mimeType`, `size` and `annotations` of it are listed where they are there.
   */
  list?: string;
}

/** A query as a prompt. Its input's properties are the arguments; it returns a string, messages, or `mcpContent`. */
export interface McpPrompt {
  /** The tool's own name unless said otherwise. */
  name?: string;
  title?: string;
  description?: string;
  icons?: McpIcon[];
  _meta?: Record<string, unknown>;
}

/** Where a stream ends that might go on for ever. */
export interface McpStream {
  /** 100 by default. */
  maxItems?: number;
  /** 20,000 by default. */
  maxMs?: number;
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
   * JSON Schema. It is needed where a validator has no JSON Schema. What is sent still goes through the parsers. A JSON
   * Schema of an object whose `$schema` is that of 2020-12 is listed exactly as it is, whatever clients make of it.
   */
  input?: unknown;
  /** What clients see of the output, where there is no `.output()`, or in place of it. Nothing checks it. */
  output?: unknown;
  /** Says the output in words, or as any other content, for the model. Programs get it as structured content besides. */
  toContent?: (output: any) => string | ContentBlock[];
  /** Whether it is a tool. It is, unless it is a resource or a prompt; a procedure may be all of them. */
  tool?: boolean;
  /** Makes a query a resource. */
  resource?: McpResource;
  /** Makes a query a prompt. */
  prompt?: boolean | McpPrompt;
  /**
   * Completes arguments of a prompt and variables of a resource, by the path of a query that gets
   * `{ value, arguments }`: what was typed, and what the other arguments are so far. It returns a list, or
   * `{ values, total, hasMore }`. Enums and booleans complete by themselves.
   */
  complete?: Record<string, string>;
  /** Where the tool stops to collect, when the procedure is a subscription or returns an endless generator. */
  stream?: McpStream;
  /**
   * Asks the person before the tool runs, in these words: `{id}` stands for an argument. `true` makes them of the title. It
   * guards against replays, altered arguments and an over-eager model, and not against a client that answers for its person:
   * what one may do is for middleware to decide.
   */
  confirm?: string | true;
  /** What becomes of the call where the client cannot ask: `refuse` unless said otherwise. */
  confirmFallback?: 'refuse' | 'proceed';
  /** For a mutation: the path of a query that tells what it would do. It adds the argument `_dryRun`, and answers where that is true. */
  dryRun?: string;
  /**
   * For a mutation: adds the argument `_idempotencyKey`. For a day, the same key with the same arguments of the same caller gives
   * the first answer again, and runs nothing.
   */
  idempotent?: boolean;
}

/**
 * The meta that exposes a procedure: `initTRPC.meta<McpMeta>()`, or an interface of your own that extends it.
 * A procedure without `mcp` is not exposed.
 */
export interface McpMeta<Ctx = any> {
  mcp?: boolean | McpSettings<Ctx>;
}
