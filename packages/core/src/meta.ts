import type { AuthInfo, ContentBlock } from '@modelcontextprotocol/server';
import type { TRPCError } from '@trpc/server';

/** Hints for clients about what a tool does. @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools */
export interface McpAnnotations {
  /** The name that people see, for clients that do not read the tool's own `title`. */
  title?: string;
  /** The tool changes nothing. By default true for everything but mutations. */
  readOnlyHint?: boolean;
  /** The tool may delete or overwrite data. By default true for mutations. */
  destructiveHint?: boolean;
  /** A second call with the same arguments changes nothing more. */
  idempotentHint?: boolean;
  /** The tool works with systems outside of the app, such as the web. */
  openWorldHint?: boolean;
}

/** What a credential says of its caller. `auth.authenticate` returns it, and everything else gets it as `auth`. */
export interface McpAuthInfo extends AuthInfo {
  /**
   * The person or account that the credential speaks for, such as the id of a user. It tells callers apart: idempotency
   * keys, consents, rate limits and sessions belong to a subject, whichever credential or client it uses. `jwt` and
   * `introspection` set it from `sub`.
   */
  subject?: string | undefined;
  /** Who issued the credential. Two issuers may give the same name to two subjects. `jwt` and `introspection` set it. */
  issuer?: string | undefined;
}

/** An icon of a tool or a server. */
export interface McpIcon {
  /** An `https:` or `data:` URL. */
  src: string;
  /** For example `image/png`. */
  mimeType?: string;
  /** For example `['48x48']`, or `['any']` for SVG. */
  sizes?: string[];
  /** The background that the icon is made for. By default it is for both. */
  theme?: 'light' | 'dark';
}

/**
 * When results have structured content, beside the content. Some clients show a model the structured content and nothing
 * else, some the content, some both.
 *
 * - `auto`: where the content is a copy of it. Where the content says something else or more (`toContent`, files, images),
 *   results have no structured content, and no output schema is listed.
 * - `always`: whatever the content is. A program gets all the data, and some models do not see the content.
 * - `never`: results are content only.
 */
export type Structured = 'auto' | 'always' | 'never';

/** How much of a result a tool gives at once, and in which form. */
export interface McpResultSettings {
  /**
   * About how many tokens a result may have, at four characters each. A longer list is cut after a whole row, and the model
   * reads how to get the rest. Nothing is cut by default.
   */
  maxTokens?: number;
  /** Adds the argument `_fields`: the paths of the fields that a call wants, such as `items.id`. Off by default. */
  fields?: boolean;
  /**
   * `tsv` writes rows as tab-separated values with a line of names, which takes about half the tokens. Such a tool has no
   * structured content. `json` by default.
   */
  format?: 'json' | 'tsv';
}

/** Settings that a base procedure gives to all procedures built on it, with `.use(mcpDefaults({ … }))`. */
export interface McpDefaults<Ctx = any> {
  /**
   * Hints for clients about what the tool does: whether it only reads, may destroy something, or may be repeated. By
   * default a query is read-only, and a mutation is destructive.
   */
  annotations?: McpAnnotations;
  /** The icons that clients show of the tool. */
  icons?: McpIcon[];
  /** Listed with the tool as it is. Give keys of your own a reverse-DNS prefix: `com.example/key`. */
  _meta?: Record<string, unknown>;
  /** Added to the description: what a model has to know and no schema says, such as the rules of a custom validator. */
  instructions?: string;
  /**
   * The scopes that a caller's credential needs. They are compared with the `scopes` that `auth.authenticate` returned.
   * The scopes of a procedure and of its defaults add up.
   */
  scopes?: string[];
  /**
   * Decides whether this caller may know about the tool. When it returns `false` or throws, the tool is not listed, and a
   * call gets the same answer as for a tool that does not exist.
   */
  visible?: (ctx: Ctx) => boolean | Promise<boolean>;
  /** Tells a model what to do next. It replaces the hint that each error code has by default. */
  errorHint?: (error: TRPCError) => string | undefined;
  /** How long a call may take before it ends with TIMEOUT. By default the handler's `timeoutMs`. */
  timeoutMs?: number;
  /** How often a caller may call it. */
  rateLimit?: McpRateLimit;
  /**
   * What happens to arguments that the schema does not know: the call is refused, or they are dropped (`pass`). By default
   * the handler's `unknownArguments`. Middleware that reads other arguments with `getRawInput()` needs `pass`.
   */
  unknownArguments?: 'refuse' | 'pass';
  /**
   * Words by which a client that searches for tools finds this one, beside those of its name and description:
   * `['invoice', 'dunning']`.
   */
  keywords?: string[];
  /** When results have structured content. By default the handler's `structured`. */
  structured?: Structured;
  /** How much of a result the tool gives at once, and in which form. Each key wins over the handler's `result`. */
  result?: McpResultSettings;
  /**
   * The group that it belongs to. A connector chooses groups with `?toolsets=billing,support` in its URL. By default the
   * first segment of the path, `customers` for `customers.list`. What is made without tRPC is a group of its own.
   */
  toolset?: string;
}

/** Allows `points` calls within `durationMs`. A call beyond that fails, and the error says when to call again. */
export interface McpRateLimit {
  /** How many calls are allowed within `durationMs`. */
  points: number;
  /** How long a window lasts, in milliseconds. */
  durationMs: number;
  /**
   * Returns a key: calls with the same key share the points. By default each caller has a
   * key of their own, as far as callers are known.
   */
  by?: (call: {
    tool: { name: string; path: string } | undefined;
    auth: McpAuthInfo | undefined;
  }) => string | Promise<string>;
}

/** Whom content is for, and how important it is. */
export interface McpContentAnnotations {
  /** Whom it is for: the person, the model, or both. */
  audience?: ('user' | 'assistant')[];
  /** From 0 (optional) to 1 (required). */
  priority?: number;
  /** A date-time in ISO 8601. */
  lastModified?: string;
}

/** A query as a resource. A string that it returns becomes text, an object JSON, a file or bytes a blob. */
export interface McpResource {
  /**
   * A fixed URI, or an RFC 6570 template whose variables are the input: `customers://{id}`.
   * @see https://www.rfc-editor.org/rfc/rfc6570
   */
  uri: string;
  /** By default the name that the procedure has as a tool. */
  name?: string;
  /** The name that people see. By default the procedure's `title`. */
  title?: string;
  /** Tells people and models what there is to read. By default the procedure's `description`. */
  description?: string;
  /** The MIME type of what the query returns. By default that of a file, `text/plain` for a string, else `application/json`. */
  mimeType?: string;
  /** The size in bytes, when it is known before the query runs. */
  size?: number;
  /** Whom the resource is for, and how important it is. */
  annotations?: McpContentAnnotations;
  /** The icons that clients show of the resource. By default those of the procedure. */
  icons?: McpIcon[];
  /** Listed with the resource as it is. Give keys of your own a reverse-DNS prefix: `com.example/key`. */
  _meta?: Record<string, unknown>;
  /**
   * For a template: the path of a query that lists what there is to read. It returns a list, or one page as
   * `{ items, nextCursor }`; for the next page it gets `{ cursor }`. Each item has the template's variables, or a `uri`.
   * An item may also have `name`, `title`, `description`, `mimeType`, `size` and `annotations`, which are then listed.
   */
  list?: string;
}

/** A query as a prompt. The properties of its input are the arguments. It returns a string, messages, or `mcpContent`. */
export interface McpPrompt {
  /** By default the name that the procedure has as a tool. */
  name?: string;
  /** The name that people see. By default the procedure's `title`. */
  title?: string;
  /** Tells people what the prompt is for. By default the procedure's `description`. */
  description?: string;
  /** The icons that clients show of the prompt. By default those of the procedure. */
  icons?: McpIcon[];
  /** Listed with the prompt as it is. Give keys of your own a reverse-DNS prefix: `com.example/key`. */
  _meta?: Record<string, unknown>;
}

/** Limits of a stream that might never end. */
export interface McpStream {
  /** The collected items. 100 by default. */
  maxItems?: number;
  /** How long items are collected. 20,000 by default. */
  maxMs?: number;
}

/** A question to a person that a query fills. */
export interface McpConfirm {
  /**
   * The question: `Deactivate {name} of {company}?`. A name in it stands for the argument of that name, else for the field of
   * what the query returns. Both are shown in quotes.
   */
  question: string;
  /**
   * The path of a query, such as `customers.get`. It gets those arguments of the call that its input has, and runs as a call
   * of its caller: with its own middleware, scopes, `visible` and `rateLimit`. If it fails, or returns nothing, the call ends
   * with its error, and nobody is asked. It runs only when the question is asked, and can ask nothing itself.
   */
  with: string;
}

/** How the calls of a tool become tasks. @see https://modelcontextprotocol.io/extensions/tasks/overview */
export interface McpTask {
  /** How long a task may run, and how long its result is kept after its end, in milliseconds. One hour by default. */
  ttlMs?: number;
  /** How long a client should wait from one look at the task to the next, in milliseconds. 1,000 by default. */
  pollMs?: number;
  /**
   * For how many milliseconds a call is waited for before it becomes a task. What ends within this time, or asks a question,
   * is answered as a call without a task. 0 by default: each call is a task at once.
   */
  after?: number;
  /**
   * Whether clients without the extension are refused. Use it for work that takes longer than any client waits. By default
   * such clients get a call that is answered when it is over.
   */
  required?: boolean;
}

/** The settings of one procedure: `mcp` in its meta. */
export interface McpSettings<Ctx = any> extends McpDefaults<Ctx> {
  /** The tool's name. By default it is made from the path: `customers.list` becomes `customers_list`. */
  name?: string;
  /** The name that people see. */
  title?: string;
  /** Tells the model what the tool does and when to use it. */
  description?: string;
  /**
   * The schema that models see, in place of the one made from the procedure's parsers: a Standard Schema or a JSON Schema.
   * A validator without a JSON Schema needs it. Arguments still go through the parsers. A JSON Schema of an object whose
   * `$schema` is that of 2020-12 is listed exactly as it is, even if some clients cannot read it. In development, `ready()`
   * prints which ones.
   */
  input?: unknown;
  /** The schema that clients see for the output, in place of the one made from `.output()`. Results are not checked with it. */
  output?: unknown;
  /** Makes text, or other content, of the output for the model. With `structured: 'always'`, programs also get the output as structured content. */
  toContent?: (output: any) => string | ContentBlock[];
  /** Tells clients that load tools only when they are searched for to load this one at once. For the few that most tasks need. */
  pinned?: boolean;
  /** Whether it is a tool. By default it is, unless it is a resource or a prompt. A procedure can be all three. */
  tool?: boolean;
  /** Makes a query a resource. */
  resource?: McpResource;
  /** Makes a query a prompt. */
  prompt?: boolean | McpPrompt;
  /**
   * For arguments of a prompt and variables of a resource: the path of a query that completes them. The query gets
   * `{ value, arguments }`: the text typed so far, and the other arguments. It returns a list, or
   * `{ values, total, hasMore }`. Enums and booleans are completed without it.
   */
  complete?: Record<string, string>;
  /** The limits at which collecting ends, for a subscription or a query that returns an endless generator. */
  stream?: McpStream;
  /**
   * Asks the person with this question before the tool runs; `{id}` in it stands for an argument, which is shown in quotes.
   * `true` makes a question of the title. `{ question, with: 'customers.get' }` fills it with what a query returns. The
   * arguments that it does not name follow, each on a line. The person agrees to these arguments.
   * It protects against replays, changed arguments and an overeager model. It does not protect against a client that answers
   * without asking: middleware has to decide what a caller may do.
   */
  confirm?: string | true | McpConfirm;
  /** What happens to the call when the client cannot ask. `refuse` by default. */
  confirmFallback?: 'refuse' | 'proceed';
  /**
   * For a mutation: the path of a query that says what the mutation would do. It adds the argument `_dryRun`; when a call
   * sets it to `true`, the query runs in place of the mutation.
   */
  dryRun?: string;
  /**
   * For a mutation: adds the argument `_idempotencyKey`. When the same caller sends the same key and arguments again within
   * a day, the call returns the first answer and does not run again.
   */
  idempotent?: boolean;
  /**
   * Lets the work go on after the answer, for clients that support tasks: they are given the id of a task, and ask for its
   * state and its result later. Other clients wait for the call as usual. `true` makes every call a task at once.
   */
  task?: true | McpTask;
}

/**
 * The meta type that exposes procedures: `initTRPC.meta<McpMeta>()`, or an interface of your own that extends it. A
 * procedure without `mcp` in its meta is not exposed.
 */
export interface McpMeta<Ctx = any> {
  /** `true` makes the procedure a tool with the settings of its defaults; an object also sets its own; `false` hides it. */
  mcp?: boolean | McpSettings<Ctx>;
}
