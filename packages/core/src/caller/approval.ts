import type { CallToolResult } from '@modelcontextprotocol/server';
import { TRPCError } from '@trpc/server';
import { type Caller, toCallerKey } from '../call/caller.ts';
import { digest } from '../call/digest.ts';
import { reach, type Store } from '../call/store.ts';
import { toRefused } from './result.ts';

/** How long a used approval is remembered. Messages with one may be sent again long after the call. */
const usedMs = 86_400_000;

/**
 * Uses up an approval, so that it lets one call run, even if it is sent to several processes at the same moment. Returns what
 * the model reads if it was used before, or if the store cannot tell. `report` is told of a store that cannot.
 */
export async function spendApproval(
  store: Store,
  caller: Caller,
  { approvalId, name, args }: { approvalId: string; name: string; args: unknown },
  report: (thrown: unknown) => void,
): Promise<CallToolResult | undefined> {
  const owner = toCallerKey(caller);
  const key = await digest([owner, approvalId, name, args ?? {}]);
  try {
    const isFresh = await reach(() => store.add(`consent:approval:${key}`, '', usedMs, owner));
    return isFresh ? undefined : toRefused('CONFLICT', used);
  } catch (thrown) {
    if (!(thrown instanceof TRPCError)) throw thrown;
    report(thrown.cause);
    const isOwn = thrown.code === 'TOO_MANY_REQUESTS';
    return toRefused(isOwn ? 'TOO_MANY_REQUESTS' : 'SERVICE_UNAVAILABLE', thrown.message);
  }
}

const used =
  'this approval was used already, and is good for one call only; nothing more was done. Look whether the call was done, and call again only if the person asks for it';
