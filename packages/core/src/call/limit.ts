import { TRPCError } from '@trpc/server';
import type { McpRateLimit } from '../meta.ts';
import { type Caller, toCallerKey } from './caller.ts';
import type { McpRequest } from './context.ts';
import { reach, type Store } from './store.ts';

/** Takes a point, or throws TOO_MANY_REQUESTS with the time to wait. `name` says what the points are for. */
export async function takePoint(
  limit: McpRateLimit,
  name: string,
  request: McpRequest,
  caller: () => Promise<Caller>,
  store: Store,
): Promise<void> {
  const who = limit.by ? await limit.by(request) : toCallerKey(await caller());
  const waitMs = await reach(() => store.take(`rate:${name}:${who}`, limit));
  if (waitMs <= 0) return;
  const { points, durationMs } = limit;
  throw new TRPCError({
    code: 'TOO_MANY_REQUESTS',
    message: `more than ${points} ${points === 1 ? 'call' : 'calls'} in ${durationMs / 1000} s`,
    cause: Object.assign(new Error('rate limit'), { retryAfterMs: waitMs }),
  });
}
