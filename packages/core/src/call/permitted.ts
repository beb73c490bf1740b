import { getTRPCErrorFromUnknown, type TRPCError } from '@trpc/server';
import type { Callable } from '../catalog/callable.ts';
import { runHook } from '../hook.ts';
import { ActiveCall, type CallRequest } from './active-call.ts';
import { type AppErrorParts, askToError } from './app-error.ts';
import type { Bypass } from './context.ts';
import { authStatusOf } from './error.ts';
import { reportThrown } from './failure.ts';
import { FinalError } from './final-error.ts';
import { runInCall } from './running.ts';
import type { VisibleParts } from './visible.ts';

/** What `next()` of a middleware returns. */
interface MiddlewareResult {
  ok: boolean;
  data?: unknown;
  error?: TRPCError;
}

interface NextOptions {
  ctx?: object;
  input?: unknown;
  getRawInput?: () => Promise<unknown>;
}

/**
 * Whether the middleware before the first `.input()` of a procedure lets this caller pass. Neither the input nor the
 * resolver is reached. Only UNAUTHORIZED and FORBIDDEN mean no: if it cannot be determined, the answer is yes.
 */
export async function isPermitted(
  item: Callable,
  ctx: unknown,
  request: CallRequest,
  parts: VisibleParts & AppErrorParts & { bypass: Bypass | undefined },
): Promise<boolean> {
  if (item.guards.middlewares.length === 0) return true;
  const { bypass, hookTimeoutMs, report } = parts;
  let asksForInput = false;
  const getRawInput = async (): Promise<never> => {
    asksForInput = true;
    throw notCalled();
  };
  // Listing cannot ask questions.
  const call = new ActiveCall(item, { ...request, canAsk: false }, request.signal);
  try {
    const isLetThrough = await runHook('middleware, for listing,', hookTimeoutMs, () =>
      runInCall(call, bypass, getRawInput, () =>
        tryMiddlewares(parts, item, ctx, getRawInput, request.signal),
      ),
    );
    return isLetThrough || asksForInput;
  } catch (thrown) {
    if (!asksForInput && !request.signal.aborted) reportThrown(report, thrown, item);
    return true;
  }
}

/**
 * Runs the middleware. Resolves with false if one of them refused before the input would be parsed, and rejects if one
 * failed there.
 */
function tryMiddlewares(
  parts: AppErrorParts,
  item: Callable,
  given: unknown,
  getRawInput: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = () => resolve(true);
    runGuards(item, given, getRawInput, signal, end)
      .then((result) => {
        const { error } = result ?? {};
        if (!error) resolve(true);
        else if (isRefusal(parts, error, item, given)) resolve(false);
        else reject(error);
      })
      .catch(reject);
  });
}

/**
 * Runs the middleware before the first `.input()` of a procedure in place of the procedure, for a caller who is given the
 * answer of an earlier call, or who is asked for consent: `reach` runs where the input would be read. Resolves with what
 * the middleware has answered in place of the procedure, and rejects with the error of the one that refuses the caller.
 */
export async function passGuards(
  parts: AppErrorParts,
  item: Callable,
  given: unknown,
  getRawInput: () => Promise<unknown>,
  signal: AbortSignal,
  reach?: () => Promise<void>,
): Promise<unknown> {
  let hasPassed = false;
  const end = async () => {
    await reach?.();
    hasPassed = true;
  };
  const result = await runGuards(item, given, getRawInput, signal, end);
  if (result?.ok) return result.data;
  const error = result?.error ?? notCalled();
  // Middleware may word the error at its end in its own way, which is no refusal.
  if (!hasPassed || isRefusal(parts, error, item, given)) throw error;
  return undefined;
}

function isRefusal(parts: AppErrorParts, error: TRPCError, { name, path }: Callable, ctx: unknown): boolean {
  return authStatusOf(askToError(parts, error, { path, ctx }, name) ?? error) !== 200;
}

/** Runs the middleware as tRPC does, and `end` in place of what comes after it. */
async function runGuards(
  { guards: { middlewares, meta }, path, type }: Callable,
  given: unknown,
  getRawInput: () => Promise<unknown>,
  signal: AbortSignal,
  end: () => void | Promise<void>,
): Promise<MiddlewareResult | undefined> {
  const run = async (index: number, options: NextOptions): Promise<MiddlewareResult> => {
    const middleware = middlewares[index];
    if (!middleware) {
      // Not a success: middleware must not commit a transaction or cache this as what the procedure returned.
      return { ok: false, error: await reachEnd(end) };
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
  // Middleware that forgets to return what `next` gave returns nothing.
  return run(0, { ctx: given as object, input: undefined, getRawInput });
}

async function reachEnd(end: () => void | Promise<void>): Promise<TRPCError> {
  try {
    await end();
    return notCalled();
  } catch (thrown) {
    return toTRPCError(thrown);
  }
}

function toTRPCError(thrown: unknown): TRPCError {
  try {
    return getTRPCErrorFromUnknown(thrown);
  } catch {
    // Some errors throw when they are inspected.
    return notCalled();
  }
}

function notCalled(): TRPCError {
  const message = 'this checks only whether the call would be permitted; the procedure is not called';
  return new FinalError({ code: 'CLIENT_CLOSED_REQUEST', message });
}
