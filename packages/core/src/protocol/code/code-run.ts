import { TRPCError } from '@trpc/server';
import type { CallRequest } from '../../call/active-call.ts';
import type { AskState } from '../../call/ask.ts';
import { reportThrown } from '../../call/failure.ts';
import type { FailureOutcome, Outcome } from '../../call/outcome.ts';
import type { CodeResult, CodeRun, CodeTool } from '../../catalog/code-mode.ts';
import { toCodeVariant } from '../../catalog/code-tool.ts';
import type { Tool } from '../../catalog/tool.ts';
import { shareBudget, shareOneBudget } from '../../schema/budget.ts';
import { charactersOfToken } from '../../tokens.ts';
import { readKnowledge } from '../discovery/knowledge.ts';
import { findTools } from '../discovery/search.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { type Again, CodeCalls, type CodeCallsOptions } from './code-calls.ts';
import { toCodeFailure, wordsOf } from './code-failure.ts';
import { callFromCode, type InnerEnd } from './inner-call.ts';
import { bindingOfRun, type Journal } from './journal.ts';
import { forgetOnAbort } from './waiting-runs.ts';

/** One call of a tool of a code mode, while it runs. */
export interface OpenRun {
  /** What the code mode gets. */
  run: CodeRun;
  /** Resolves when the run ends without an answer of the code mode: a person is asked, or it cannot go on. */
  stopped: Promise<Outcome>;
  /** Why the caller was refused, if a search or a list was. */
  readonly refusal: FailureOutcome | undefined;
  /** Ends what still runs. */
  end(): void;
}

/** What a run is opened for. */
export interface RunSubject {
  /** The name of the tool that is called, and its arguments. */
  name: string;
  args: unknown;
  request: CallRequest;
  /** What was kept of the run, if it goes on after a question. */
  journal: Journal | undefined;
}

/** Opens a run, or goes on with one that has asked. */
export function openRun(
  parts: ServerParts,
  serving: Serving,
  subject: RunSubject,
  progress: CodeRun['progress'],
): OpenRun {
  const { name, request, journal } = subject;
  const startedAt = journal?.startedAt ?? Date.now();
  const seed = journal?.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
  // Ends the code. The calls have a signal of their own: those that run when a person is asked are waited for.
  const code = new AbortController();
  const inside = new Set<AbortController>();
  // One for each call, because a signal warns of more than ten listeners.
  const abortInside = (reason: unknown) => {
    for (const one of inside) one.abort(reason);
  };
  const { signal } = request;
  let refusal: FailureOutcome | undefined;
  let stop!: (outcome: Outcome) => void;
  const stopped = new Promise<Outcome>((resolve) => (stop = resolve));
  const stopWith = (outcome: Outcome, why: unknown) => {
    if (calls.isOver) return;
    calls.end();
    stop(outcome);
    code.abort(typeof why === 'string' ? new DOMException(why, 'AbortError') : why);
  };

  // What it takes to read arguments is paid from one budget, however many calls the code makes.
  const budget = {};
  shareOneBudget([budget], requestsOfRun);
  const perform = async (tool: string, args: unknown, again: Again | undefined): Promise<InnerEnd> => {
    shareBudget(args, budget);
    const own = new AbortController();
    inside.add(own);
    const inner: CallRequest = {
      ...request,
      signal: own.signal,
      // The progress of each call begins anew, and that of the whole must not.
      sdk: undefined,
      report: undefined,
      // Whoever has agreed to run code was not shown what its calls ask.
      isApproved: false,
      state: again && toStateOf(again, request.state!),
      responses: again?.isAnswered ? request.responses : undefined,
    };
    try {
      return await masking<InnerEnd>(
        async () => callFromCode(parts, serving, tool, args, inner),
        (result) => ({ kind: 'result', result }),
      );
    } finally {
      inside.delete(own);
    }
  };

  const suspend: CodeCallsOptions['suspend'] = async (asked, { requests }, kept) => {
    const journals = parts.journals!;
    const keep = async () => {
      const caller = await request.caller();
      const bind = await bindingOfRun(name, subject.args, caller);
      const id = await journals.keep({ bind, startedAt, seed, asked, calls: kept }, caller);
      // The code was ended meanwhile, so that nobody is asked.
      if (calls.isOver) return journals.forget(id);
      const round = (request.state?.round ?? 0) + 1;
      const open = { requests, answers: {}, round, run: id };
      stopWith({ kind: 'questions', open }, 'the run goes on when a person has answered');
      // All rounds of a call in a session, or in this process, have one signal, also while a person is asked.
      if (request.era === 'legacy' || request.isInProcess) forgetOnAbort(signal, journals, id);
    };
    return masking<CodeResult | undefined>(
      async () => {
        await keep();
        return undefined;
      },
      (failed) => failed,
    );
  };

  /** Runs something whose errors code gets as a result. */
  const masking = async <TResult>(
    work: () => Promise<TResult>,
    toFailed: (failed: CodeResult) => TResult,
  ): Promise<TResult> => {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof TRPCError)
        return toFailed({ ok: false, code: thrown.code, message: thrown.message });
      const reference = reportThrown(parts.report, thrown, { name });
      const message = `something went wrong inside the app (reference ${reference})`;
      return toFailed({ ok: false, code: 'INTERNAL_SERVER_ERROR', message });
    }
  };

  const calls = new CodeCalls({
    canAsk: request.canAsk || journal !== undefined,
    journal,
    perform,
    suspend,
    differ: (index, before, now) =>
      stopWith(
        toCodeFailure('CONFLICT', tellDifference(index, before, now)),
        'the code has not done the same again',
      ),
  });

  const leave = () => {
    abortInside(signal.reason);
    stopWith(
      toCodeFailure('CLIENT_CLOSED_REQUEST', 'the client has left or cancelled the call'),
      signal.reason,
    );
  };
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });

  const refuse = (failure: FailureOutcome): never => {
    refusal = failure;
    throw new TRPCError({ code: failure.code, message: wordsOf(failure) });
  };
  const most = serving.catalog.rules.most;
  const run: CodeRun = {
    async tools() {
      // Also where nothing is hidden: whom the app does not let in runs no code.
      const knowledge = await readKnowledge(parts, serving, request, true);
      if (knowledge.kind === 'failure') return refuse(knowledge);
      const all = [...serving.catalog.tools.values()];
      const known = await Promise.all(all.map((tool) => knowledge.mayKnow(tool)));
      return toTold(all.filter((_, index) => known[index]));
    },
    async search(query, limit) {
      const found = await findTools(parts, serving, name, query, limit, request);
      return Array.isArray(found) ? toTold(found) : refuse(found);
    },
    call: (tool, args) => calls.call(tool, args),
    signal: code.signal,
    startedAt,
    seed,
    maxTokens: most === undefined ? undefined : Math.ceil(most / charactersOfToken),
    isReadOnly: serving.catalog.rules.isReadOnly,
    progress,
  };
  return {
    run,
    stopped,
    get refusal() {
      return refusal;
    },
    end() {
      calls.end();
      signal.removeEventListener('abort', leave);
      abortInside(new DOMException('the code that made this call has ended', 'AbortError'));
    },
  };
}

/** Code may cost as much to read as so many requests. */
const requestsOfRun = 10;

/** The state with which a call inside of code goes on. Each of them is good for one round, as that of the whole is. */
function toStateOf({ index, state }: Again, whole: AskState): AskState {
  return { ...state, bind: whole.bind, nonce: `${whole.nonce}:${index}` };
}

function toTold(tools: readonly Tool[]): CodeTool[] {
  return tools.map((tool) => toCodeVariant(tool).told);
}

function tellDifference(index: number, before: string, now: string): string {
  const what = before === now ? `${now} with other arguments` : `${now} in place of ${before}`;
  return `after the answer, the code did not do the same as before the question: its call ${index + 1} was ${what}; it was ended there, and what it called before has run; code has to make the same calls again after an answer, whatever the time is; look what was done before you run other code`;
}
