import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import { runHook } from '../hook.ts';
import { toError } from '../thrown.ts';
import type { Callable } from '../catalog/callable.ts';
import type { CallParts } from './call.ts';
import { ActiveCall, type CallRequest } from './active-call.ts';
import { runInCall } from './context.ts';
import { authStatusOf } from './error.ts';

/** What `next()` of a middleware gives. */
interface MiddlewareResult {
  ok: boolean;
  error?: TRPCError;
}

interface NextOptions {
  ctx?: object;
  input?: unknown;
  getRawInput?: () => Promise<unknown>;
}

/**
 * Whether the middleware of a procedure would let this caller as far as its input, or its resolver where it takes none.
 * Neither is reached. Only UNAUTHORIZED and FORBIDDEN say no: what cannot be determined may be permitted.
 */
export async function isPermitted(
  item: Callable,
  ctx: Promise<unknown>,
  request: CallRequest,
  { bypass, hookTimeoutMs, report }: CallParts,
): Promise<boolean> {
  if (item.guards.middlewares.length === 0) return true;
  let asksForInput = false;
  const getRawInput = async (): Promise<never> => {
    asksForInput = true;
    throw notCalled();
  };
  // Nobody is there to answer.
  const call = new ActiveCall(item, { ...request, canAsk: false }, request.signal);
  try {
    const given = await ctx;
    const isLetThrough = await runHook('middleware, for listing,', hookTimeoutMs, () =>
      runInCall(call, bypass, getRawInput, () => tryMiddlewares(item, given, getRawInput, request.signal)),
    );
    return isLetThrough || asksForInput;
  } catch (thrown) {
    const failure = {
      error: toError(thrown),
      reference: crypto.randomUUID(),
      tool: item.name,
      path: item.path,
    };
    report(failure, { isForApp: true });
    return true;
  }
}

/** Runs them as tRPC does, up to where the input would be parsed, and says whether that was reached, or why not. */
function tryMiddlewares(
  { guards: { middlewares, meta }, path, type }: Callable,
  given: unknown,
  getRawInput: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const run = async (index: number, options: NextOptions): Promise<MiddlewareResult> => {
      const middleware = middlewares[index];
      if (!middleware) {
        resolve(true);
        // Not a success: a transaction must not be committed, nor this be cached as what the procedure returned.
        return { ok: false, error: notCalled() };
      }
      const next = ({ ctx, ...more }: NextOptions = {}) =>
        run(index + 1, { ...options, ...more, ...(ctx && { ctx: { ...options.ctx, ...ctx } }) });
      try {
        return (await middleware({
          ...options,
          path,
          type,
          meta,
          signal,
          batchIndex: 0,
          next,
        })) as MiddlewareResult;
      } catch (thrown) {
        return { ok: false, error: toTRPCError(thrown) };
      }
    };
    run(0, { ctx: given as object, input: undefined, getRawInput })
      .then((result) => {
        const { error } = (result as MiddlewareResult | undefined) ?? {};
        resolve(!error || authStatusOf(error) === 200);
      })
      .catch(() => resolve(true));
  });
}

function toTRPCError(thrown: unknown): TRPCError {
  try {
    return getTRPCErrorFromUnknown(thrown);
  } catch {
    // Some errors throw when they are looked at.
    return notCalled();
  }
}

function notCalled(): TRPCError {
  const message = 'this is only about whether the call would be permitted; nothing is called';
  return new TRPCError({ code: 'CLIENT_CLOSED_REQUEST', message });
}
