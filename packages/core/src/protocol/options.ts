import type { ServerCapabilities, ServerEventBus } from '@modelcontextprotocol/server';
import type { AnyTRPCRouter, inferRouterContext } from '@trpc/server';
import type { CallFailure } from '../call/failure.ts';
import type { AuthOptions } from '../auth/gate.ts';
import type { Bypass, McpRequest } from '../call/context.ts';
import type { Expose, ExposeFunction } from '../catalog/expose.ts';
import type { OwnItems } from '../catalog/own.ts';
import type { McpIcon, McpRateLimit } from '../meta.ts';
import type { Store } from '../call/store.ts';
import type { SchemaOptions } from '../schema/input.ts';
import type { CorsOptions } from './cors.ts';

/** What a client shows of the server. */
export interface ServerInfo {
  name: string;
  version: string;
  title?: string;
  /** Told to the model beside the tools: what the app is for, and how its tools go together. */
  instructions?: string;
  websiteUrl?: string;
  icons?: McpIcon[];
  /** What the server can do besides, through `getMcpCall().sdk`. Such as `logging`, which is deprecated. */
  capabilities?: ServerCapabilities;
}

/** Options of a handler on every host. */
export interface HandlerOptions<TRouter extends AnyTRPCRouter = AnyTRPCRouter>
  extends SchemaOptions, OwnItems {
  server?: ServerInfo;
  /** Which tagged procedures are served. All of them when left out. */
  expose?: Expose<TRouter> | ExposeFunction;
  /** Names a tool after its dotted path. `meta.mcp.name` wins over it. */
  toolName?: (path: string) => string;
  /** Who may use the endpoint. Without it everybody may, and the procedures' own middleware decides alone. */
  auth?: AuthOptions;
  /** Skips middleware that the app has marked with `bypassable`, because `auth` does its work. */
  bypass?: Bypass;
  /**
   * Experimental. `permitted` lists what this caller's middleware would let through: for every list, the middleware
   * before the first `.input()` of every procedure runs, and no resolver does. What refuses with UNAUTHORIZED or
   * FORBIDDEN is left out; what cannot be determined is listed. `all` unless said otherwise.
   */
  listing?: 'all' | 'permitted';
  /**
   * Answers 401 and 403 with status 200 and no challenge, for clients that cannot cope with them; with `bearer`, also 400,
   * 429 and 503. The body is the same.
   */
  return200ForErrors?: boolean;
  /**
   * Hears of every call that failed, and of lazy routers that did. Errors whose text is kept from the model carry the
   * reference that the model got. Without it, those are printed with `console.error`.
   */
  onError?: (failure: CallFailure) => void;
  /** Shows models the messages of errors that are masked otherwise. For development only. */
  exposeInternalErrors?: boolean;
  /** How long `auth` and `visible` may take, in milliseconds, before they count as refusing. 5,000 by default. */
  hookTimeoutMs?: number;
  /** How long a call may take, in milliseconds, before it ends with TIMEOUT. As long as it likes, unless said otherwise. */
  timeoutMs?: number;
  /**
   * How clients of before 2026 are served: `stateless`, which is the default and needs no memory; with `sessions`, in which
   * they can cancel, be asked and hear of changes; or not at all.
   */
  legacy?: Legacy;
  /** How many sessions are kept, and how long. */
  sessions?: SessionLimits;
  /** How often each caller may call, whatever it is. */
  rateLimit?: McpRateLimit;
  /** What calls share: spent consents, kept answers, counts. In memory unless said otherwise, which serves one process. */
  store?: Store;
  /** Signs what clients carry between the rounds of a call. At least 32 bytes; one of this process unless said otherwise. */
  secret?: string;
  /** Carries `notify` to the clients that listen on other machines. */
  bus?: ServerEventBus;
  /** Host names that requests may be sent to; `true` for any. By default loopback names only, on loopback connections. */
  allowedHosts?: readonly string[] | true;
  /** Origins such as `https://app.example.com` whose pages may call; `true` for any. By default the app's own. */
  allowedOrigins?: readonly string[] | true;
  /**
   * Lets web pages of other origins call, with the headers that MCP needs: `true` for every page, or by origin. Off by
   * default.
   */
  cors?: true | CorsOptions;
  /** Of a request's body, in bytes. 4 MiB by default. */
  maxBodyBytes?: number;
  /** `false` sends every request through the official SDK, also those that can be answered faster. */
  fastLane?: boolean;
}

/** How clients of before 2026 are served. */
export type Legacy = 'stateless' | 'sessions' | 'reject';

/** How many sessions are kept, and how long. */
export interface SessionLimits {
  /** The one that was used longest ago makes room for the next, unless all have calls under way. 1,000 by default. */
  max?: number;
  /** In milliseconds, after which a session that nobody uses ends. 10 minutes by default. */
  idleMs?: number;
}

/** The user's `createContext`: the one given to tRPC's adapter for the same host, which is told of the call besides. */
export interface ContextOptions<TRouter extends AnyTRPCRouter, THostContext> {
  createContext: (
    options: THostContext & { mcp: McpRequest },
  ) => inferRouterContext<TRouter> | Promise<inferRouterContext<TRouter>>;
}

/** The arguments after the router: none are needed when the router's context is empty. */
export type HandlerArguments<
  TRouter extends AnyTRPCRouter,
  THostContext,
  TOptions = HandlerOptions<TRouter>,
> =
  object extends inferRouterContext<TRouter>
    ? [options?: TOptions & Partial<ContextOptions<TRouter, THostContext>>]
    : [options: TOptions & ContextOptions<TRouter, THostContext>];
