import type { ServerCapabilities, ServerEventBus } from '@modelcontextprotocol/server';
import type { AnyTRPCRouter, inferRouterContext } from '@trpc/server';
import type { AuthOptions } from '../auth/gate.ts';
import type { Bypass, McpRequest } from '../call/context.ts';
import type { CallFailure } from '../call/failure.ts';
import type { Store } from '../call/store.ts';
import type { Expose, ExposeFunction } from '../catalog/expose.ts';
import type { OwnItems } from '../catalog/own.ts';
import type { McpIcon, McpRateLimit } from '../meta.ts';
import type { SchemaOptions } from '../schema/input.ts';
import type { CorsOptions } from './cors.ts';

/** What clients show of the server. */
export interface ServerInfo {
  name: string;
  version: string;
  title?: string;
  /** Instructions for the model: what the app is for, and how to use its tools together. */
  instructions?: string;
  websiteUrl?: string;
  icons?: McpIcon[];
  /** Further capabilities, which the app implements with `getMcpCall().sdk`. For example `logging`, which is deprecated. */
  capabilities?: ServerCapabilities;
}

/** How clients of revisions before 2026-07-28 are served. */
export type Legacy = 'stateless' | 'sessions' | 'reject';

/** How many sessions are kept, and for how long. */
export interface SessionLimits {
  /**
   * How many sessions are kept. The one that was used longest ago is ended to make room for a new one, unless all of them
   * have running calls. 1,000 by default.
   */
  max?: number;
  /** The time in milliseconds after which an unused session ends. 10 minutes by default. */
  idleMs?: number;
}

/** The default of `maxBodyBytes`. */
export const defaultMaxBodyBytes: number = 4 * 1024 * 1024;

/** The options of a handler on every host. */
export interface HandlerOptions<TRouter extends AnyTRPCRouter = AnyTRPCRouter>
  extends SchemaOptions, OwnItems {
  server?: ServerInfo;
  /** Which tagged procedures are served. All of them by default. */
  expose?: Expose<TRouter> | ExposeFunction;
  /** Makes the name of a tool from its dotted path. `meta.mcp.name` takes precedence. */
  toolName?: (path: string) => string;
  /** Who may use the endpoint. Without it everybody may, and only the middleware of the procedures decides. */
  auth?: AuthOptions;
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
   * instead of 400, 429 and 503. The body is the same.
   */
  return200ForErrors?: boolean;
  /**
   * Called for every failed call, and for lazy routers that cannot be served. If the error is masked, the failure has the
   * reference that the model was given. Without `onError`, such failures are printed with `console.error`.
   */
  onError?: (failure: CallFailure) => void;
  /** Shows models the messages of errors that would be masked. For development only. */
  exposeInternalErrors?: boolean;
  /** The time in milliseconds after which `auth` and `visible` count as refusing. 5,000 by default. */
  hookTimeoutMs?: number;
  /** The time in milliseconds after which a call ends with TIMEOUT. No limit by default. */
  timeoutMs?: number;
  /**
   * How clients of revisions before 2026-07-28 are served: `stateless`, which is the default and needs no memory; with
   * `sessions`, in which they can cancel calls, be asked questions and be told of changes; or not at all (`reject`).
   */
  legacy?: Legacy;
  /** How many sessions are kept, and for how long. */
  sessions?: SessionLimits;
  /** How often each caller may call, over all procedures together. */
  rateLimit?: McpRateLimit;
  /** Holds what calls share: spent consents, results for idempotency keys, rate limits. In memory by default, for one process. */
  store?: Store;
  /** Signs the state that clients carry between the rounds of a call. At least 32 bytes. By default each process makes its own. */
  secret?: string;
  /** Carries `notify` to clients that are connected to other machines. */
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
  /** `false` serves every request with the official SDK, also those that can be answered faster. */
  fastLane?: boolean;
}

/** The app's `createContext`, the same as for tRPC's adapter of this host. It also gets the MCP request. */
export interface ContextOptions<TRouter extends AnyTRPCRouter, THostContext> {
  createContext: (
    options: THostContext & { mcp: McpRequest },
  ) => inferRouterContext<TRouter> | Promise<inferRouterContext<TRouter>>;
}

/** The arguments after the router. They are optional if the router's context is empty. */
export type HandlerArguments<
  TRouter extends AnyTRPCRouter,
  THostContext,
  TOptions = HandlerOptions<TRouter>,
> =
  object extends inferRouterContext<TRouter>
    ? [options?: TOptions & Partial<ContextOptions<TRouter, THostContext>>]
    : [options: TOptions & ContextOptions<TRouter, THostContext>];
