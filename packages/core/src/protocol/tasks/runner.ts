import { TRPCError } from '@trpc/server';
import type { CallRequest } from '../../call/active-call.ts';
import type { CallHost } from '../../call/call.ts';
import { callTool } from '../../call/call-tool.ts';
import { reportThrown } from '../../call/failure.ts';
import type { Outcome, QuestionsOutcome } from '../../call/outcome.ts';
import type { Progress } from '../../call/progress.ts';
import { StoreFull } from '../../call/store.ts';
import type { CatalogSource } from '../../catalog/catalog.ts';
import { errorCodes } from '../json-rpc.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { toAuth } from './caller.ts';
import { toEnd, toFailed, toUnanswered } from './end.ts';
import { stopped } from './failure.ts';
import { createTicker, type Ticker, toProgressMessage } from './progress-message.ts';
import { type End, type Facts, isLate, type SealedCaller, type Stage, type TaskJob } from './record.ts';
import { type Records, leaseMs } from './records.ts';
import { lackOf, toAskState, toWaiting } from './round.ts';
import { unref, within } from '../../timer.ts';

/** Runs the calls of tasks in this process. */
export interface Runner {
  /** Begins a call for a client that still waits. `tell` hears of its progress until it asks. */
  start(facts: Facts, serving: Serving, tell: (progress: Progress) => void): Running;
  /** Runs one round of a task from the queue, to its end or to its next questions. */
  run(job: TaskJob): Promise<void>;
  /** Waits for a task that runs elsewhere. Resolves with `undefined` if it takes longer. */
  watch(facts: Facts, ms: number, left: AbortSignal): Promise<Outcome | undefined>;
  /** Looks what has changed about a task, if it runs here. */
  look(id: string): void;
  close(): Promise<void>;
}

/** A call that runs here, and may become a task. */
export interface Running {
  /** Waits until the call ends, or asks. Resolves with `undefined` if it takes longer. The call ends if the client leaves. */
  within(ms: number, left: AbortSignal): Promise<{ outcome: Outcome | undefined } | undefined>;
  wait(left: AbortSignal): Promise<Outcome | undefined>;
  /** Runs it as a task, which has been created. Resolves when it is over. */
  goOn(): Promise<void>;
}

export interface RunnerOptions {
  tellChange: (id: string) => void;
  createContext: ((sealed: SealedCaller) => unknown) | undefined;
  /** Is called when the work of a task is over. */
  onEnd: (facts: Facts) => void;
}

/** What this process knows of a task that it runs. */
interface Run {
  facts: Facts;
  controller: AbortController;
  stage: Stage;
  /** Whether it has been created as a task. Until then, nothing of it is kept in the store. */
  isTask: boolean;
  /** Writes what the round that runs now tells. */
  ticker: Ticker | undefined;
  /** Whether somebody else has ended the task. */
  isEnded: boolean;
  /** When its lease was renewed. */
  beatAt: number;
  /** Ends the wait for answers. */
  wake: (() => void) | undefined;
}

/** How often a process says that it is alive, and looks for answers and cancellations that it was not told of. */
const beatMs = leaseMs / 6;
const retryMs = 1000;

export function createRunner(
  parts: ServerParts,
  catalog: CatalogSource,
  records: Records,
  { tellChange, createContext, onEnd }: RunnerOptions,
): Runner {
  const runs = new Map<string, Run>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let isClosed = false;

  const hold = (facts: Facts, stage: Stage, isTask: boolean): Run => {
    const controller = new AbortController();
    const run: Run = {
      facts,
      controller,
      stage,
      isTask,
      ticker: undefined,
      isEnded: false,
      beatAt: Date.now(),
      wake: undefined,
    };
    runs.set(facts.id, run);
    if (timer === undefined) {
      timer = setInterval(() => runs.forEach((each) => void beat(each)), beatMs);
      // Does not keep a Node process alive. Timers of other hosts have no `unref`.
      unref(timer);
    }
    return run;
  };
  const forget = (run: Run) => {
    const { id } = run.facts;
    // Its next round may run here already.
    if (runs.get(id) === run) runs.delete(id);
    if (runs.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  const letGo = async (run: Run) => {
    forget(run);
    if (!runs.has(run.facts.id)) await records.rest(run.facts.id).catch(() => {});
    onEnd(run.facts);
  };

  const beat = async (run: Run) => {
    if (!run.isTask) return;
    try {
      await records.beat(run.facts);
      // It was let go meanwhile.
      if (!runs.has(run.facts.id)) await records.rest(run.facts.id);
      // The store was away, or this process stood still. Others may have missed it.
      if (Date.now() - run.beatAt > leaseMs - beatMs) await records.forgetMissed(run.facts.id);
      run.beatAt = Date.now();
      await check(run);
    } catch {
      // The next beat comes soon.
    }
  };
  const check = async (run: Run) => {
    // Its end may have come before it waited for anything.
    if (run.isEnded) return run.wake?.();
    if (run.wake && isLate(run.facts)) await records.end(run.facts, toUnanswered());
    if (await records.readEnd(run.facts.id)) {
      run.isEnded = true;
      run.controller.abort(new DOMException('the task was cancelled', 'AbortError'));
    }
    if (run.isEnded) return run.wake?.();
    // By the time that the answers are read, it may wait for those to its next questions.
    const { wake } = run;
    if (wake && (await readAnswers(run))) wake();
  };

  /** The answers to all open questions, by the keys that they have for the app. `undefined` if one is missing. */
  const readAnswers = async ({
    facts,
    stage,
  }: Pick<Run, 'facts' | 'stage'>): Promise<Record<string, unknown> | undefined> => {
    const answers: [string, unknown][] = [];
    for (const [key, own] of Object.entries(stage.keys!)) {
      const answer = await records.readAnswer(facts.id, key);
      if (answer === undefined) return undefined;
      answers.push([own, answer]);
    }
    return Object.fromEntries(answers);
  };

  const callOnce = async (
    run: Run,
    serving: Pick<Serving, 'exchange' | 'auth' | 'caller' | 'tasksOf'>,
    state: CallRequest['state'],
    responses: CallRequest['responses'],
    tell?: (progress: Progress) => void,
  ): Promise<Outcome | undefined> => {
    const { facts, controller } = run;
    const whole = await catalog.whole;
    // What is exposed may have changed.
    const tool = (catalog.current ?? whole).tools.get(facts.tool.name);
    if (!tool) return undefined;
    const ticker = createTicker(async (message) => {
      run.stage = { ...run.stage, message, updatedAt: Date.now() };
      if (run.isTask) await records.writeStage(facts, run.stage);
    });
    run.ticker = ticker;
    const request: CallRequest = {
      id: undefined,
      method: 'tools/call',
      era: 'modern',
      client: facts.client,
      capabilities: facts.capabilities,
      auth: serving.auth,
      signal: controller.signal,
      trace: facts.trace,
      task: { id: facts.id },
      sdk: undefined,
      canAsk: true,
      state,
      responses,
      caller: serving.caller,
      tasksOf: serving.tasksOf,
      isCounted: true,
      report(progress) {
        tell?.(progress);
        const message = toProgressMessage(progress);
        if (message !== undefined) ticker.tell(message);
      },
    };
    const leftMs = Math.max(1, facts.createdAt + facts.ttlMs - Date.now());
    const timed = { ...tool, timeoutMs: Math.min(tool.timeoutMs ?? leftMs, leftMs) };
    try {
      return await callTool(parts, timed, facts.args, request, serving.exchange);
    } finally {
      await ticker.stop();
    }
  };

  /** Uses the store, for as long as it takes until it can be reached. Rejects when nobody can read the task any more. */
  const insist = async <TResult>({ facts }: Run, use: () => Promise<TResult>): Promise<TResult> => {
    for (;;) {
      try {
        return await use();
      } catch (thrown) {
        const isOver = Date.now() > facts.createdAt + 2 * facts.ttlMs;
        // A store in memory that is full stays so, and has room for an end.
        if (isClosed || isOver || thrown instanceof StoreFull) throw thrown;
        await pause(retryMs);
      }
    }
  };
  const keepStage = (run: Run) => insist(run, () => records.writeStage(run.facts, run.stage));
  const keepEnd = async (run: Run, end: End): Promise<void> => {
    try {
      await insist(run, () => records.end(run.facts, end));
      tellChange(run.facts.id);
    } catch (thrown) {
      reportThrown(parts.report, thrown, run.facts.tool);
    }
  };

  /** Goes on with how a round ended. Returns whether the task waits for answers now. */
  const settle = async (run: Run, outcome: Outcome | undefined): Promise<boolean> => {
    if (outcome?.kind !== 'questions') {
      await keepEnd(run, toEnd(run.facts.tool.name, outcome));
      return false;
    }
    const lack = lackOf(outcome.open, run.facts.capabilities);
    if (lack) {
      await keepEnd(run, toFailed(lack));
      return false;
    }
    run.stage = toWaiting(run.stage, outcome.open);
    await keepStage(run);
    tellChange(run.facts.id);
    return true;
  };

  const nextRound = async (run: Run, responses: Record<string, unknown>) => {
    const { round, message, used, open } = run.stage;
    run.stage = { round: round + 1, updatedAt: Date.now(), used, ...(message !== undefined && { message }) };
    await keepStage(run);
    return { state: toAskState(open!), responses };
  };

  const fail = async (run: Run, thrown: unknown) => {
    const text = `Internal error (reference ${reportThrown(parts.report, thrown, run.facts.tool)})`;
    const error = { code: errorCodes.internalError, message: text };
    await keepEnd(run, toFailed(error));
  };

  /** Waits until all open questions are answered. Returns `undefined` if somebody else has ended the task. */
  const waitForAnswers = async (run: Run): Promise<Record<string, unknown> | undefined> => {
    for (;;) {
      await new Promise<void>((resolve) => {
        run.wake = resolve;
        // An answer may have come before anybody waited for it.
        void check(run).catch(() => {});
      });
      run.wake = undefined;
      if (run.isEnded) return undefined;
      const answers = await insist(run, () => readAnswers(run));
      // A store may forget an answer. It can be sent again.
      if (answers) return answers;
    }
  };

  const goOn = async (run: Run, serving: Serving, first: Promise<Outcome | undefined>): Promise<void> => {
    run.isTask = true;
    run.beatAt = Date.now();
    run.ticker?.repeat();
    try {
      let outcome = await first;
      while (await settle(run, outcome)) {
        const answers = await waitForAnswers(run);
        if (!answers) return;
        const { state, responses } = await nextRound(run, answers);
        outcome = await callOnce(run, serving, state, responses);
      }
    } catch (thrown) {
      await fail(run, thrown);
    } finally {
      await letGo(run);
    }
  };

  return {
    start(facts, serving, tell) {
      const run = hold(facts, { round: 0, updatedAt: facts.createdAt, used: [] }, false);
      const first = callOnce(run, serving, facts.state, facts.responses, tell);
      // Waited for below, or by `goOn`.
      first.catch(() => {});
      const leaveWith = (left: AbortSignal) => {
        const onLeave = () => run.controller.abort(left.reason);
        if (left.aborted) onLeave();
        else left.addEventListener('abort', onLeave, { once: true });
        return () => left.removeEventListener('abort', onLeave);
      };
      return {
        async within(ms, left) {
          const stay = leaveWith(left);
          const early = await within(
            ms,
            first.then((outcome) => ({ outcome })),
          );
          stay();
          // Nobody was told of a task.
          if (early || left.aborted) forget(run);
          return early ?? (left.aborted ? { outcome: await first } : undefined);
        },
        async wait(left) {
          const stay = leaveWith(left);
          try {
            return await first;
          } finally {
            stay();
            forget(run);
          }
        },
        goOn: () => goOn(run, serving, first),
      };
    },
    async run(job) {
      if (isClosed) throw new Error(closed);
      const facts = await records.readFacts(job.id);
      if (!facts && (await records.isUnreadable(job.id))) throw new Error(unreadable);
      if (!facts || (await records.readEnd(job.id))) return;
      const before = await records.readStage(job.id);
      // A job that was delivered late, or twice, is not run again.
      const expected = before ? before.round + (before.open ? 1 : 0) : 0;
      if (job.round !== expected) return;
      const responses = before?.open ? await readAnswers({ facts, stage: before }) : facts.responses;
      // No answers, no round: the procedure would ask once more, under other keys.
      if (before?.open && !responses) return;
      if (isClosed) throw new Error(closed);
      if (!(await records.begin(facts, job.round))) return;
      const run = hold(facts, before ?? { round: 0, updatedAt: Date.now(), used: [] }, true);
      try {
        await insist(run, () => records.beat(facts));
        const next = before?.open ? await nextRound(run, responses!) : { state: facts.state, responses };
        await settle(run, await callOnce(run, toServing(facts), next.state, next.responses));
      } catch (thrown) {
        await fail(run, thrown);
      } finally {
        await letGo(run);
      }
    },
    async watch(facts, ms, left) {
      const until = Date.now() + ms;
      while (!left.aborted) {
        const [end, stage] = await Promise.all([records.readEnd(facts.id), records.readStage(facts.id)]);
        if (end?.status === 'completed') return { kind: 'result', result: end.result };
        if (end) return undefined;
        if (stage?.open) return { kind: 'questions', open: stage.open } satisfies QuestionsOutcome;
        const leftMs = until - Date.now();
        if (leftMs <= 0) return undefined;
        await pause(Math.min(leftMs, watchMs));
      }
      return undefined;
    },
    look(id) {
      const run = runs.get(id);
      if (run) void check(run).catch(() => {});
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      const ending = [...runs.values()].map(async (run) => {
        if (run.isTask) await keepEnd(run, toFailed(stopped));
        run.isEnded = true;
        run.controller.abort(new TRPCError({ code: 'SERVICE_UNAVAILABLE', message: stopped.message }));
        run.wake?.();
      });
      await Promise.all(ending);
    },
  };

  /** What a worker serves a task with: the caller as it was kept. */
  function toServing({ caller, owner }: Facts): Pick<Serving, 'exchange' | 'auth' | 'caller' | 'tasksOf'> {
    const exchange: CallHost = {
      url: null,
      header: () => undefined,
      createContext: () => caller && createContext?.(caller),
    };
    const id = owner.slice(owner.indexOf(':') + 1);
    return {
      exchange,
      auth: caller && toAuth(caller),
      caller: async () => ({ kind: 'identified', id, ...(caller && { subject: caller.subject }) }),
      tasksOf: parts.tasks?.list,
    };
  }
}

/** How often the end of a task is looked for that runs elsewhere. */
const watchMs = 100;

const closed = 'runTask was called after close(); the queue has to give the job to another worker';
const unreadable = 'runTask cannot read this task: the worker needs the `secret` of the server that made it';

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    unref(timer);
  });
}
