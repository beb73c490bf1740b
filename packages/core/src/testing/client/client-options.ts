import type {
  ElicitRequestFormParams,
  ElicitRequestURLParams,
  ElicitResult,
} from '@modelcontextprotocol/server';
import type { AnyTRPCRouter, inferRouterContext } from '@trpc/server';
import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import type { Era } from '../../catalog/era.ts';
import type { ContextOptions, HandlerOptions } from '../../protocol/options.ts';

/** Options of a test client: its own, and those of the handler that it talks to. */
export interface McpTestClientOptions<
  TRouter extends AnyTRPCRouter = AnyTRPCRouter,
> extends HandlerOptions<TRouter> {
  /** Which revision the client speaks: `modern` is 2026-07-28, `legacy` is 2025-11-25. `modern` by default. */
  era?: Era;
  /** Sent with every request: `{ authorization: 'Bearer …' }`. */
  headers?: Readonly<Record<string, string>>;
  /** Answers the questions of a tool in place of the person. Without it, the client cannot be asked. */
  onElicit?: (
    asked: ElicitRequestFormParams | ElicitRequestURLParams,
  ) => ElicitResult | Promise<ElicitResult>;
}

/** The context of every call, or a function that makes it for each call. */
export interface FixedContext<TRouter extends AnyTRPCRouter> {
  ctx:
    inferRouterContext<TRouter> | (() => inferRouterContext<TRouter> | Promise<inferRouterContext<TRouter>>);
  createContext?: never;
}

/** The context made from the request, as under tRPC's fetch adapter. */
export interface MadeContext<TRouter extends AnyTRPCRouter> extends ContextOptions<
  TRouter,
  FetchCreateContextFnOptions
> {
  ctx?: never;
}

/** The arguments after the router: none are needed when the router's context is empty. */
export type McpTestClientArguments<TRouter extends AnyTRPCRouter> =
  object extends inferRouterContext<TRouter>
    ? [
        options?: McpTestClientOptions<TRouter> &
          (Partial<FixedContext<TRouter>> | Partial<MadeContext<TRouter>>),
      ]
    : [options: McpTestClientOptions<TRouter> & (FixedContext<TRouter> | MadeContext<TRouter>)];

/** Options of one call. */
export interface CallOptions {
  /** Cancels the call. */
  signal?: AbortSignal;
  /** How long to wait for the answer, in milliseconds. 60,000 by default. */
  timeoutMs?: number;
  /** Is called with the progress of the call. */
  onProgress?: (progress: CallProgress) => void;
}

/** One progress message of a call, as the client received it. `progress` grows with each message, up to `total`. */
export interface CallProgress {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}
