import { type AnyTRPCRouter, getTRPCErrorShape, type TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import type { Callable } from '../catalog/callable.ts';
import { configOf } from '../catalog/walk.ts';
import type { Failure } from './error.ts';

/** What a failed call says to clients that are programs, in the result's `_meta`. */
export function errorMeta(
  { error, code, isMasked, issues }: Failure,
  tool: Callable,
  ctx: unknown,
  readInput: () => unknown,
  router: AnyTRPCRouter,
): Record<string, unknown> {
  // Some errors can be read once and not twice.
  const httpStatus = getHTTPStatusCodeFromError({ code } as TRPCError);
  const meta = { code, httpStatus, path: tool.path };
  if (isMasked) return meta;
  return { ...meta, ...(issues && { issues }), ...shapeOf(error, tool, ctx, readInput, router) };
}

/** What the app's own errorFormatter makes of it, less the stack that it has in development. */
function shapeOf(
  error: Failure['error'],
  { path, type }: Callable,
  ctx: unknown,
  readInput: () => unknown,
  router: AnyTRPCRouter,
): { shape?: unknown } {
  try {
    // A context that was never made, and an input that could not be decoded, are unknown to the formatter as well.
    const input = inputOf(readInput);
    const made = getTRPCErrorShape({
      config: configOf(router),
      error,
      type,
      path,
      input,
      ctx: ctx as object,
    });
    const shape = JSON.parse(JSON.stringify(made, dropStack)) as { data?: { stack?: unknown } };
    delete shape.data?.stack;
    return { shape };
  } catch {
    // A formatter that throws, or makes what JSON cannot say, has nothing to tell.
    return {};
  }
}

/** A formatter may have put the stack of the error, or of its cause, elsewhere. */
function dropStack(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^\s+at .+:\d+:\d+\)?$/m.test(value) ? undefined : value;
}

function inputOf(readInput: () => unknown): unknown {
  try {
    return readInput();
  } catch {
    return undefined;
  }
}
