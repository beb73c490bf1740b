import type { ServerCapabilities, ServerEventBus } from '@modelcontextprotocol/server';
import type { AnyTRPCRouter, inferRouterContext } from '@trpc/server';
import type { AuthOptions } from '../auth/gate.ts';
import type { ToError } from '../call/app-error.ts';
import type { Bypass, McpRequest } from '../call/context.ts';
import type { CallFailure } from '../call/failure.ts';
import type { OnCall } from '../call/on-call.ts';
import type { Store } from '../call/store.ts';
import type { AsTools } from '../catalog/as-tools.ts';
import type { CodeMode } from '../catalog/code-mode.ts';
import type { Expose, ExposeFunction, ExposePattern } from '../catalog/expose.ts';
import type { FileOptions } from '../catalog/item.ts';
import type { OutputSchemas } from '../catalog/output-schemas.ts';
import type { OwnItems } from '../catalog/own.ts';
import type { Budget } from '../catalog/size.ts';
import type { Skills } from '../catalog/skills/skill-files.ts';
import type { MetaOf, Tag } from '../catalog/tag.ts';
import type { McpIcon, McpMeta, McpRateLimit, McpResultSettings, Structured } from '../meta.ts';
import type { SchemaOptions } from '../schema/input.ts';
import type { CardOptions } from './card/card.ts';
import type { CorsOptions } from './cors.ts';
import type { Page } from './page.ts';
import type { SealedCaller, TaskJob } from './tasks/record.ts';

/** What clients show of the server. `Ctx` is the context of the procedures. */
export interface ServerInfo<Ctx = unknown> {
  /** A name for programs, such as `acme-billing`. */
  name: string;
  /** The version of the app. */
  version: string;
  /** The name that people see. */
  title?: string;
  /**
   * Instructions for the model: what the app is for, and how to use its tools together. A function makes them for each
   * caller, of the context that `createContext` makes, for example with their time zone and plan. If it throws, or takes
   * longer than `hookTimeoutMs`, there are none, and `onError` is called.
   */
  instructions?: string | ((ctx: Ctx) => string | Promise<string>);
  /** What people can do with the server, in a sentence. */
  description?: string;
  /** The page of the app, for people. */
  websiteUrl?: string;
  /** The icons that clients show of the server. */
  icons?: McpIcon[];
  /** Further capabilities, which the app implements with `getMcpCall().sdk`. For example `logging`, which is deprecated. */
  capabilities?: ServerCapabilities;
}

/** How clients of revisions before 2026-07-28 are served. */
export type Legacy = 'stateless' | 'sessions' | 'reject';

/** How many sessions are kept, for how long, and what their clients can come back for. */
export interface SessionLimits {
  /**
   * How many sessions are kept. The one that was used longest ago is ended to make room for a new one, unless all of them
   * have running calls. A caller who has a tenth of them makes room with their own alone; all that are unknown count as one.
   * 1,000 by default.
   */
  max?: number;
  /** The time in milliseconds after which an unused session ends. 10 minutes by default. */
  idleMs?: number;
  /**
   * How many bytes of events are kept in memory, of all sessions together, for clients that have lost a connection and come
   * back with `Last-Event-ID`. Of more, the oldest are forgotten. 64 MiB by default; 0 keeps none.
   */
  keptBytes?: number;
  /** After how many milliseconds a client comes back that has lost a connection. 1,000 by default. */
  retryMs?: number;
  /**
   * After how many milliseconds the handler closes a connection on which a call is still running, for hosts that allow none to
   * be open for longer. Clients of 2025-11-25 come back for the rest; older ones are left alone. No limit by default.
   */
  connectionMs?: number;
}

/** From how many tools on they are searched for, and by whom. `Ctx` is the context of the procedures. */
export interface DiscoverySearch<Ctx = unknown> {
  /** From so many tools on, after `expose`, the toolsets and `readonly` in the URL. */
  over: number;
  /**
   * Returns the paths of the procedures that fit what a model wants to do, the best first. When it throws, is later than
   * `hookTimeoutMs`, or names what this caller may not know of, the search of this package answers, and `onError` is called.
   */
  find?: (query: string, ctx: Ctx) => readonly string[] | Promise<readonly string[]>;
}

/** How the calls of tools that have `task` go on after their answer. `Ctx` is the context of the procedures. */
export interface TaskOptions<Ctx = unknown> {
  /**
   * Hands a task to the app's own queue. The job is plain JSON, and its `id` and `round` together name it. A worker passes
   * it to `runTask` of a handler with the same router, `store` and `secret`. Without `run`, tasks run in the process that
   * got the call.
   */
  run?: (job: TaskJob) => unknown;
  /** Makes the context of a task in a worker, where there is no request. Needed with `run`, if procedures have a context. */
  createContext?: (sealed: SealedCaller) => Ctx | Promise<Ctx>;
  /** How many tasks of one caller may run at once. A further call fails with TOO_MANY_REQUESTS. 100 by default. */
  perCaller?: number;
  /**
   * Tells the host of work that goes on after the answer, such as `waitUntil` of `@vercel/functions`. On hosts with `fetch`,
   * `waitUntil` of the handler's second argument is used without it.
   */
  waitUntil?: (work: Promise<unknown>) => void;
}

/** The default of `maxBodyBytes`. */
export const defaultMaxBodyBytes: number = 4 * 1024 * 1024;

/** The options of a handler on every host. */
export interface HandlerOptions<TRouter extends AnyTRPCRouter = AnyTRPCRouter>
  extends SchemaOptions, OwnItems {
  /** What clients show of the server: its name, its version, and instructions for the model. */
  server?: ServerInfo<inferRouterContext<TRouter>>;
  /**
   * Tags procedures in one place: it is asked about each of them while the server is made. `true` and settings make a
   * procedure a tool; `false` and `undefined` leave it to its own meta. The procedure's own `mcp` wins key by key,
   * scopes add up, and `mcp: false` hides it in any case. `fromOpenApiMeta()` and `fromTrpcToMcpMeta()` make one.
   */
  tag?: Tag<MetaOf<TRouter>, inferRouterContext<TRouter>>;
  /** Which tagged procedures are served. All of them by default. */
  expose?: Expose<ExposePattern<TRouter>> | ExposeFunction;
  /**
   * Which output schemas `tools/list` has: all of them, which is the default, none (`false`), or those of at most 300 tokens
   * (`small`). A tool whose schema is left out sends its structured content all the same.
   */
  outputSchemas?: boolean | 'small';
  /**
   * When the schemas of procedures are made: all of them while the server is made (`mount`), which is the default, or those of
   * each procedure when it is first listed or called (`demand`), for cold starts. Names, clashes, `expose`, `tag` and options are
   * always checked while the server is made. With `demand`, a procedure whose schema has a problem is left out of the lists,
   * calls of it are answered as those of an unknown name, and `onError` is told once.
   */
  schemas?: 'mount' | 'demand';
  /**
   * What procedures without `.output()` return, as `trpc-mcp outputs` reads it from their TypeScript types: import the file that
   * it writes. Such outputs are listed; results are encoded as before, and each is compared with its type in development.
   */
  outputs?: OutputSchemas;
  /**
   * When results have structured content, and tools an output schema: where the content is a copy of it (`auto`, the
   * default), `always` or `never`. `meta.mcp.structured` takes precedence.
   */
  structured?: Structured;
  /** How the files of results are sent. */
  files?: FileOptions;
  /**
   * How models find tools: `list` lists all of them, which is the default. `search` lists tools to search, describe and
   * call the others with, and those that are `pinned`: hundreds of tools then cost a model as much as a few. `{ over: 50 }`
   * lists all while they are fewer than 50. Its `find` is a search of the app's own: it returns the paths of procedures, the
   * best first. `codeMode()` of `@trpc-mcp/code` lets models call tools from code that they write.
   */
  discovery?:
    'list' | 'search' | DiscoverySearch<inferRouterContext<TRouter>> | CodeMode<inferRouterContext<TRouter>>;
  /**
   * Also serves resources and prompts by tools, for the clients that list neither: `list_resources` and `read_resource`, and
   * `get_prompt`. They answer each caller what `resources/list`, `resources/templates/list`, `resources/read`, `prompts/list`
   * and `prompts/get` would. `{ resources: true }` and `{ prompts: true }` do it for one of the two. Off by default.
   */
  asTools?: boolean | AsTools;
  /**
   * Skills, which are instructions that go with the tools: a record of files by path, such as `{ 'refunds/SKILL.md': '…' }`, or
   * `await readSkills('./skills')` of `@trpc-mcp/core/node`. They are the same for every caller that `auth` lets in.
   */
  skills?: Skills;
  /** A list that is larger is a set-up problem, so that nobody finds out from a model that forgets. */
  budget?: Budget;
  /** Makes the name of a tool from its dotted path. `meta.mcp.name` takes precedence. */
  toolName?: (path: string) => string;
  /** Who may use the endpoint. Without it everybody may, and only the middleware of the procedures decides. */
  auth?: AuthOptions;
  /**
   * Says who sent a request, for example by the API key in a header of your own. Idempotency keys, consents, rate limits
   * and sessions belong to this caller. It is asked where `auth` has found no `subject`. Return `undefined` for somebody
   * who is not known; when it throws, or is late, the caller is not known either.
   */
  callerId?: (request: Request) => string | undefined | Promise<string | undefined>;
  /**
   * A function around every call of a procedure, or a list of them, the outermost first: for an audit log, redaction and
   * quotas. `next()` runs the app's middleware and the procedure, and resolves with `{ ok: true, data }` or
   * `{ ok: false, error }`. What the function returns is the outcome; to refuse, it throws a TRPCError.
   */
  onCall?: OnCall<inferRouterContext<TRouter>> | readonly OnCall<inferRouterContext<TRouter>>[];
  /** Skips middleware that the app has marked with `bypassable`, because `auth` does the same work. */
  bypass?: Bypass;
  /**
   * Experimental. `permitted` lists only what this caller may call: for every list, the middleware before the first
   * `.input()` of every procedure runs, and no resolver runs. Procedures whose middleware throws UNAUTHORIZED or FORBIDDEN
   * are left out; if it cannot be determined, the procedure is listed. `all` by default.
   */
  listing?: 'all' | 'permitted';
  /**
   * Sends status 200 without a challenge instead of 401 and 403, for clients that cannot handle these. With `bearer`, also
   * instead of 400, 429 and 503. The body is the same. `forbidden` does so only for the FORBIDDEN that a procedure throws
   * when it is called as a tool, so that the model reads why. Everything that a client can act on keeps its status: a
   * refusal of `auth`, a scope that is missing, and every 401.
   */
  return200ForErrors?: boolean | 'forbidden';
  /**
   * Called once for everything that fails: a call, the context or the middleware of a list, `visible`, `authenticate`, and
   * lazy routers and tools that cannot be served. If the error is masked, the failure has the reference that the model was given.
   * Without `onError`, such failures are printed with `console.error`.
   */
  onError?: (failure: CallFailure) => void;
  /**
   * Says what the app's own errors mean to a caller: it is asked about every error of a call, and of `createContext`, before
   * anything is masked. It gets what was thrown. The model reads the code and the message of the TRPCError that it returns;
   * `undefined` leaves the error as it is. Give that TRPCError the error as its `cause`, so that `onError` gets both.
   */
  toError?: ToError<inferRouterContext<TRouter>>;
  /**
   * `message` lets models read the message that the app's `errorFormatter` has put in place of the error's own, also of errors
   * that would be masked. By default they read it in `_meta` only, and not for errors that are masked.
   */
  errorFormatter?: 'message';
  /** Shows models the messages of errors that would be masked. For development only. */
  exposeInternalErrors?: boolean;
  /**
   * The time in milliseconds after which `auth` and `visible` count as refusing, `callerId` as not knowing,
   * `server.instructions` as having none, `page` as leaving it to the short page, and `tasks.run` as not having taken the
   * job. 5,000 by default.
   */
  hookTimeoutMs?: number;
  /** The time in milliseconds after which a call ends with TIMEOUT, and `createContext` of a list has failed. No limit by default. */
  timeoutMs?: number;
  /**
   * How clients of revisions before 2026-07-28 are served: `stateless`, which is the default and needs no memory; with
   * `sessions`, in which they can cancel calls, be asked questions and be told of changes; or not at all (`reject`).
   */
  legacy?: Legacy;
  /** How many sessions are kept, for how long, and what their clients can come back for. */
  sessions?: SessionLimits;
  /** How often each caller may call, over all procedures together. */
  rateLimit?: McpRateLimit;
  /**
   * How much of its result each tool gives at once, and in which form: `{ maxTokens, fields, format }`. A tool's own
   * `mcp.result` wins key by key.
   */
  result?: McpResultSettings;
  /** How tasks run, which are the calls of tools with `task` in their meta. */
  tasks?: TaskOptions<inferRouterContext<TRouter>>;
  /**
   * Holds what calls share: spent consents, results for idempotency keys, rate limits, tasks, and the sessions of 2025, which
   * any process can serve then. In memory by default, for one process.
   */
  store?: Store;
  /** Signs the state that clients carry between the rounds of a call, and encrypts the answers and tasks that `store` keeps. At least 32 bytes. By default each process makes its own. */
  secret?: string;
  /** Carries `notify` to clients that are connected to other machines, and what machines tell each other of sessions. */
  bus?: ServerEventBus;
  /** Host names that requests may be sent to; `true` for any. By default connections on loopback addresses allow loopback names only. */
  allowedHosts?: readonly string[] | true;
  /** Origins such as `https://app.example.com` whose pages may call; `true` for any. By default only the app's own. */
  allowedOrigins?: readonly string[] | true;
  /**
   * Lets web pages of other origins call, with the headers that MCP needs: `true` for every page, or a list of origins.
   * Off by default.
   */
  cors?: true | CorsOptions;
  /** The maximum size of a request's body in bytes. 4 MiB by default. */
  maxBodyBytes?: number;
  /**
   * What a person sees who opens the endpoint in a browser: `inspector()` of `@trpc-mcp/inspector`. By default it is a short
   * page that says what the endpoint is and how to connect to it.
   */
  page?: Page;
  /**
   * Serves a Server Card at `/server-card` below the endpoint, by which clients find the endpoint before they connect or log
   * in: its name, description, version and URL, and no tools. Everybody may read it. What it does not say is taken from
   * `server`; `true` takes all of it. `aiCatalogHandler` names it at the root of the app. Off by default. Experimental, as the
   * specification is (SEP-2127).
   */
  card?: boolean | CardOptions;
  /** `false` serves every request with the official SDK, also those that can be answered faster. */
  fastLane?: boolean;
}

/** The context of the procedures. */
export interface ContextOptions<
  TRouter extends AnyTRPCRouter,
  THostContext,
  TExtra extends readonly unknown[] = [],
> {
  /**
   * The app's `createContext`, the same as for tRPC's adapter of this host. It is called for each call with what that
   * adapter passes (`req`, `res`, `info`, …) and with `mcp`, the MCP request. If it throws UNAUTHORIZED, the call is answered
   * with 401. On hosts with `fetch` its second argument is what the handler was called with besides the request.
   */
  createContext: (
    options: THostContext & { mcp: McpRequest },
    ...extra: TExtra
  ) => inferRouterContext<TRouter> | Promise<inferRouterContext<TRouter>>;
}

/** The arguments after the router. They are optional if the router's context is empty. */
export type HandlerArguments<
  TRouter extends AnyTRPCRouter,
  THostContext,
  TOptions = HandlerOptions<TRouter>,
  TExtra extends readonly unknown[] = [],
> =
  object extends inferRouterContext<TRouter>
    ? IsChecked<TRouter> extends true
      ? [options?: TOptions & Partial<ContextOptions<TRouter, THostContext, TExtra>>]
      : [options: TOptions & Partial<ContextOptions<TRouter, THostContext, TExtra>> & UncheckedMeta<TRouter>]
    : IsChecked<TRouter> extends true
      ? [options: TOptions & ContextOptions<TRouter, THostContext, TExtra>]
      : [options: TOptions & ContextOptions<TRouter, THostContext, TExtra> & UncheckedMeta<TRouter>];

/** `unknown` for a router whose types have checked what its procedures say of `mcp`. Otherwise the options that it needs. */
export type CheckedRouter<TRouter extends AnyTRPCRouter> =
  IsChecked<TRouter> extends true ? unknown : UncheckedMeta<TRouter>;

/** Whether the types have checked what the procedures of a router say of `mcp`. */
type IsChecked<TRouter extends AnyTRPCRouter> =
  HasMcp<TRouter> extends true
    ? [MetaOf<TRouter>] extends [McpMeta<inferRouterContext<TRouter>>]
      ? true
      : false
    : false;

type HasMcp<TRouter extends AnyTRPCRouter> = 'mcp' extends keyof MetaOf<TRouter> ? true : false;

/**
 * What a router needs whose builder was made without `initTRPC.meta<McpMeta>()`: `tag`, or tools, resources or prompts of
 * its own, because its procedures cannot tag themselves. `McpMeta` for another context than the router's cannot be served at
 * all: its `visible` would be called with a context that it does not know.
 */
type UncheckedMeta<TRouter extends AnyTRPCRouter> = [MetaOf<TRouter>] extends [McpMeta]
  ? HasMcp<TRouter> extends true
    ? { 'McpMeta is for another context than that of the router': never }
    : Tagged<TRouter>
  : Tagged<TRouter>;

type Tagged<TRouter extends AnyTRPCRouter> =
  | Required<Pick<HandlerOptions<TRouter>, 'tag'>>
  | Required<Pick<OwnItems, 'tools'>>
  | Required<Pick<OwnItems, 'resources'>>
  | Required<Pick<OwnItems, 'prompts'>>;
