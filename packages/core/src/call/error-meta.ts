import { type AnyTRPCRouter, getTRPCErrorShape, type TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import type { Callable } from '../catalog/callable.ts';
import { configOf } from '../catalog/walk.ts';
import type { Failure } from './error.ts';

/** Describes a failed call for programs. It becomes the `_meta` of the result. */
export function errorMeta(
  { error, code, isMasked, issues }: Failure,
  tool: Callable,
  ctx: unknown,
  readInput: () => unknown,
  router: AnyTRPCRouter,
): Record<string, unknown> {
  // Asks by the code alone: some errors throw when they are read a second time.
  const httpStatus = getHTTPStatusCodeFromError({ code } as TRPCError);
  const meta = { code, httpStatus, path: tool.path };
  if (isMasked) return meta;
  return { ...meta, ...(issues && { issues }), ...shapeOf(error, tool, ctx, readInput, router) };
}

/** Calls the app's `errorFormatter`, and removes the stack that it adds in development. */
function shapeOf(
  error: Failure['error'],
  { path, type }: Callable,
  ctx: unknown,
  readInput: () => unknown,
  router: AnyTRPCRouter,
): { shape?: unknown } {
  try {
    // `ctx` is undefined if `createContext` failed, and `input` if the arguments could not be decoded.
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
    // The formatter threw, or returned something that JSON cannot express.
    return {};
  }
}

/** Removes every text that is a stack: a formatter may put the one of the error, or of its cause, anywhere. */
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
