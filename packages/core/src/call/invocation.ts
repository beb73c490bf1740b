import type { AnyTRPCProcedure } from '@trpc/server';
import type { Callable } from '../catalog/callable.ts';

type Invocation = Parameters<AnyTRPCProcedure>[0];

/**
 * Makes the options with which `createCaller` invokes a procedure, except that the input is decoded when tRPC reads it, so
 * that middleware before `.input()` decides first, as it does over HTTP. tRPC copies them for every middleware.
 */
export function toInvocation(
  { path, type }: Callable,
  ctx: unknown,
  getRawInput: () => Promise<unknown>,
  signal: AbortSignal,
): Invocation {
  return { path, type, ctx, getRawInput, signal, batchIndex: 0 };
}
