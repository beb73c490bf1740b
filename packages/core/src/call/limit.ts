import { TRPCError } from '@trpc/server';
import type { McpRateLimit } from '../meta.ts';
import { type Caller, toCallerKey } from './caller.ts';
import type { McpRequest } from './context.ts';
import { digest } from './digest.ts';
import { reach, type Store } from './store.ts';

/** What points are for: all calls of a handler together, or those of the procedure at this path. */
export type LimitSubject = { kind: 'handler' } | { kind: 'procedure'; path: string };

/** Takes a point, or throws TOO_MANY_REQUESTS with the time to wait. All unknown callers share their points. */
export async function takePoint(
  limit: McpRateLimit,
  subject: LimitSubject,
  request: McpRequest,
  caller: () => Promise<Caller>,
  store: Store,
): Promise<void> {
  const who = limit.by ? ['by', await limit.by(request)] : ['caller', toCallerKey(await caller())];
  // A digest, because `by` may return a text of any length, with what nobody else should read.
  const key = await digest([subject, who]);
  const waitMs = await reach(() => store.take(`rate:${key}`, limit));
  if (waitMs <= 0) return;
  const { points, durationMs } = limit;
  throw new TRPCError({
    code: 'TOO_MANY_REQUESTS',
    message: `more than ${points} ${points === 1 ? 'call' : 'calls'} in ${durationMs / 1000} s`,
    cause: Object.assign(new Error('rate limit'), { retryAfterMs: waitMs }),
  });
}
