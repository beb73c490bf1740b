import type { AnyTRPCRouter, callTRPCProcedure } from '@trpc/server';
import type { Callable } from '../catalog/callable.ts';

/**
 * What `createCaller` hands to tRPC, with an input that is decoded when tRPC reads it: middleware before `.input()`
 * decides first, as it does over HTTP. tRPC copies these options for every middleware, so the router is inherited and
 * not one of them: middleware is told what a caller's is told, and no more is copied than that.
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
