import type {
  ElicitRequestFormParams,
  ElicitRequestURLParams,
  ElicitResult,
} from '@modelcontextprotocol/server';
import type { AnyTRPCRouter, inferRouterContext } from '@trpc/server';
import type { TRPCRequestInfo } from '@trpc/server/http';
import type { Progress } from '../call/progress.ts';
import type { McpAuthInfo } from '../meta.ts';
import type { CheckedRouter, ContextOptions, HandlerOptions } from '../protocol/options.ts';

/**
 * Answers a question in place of the person: shows it, and returns what they did. Without a person, return
 * `{ action: 'cancel' }`.
 */
export type OnElicit = (
  asked: ElicitRequestFormParams | ElicitRequestURLParams,
  about: QuestionAbout,
) => ElicitResult | Promise<ElicitResult>;

/** The call that a question belongs to. */
export interface QuestionAbout {
  /** The name of the tool, as it was called. */
  tool: string;
  /** The arguments of the call. */
  arguments: unknown;
  /** Aborts when the call does, so that nobody goes on showing the question. */
  signal: AbortSignal;
}

/** The options of a handler that mean something without a client. They are read once for a router. */
export type InProcessOptions<TRouter extends AnyTRPCRouter = AnyTRPCRouter> = Pick<
  HandlerOptions<TRouter>,
  InProcessOption
>;

/** The names of these options. */
export type InProcessOption =
  | 'server'
  | 'tag'
  | 'expose'
  | 'outputSchemas'
  | 'schemas'
  | 'outputs'
  | 'structured'
  | 'files'
  | 'discovery'
  | 'asTools'
  | 'skills'
  | 'budget'
  | 'toolName'
  | 'onCall'
  | 'bypass'
  | 'listing'
  | 'onError'
  | 'toError'
  | 'errorFormatter'
  | 'exposeInternalErrors'
  | 'hookTimeoutMs'
  | 'timeoutMs'
  | 'rateLimit'
  | 'result'
  | 'store'
  | 'secret'
  | 'converters'
  | 'codecs'
  | 'repair'
  | 'unknownArguments'
  | 'tools'
  | 'resources'
  | 'prompts';

/** The options of `createToolCaller`: those of a handler that mean something in process, and who calls. */
export interface ToolCallerOptions<
  TRouter extends AnyTRPCRouter = AnyTRPCRouter,
> extends InProcessOptions<TRouter> {
  /**
   * Who calls, as the app knows them: `{ subject: user.id, scopes }`. Rate limits and idempotency keys belong to the subject,
   * and tools with scopes need them. Middleware reads it with `getMcpCall().auth`. Without it, the caller is not known.
   */
  authInfo?: Partial<McpAuthInfo>;
  /** Answers the questions of tools in place of the person. Without it, nobody can be asked. */
  onElicit?: OnElicit;
  /** What calls, for middleware that reads `getMcpCall().client`. For example `{ name: 'chat', version: '1.0.0' }`. */
  client?: { name: string; version: string };
}

/** What `createContext` is given in process, besides `mcp`. There is no request. */
export interface InProcessContextOptions {
  /** What tRPC's adapters give `createContext`: the path of the procedure, its input and the signal. */
  info: TRPCRequestInfo;
}

/** The context of every call, or a function that makes it for each call. */
export interface CallerContext<TRouter extends AnyTRPCRouter> {
  /** The context of the procedures: that of the request which the agent answers, for example. */
  ctx:
    inferRouterContext<TRouter> | (() => inferRouterContext<TRouter> | Promise<inferRouterContext<TRouter>>);
  createContext?: never;
}

/** The context made for each call from what is known of it. */
export interface MadeCallerContext<TRouter extends AnyTRPCRouter> extends ContextOptions<
  TRouter,
  InProcessContextOptions
> {
  ctx?: never;
}

/** The arguments after the router. They are optional if the router's context is empty. */
export type ToolCallerArguments<TRouter extends AnyTRPCRouter, TOptions = ToolCallerOptions<TRouter>> =
  object extends inferRouterContext<TRouter>
    ? unknown extends CheckedRouter<TRouter>
      ? [options?: TOptions & (Partial<CallerContext<TRouter>> | Partial<MadeCallerContext<TRouter>>)]
      : [
          options: TOptions &
            (Partial<CallerContext<TRouter>> | Partial<MadeCallerContext<TRouter>>) &
            CheckedRouter<TRouter>,
        ]
    : [options: TOptions & (CallerContext<TRouter> | MadeCallerContext<TRouter>) & CheckedRouter<TRouter>];

/** Options of one call. */
export interface ToolCallOptions {
  /** Ends the call. The signal of the procedure aborts too. */
  signal?: AbortSignal;
  /** Is called with the progress of the call. It has to grow: what does not is left out. */
  onProgress?: (progress: Progress) => void;
  /** Answers the questions of this call, in place of the caller's own `onElicit`. */
  onElicit?: OnElicit;
  /**
   * A person has agreed to exactly this call, so that nobody is asked for consent. Other questions of the app still go to
   * `onElicit`. It counts for the tool that is called, and not for calls inside of a call.
   */
  isApproved?: boolean;
  /**
   * Which approval it is, where it comes from elsewhere, such as in messages that a browser keeps. One approval lets this caller
   * make one call within a day: `store` remembers it, and a call that is sent again is refused. Only with `isApproved`.
   */
  approvalId?: string;
}
