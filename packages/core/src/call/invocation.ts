import type { AnyTRPCRouter, callTRPCProcedure } from '@trpc/server';
import type { Callable } from '../catalog/callable.ts';

/**
 * Makes the options with which `createCaller` invokes a procedure, except that the input is decoded when tRPC reads it, so
 * that middleware before `.input()` decides first, as it does over HTTP. tRPC copies the own properties for every
 * middleware. The router is inherited, so middleware gets what it gets under a caller, and less is copied.
 */
export function toInvocation(
  { path, type, router }: Callable,
  ctx: unknown,
  getRawInput: () => Promise<unknown>,
  signal: AbortSignal,
): Parameters<typeof callTRPCProcedure>[0] {
  const invocation = Object.create(inheriting(router)) as Parameters<typeof callTRPCProcedure>[0];
  invocation.path = path;
  invocation.type = type;
  invocation.ctx = ctx;
  invocation.getRawInput = getRawInput;
  invocation.signal = signal;
  invocation.batchIndex = 0;
  return invocation;
}

const prototypes = new WeakMap<AnyTRPCRouter, { router: AnyTRPCRouter }>();

function inheriting(router: AnyTRPCRouter): { router: AnyTRPCRouter } {
  let made = prototypes.get(router);
  if (!made) prototypes.set(router, (made = { router }));
  return made;
}
