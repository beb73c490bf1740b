import type { CallRequest } from '../../call/active-call.ts';
import { stateLifeMs } from '../../call/ask.ts';
import { toCallerKey } from '../../call/caller.ts';
import type { FailureOutcome } from '../../call/outcome.ts';
import { spentMs } from '../../call/round.ts';
import { reach } from '../../call/store.ts';
import { takeSearchPoint } from '../discovery/limit.ts';
import type { ServerParts } from '../serving.ts';
import { toCodeFailure } from './code-failure.ts';
import { bindingOfRun, type Journal } from './journal.ts';
import { waitNoMore } from './waiting-runs.ts';

/**
 * Takes what was kept of a run that has asked. Spends the answer first, so that it lets the run go on once, even if it is sent
 * to several processes at the same moment. Returns a failure if the run cannot go on. Rejects if the store cannot be reached.
 */
export async function takeJournal(
  parts: ServerParts,
  name: string,
  args: unknown,
  request: CallRequest,
): Promise<Journal | FailureOutcome> {
  const { run: id, nonce } = request.state!;
  const caller = await request.caller();
  const journal = id === undefined ? undefined : await parts.journals!.read(id);
  const isFresh = await reach(() => parts.store.add(`consent:${nonce}`, '', spentMs, toCallerKey(caller)));
  if (!isFresh) {
    const limited = await takeSearchPoint(parts, name, request);
    return limited ?? toCodeFailure('CONFLICT', used);
  }
  if (journal?.bind !== (await bindingOfRun(name, args, caller))) return toCodeFailure('CONFLICT', over);
  waitNoMore(request.signal, id!);
  await parts.journals!.forget(id!);
  return journal;
}

const used = 'these answers were used already, and are good for one run only';
const over = `what the code did before the question is not kept any more, because an answer has to come within ${stateLifeMs / 60_000} minutes; the code does not go on, and what it called before the question has run; look what was done before you run it again`;
