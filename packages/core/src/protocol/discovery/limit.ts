import { TRPCError } from '@trpc/server';
import type { CallRequest } from '../../call/active-call.ts';
import { reportThrown } from '../../call/failure.ts';
import { takePoint } from '../../call/limit.ts';
import type { FailureOutcome } from '../../call/outcome.ts';
import type { ServerParts } from '../serving.ts';

/**
 * Counts a search, or a list, for the limit of the handler: it asks the app, as a call does. Returns a failure if there were
 * too many.
 */
export async function takeSearchPoint(
  { rateLimit, store, report }: ServerParts,
  name: string,
  request: CallRequest,
): Promise<FailureOutcome | undefined> {
  if (!rateLimit) return undefined;
  try {
    await takePoint(rateLimit, { kind: 'handler' }, { ...request, tool: undefined }, request.caller, store);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof TRPCError && thrown.code === 'TOO_MANY_REQUESTS') {
      const { retryAfterMs } = (thrown.cause ?? {}) as { retryAfterMs?: number };
      const wait =
        retryAfterMs === undefined ? '' : `\nCall again in ${toSeconds(retryAfterMs)}, not sooner.`;
      return toLimited('TOO_MANY_REQUESTS', 429, `${thrown.message}${wait}`);
    }
    const reference = reportThrown(report, thrown, { name });
    const isDown = thrown instanceof TRPCError && thrown.code === 'SERVICE_UNAVAILABLE';
    if (isDown) return toLimited('SERVICE_UNAVAILABLE', 503, thrown.message);
    const words = `something went wrong inside the app (reference ${reference})`;
    return toLimited('INTERNAL_SERVER_ERROR', 500, words);
  }
}

function toSeconds(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
}

function toLimited(code: FailureOutcome['code'], httpStatus: number, words: string): FailureOutcome {
  return { kind: 'failure', code, text: `${code}: ${words}`, meta: { code, httpStatus }, status: 200 };
}
