import type { TRPCError } from '@trpc/server';
import type { McpAuthInfo } from '../meta.ts';
import type { CallPurpose } from './active-call.ts';
import type { McpCall } from './context.ts';

/** The procedure that is called. */
export interface CalledProcedure {
  /** The name that clients call it by. A procedure that serves another one, such as one that completes, has its path as its name. */
  name: string;
  /** Its dotted path. */
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  /**
   * What it is called for: as a tool, a resource or a prompt, as the dry run of a tool, to complete an argument, to list
   * resources, or to fill the question that a person is asked for consent.
   */
  kind: 'tool' | 'resource' | 'prompt' | CallPurpose;
  /** The URI that is read. Only of a resource. */
  uri?: string;
}

/** How a call ended, in the manner of tRPC's middleware. */
export type CallOutcome =
  | {
      ok: true;
      /** What the procedure returned, before it is encoded. Of a stream, its values. */
      data: unknown;
      /** What a generator yielded before it returned `data`. The model reads the first of them. */
      yielded?: readonly unknown[] | undefined;
    }
  | {
      ok: false;
      error: TRPCError;
      /**
       * Set if nothing was executed: a person is asked a question first, or the answer that was kept for an idempotency key
       * is given once more. Return such an outcome as it is.
       */
      instead?: 'question' | 'earlierAnswer' | undefined;
    };

/** What `onCall` gets. */
export interface OnCallOptions<TContext = unknown> {
  /** The procedure that is called, and what it is called for. */
  tool: CalledProcedure;
  /**
   * The arguments as the procedure's parsers are given them: a date is a `Date`. They are decoded when this is read, and are a
   * copy. `undefined` if the procedure takes none, and if they cannot be decoded.
   */
  readonly input: unknown;
  /** What `createContext` returned. */
  ctx: TContext;
  /** What `auth.authenticate` returned. */
  auth: McpAuthInfo | undefined;
  /** The call, as `getMcpCall()` returns it. */
  call: McpCall;
  /** How many times the client was asked before: 0 for a new call, 1 when it comes back with the first answer. */
  round: number;
  /**
   * Runs the rest: the functions after this one, the app's middleware and the procedure. Call it once. It never rejects: an
   * error is an outcome, too.
   */
  next: () => Promise<CallOutcome>;
}

/**
 * The option `onCall`: a function around every call of a procedure. What it returns is the outcome of the call. It refuses a
 * call when it throws a TRPCError and does not call `next`. `TContext` is the context of the procedures.
 */
export type OnCall<TContext = unknown> = (
  options: OnCallOptions<TContext>,
) => CallOutcome | Promise<CallOutcome>;
