import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import type { CallRequest } from '../../call/active-call.ts';
import { callItem } from '../../call/call.ts';
import { asksForDryRun, callTool } from '../../call/call-tool.ts';
import { type Caller, toCallerKey } from '../../call/caller.ts';
import { reportThrown } from '../../call/failure.ts';
import type { Outcome } from '../../call/outcome.ts';
import { openProgress, type ProgressChannel } from '../../call/progress.ts';
import { reach } from '../../call/store.ts';
import { runHook } from '../../hook.ts';
import type { CatalogSource } from '../../catalog/catalog.ts';
import type { Tool } from '../../catalog/tool.ts';
import { isRecord } from '../../record.ts';
import type { HandlerOptions } from '../options.ts';
import type { ServerParts, Serving, Tasks } from '../serving.ts';
import { sealCaller } from './caller.ts';
import { toCancelled, toFailed, toUnanswered } from './end.ts';
import { died, toTaskFailure, unknownCaller } from './failure.ts';
import { needsWaitUntil } from './host.ts';
import { createPlaces } from './places.ts';
import { type End, type Facts, isLate, type Stage, type Task } from './record.ts';
import { createRecords } from './records.ts';
import { createRunner } from './runner.ts';
import { takesTasks, taskExtension, toInfo, toTask } from './task.ts';
import { isUuid } from '../../uuid.ts';

/** A task and how it ended, if it has. */
interface Found {
  facts: Facts;
  ended: End | undefined;
}

const defaultPerCaller = 100;
/** How long a process may be missed after its lease is over. It may be cut off from the store, and come back. */
const graceMs = 15_000;

export function createTasks(
  parts: ServerParts,
  catalog: CatalogSource,
  options: HandlerOptions & { createContext?: unknown },
  bus: ServerEventBus,
): Tasks {
  const { run: toQueue, perCaller = defaultPerCaller, waitUntil, createContext } = options.tasks ?? {};
  const records = createRecords(parts.store, options.secret);
  const places = createPlaces(parts.store, perCaller, async (id) => {
    const [facts, ended] = await Promise.all([records.readFacts(id), records.readEnd(id)]);
    if (!facts) return true;
    // A task whose process has died ends when somebody looks.
    if (!ended && !isEnd(await read({ facts, ended }))) return false;
    // The work of a task that was cancelled may go on.
    return !(await records.isAlive(id));
  });
  // Cast: a bus carries any event as JSON, and listeners ignore kinds that they do not know.
  const tellChange = (id: string) => bus.publish({ kind: 'task_changed', id } as unknown as ServerEvent);
  const runner = createRunner(parts, catalog, records, {
    tellChange,
    createContext,
    onEnd: ({ owner }) => places.lookAgain(owner),
  });
  const unsubscribe = bus.subscribe((event) => {
    const { kind, id } = event as { kind: string; id?: unknown };
    if (kind === 'task_changed' && typeof id === 'string') runner.look(id);
  });
  let hasWarned = false;

  /** Ends a task in place of the process that runs it. */
  const end = async (facts: Facts, how: End) => {
    await records.end(facts, how);
    places.lookAgain(facts.owner);
    tellChange(facts.id);
  };

  const find = async (id: unknown, caller: Caller): Promise<Found | undefined> => {
    if (typeof id !== 'string' || !isUuid(id)) return undefined;
    const [facts, ended] = await Promise.all([records.readFacts(id), records.readEnd(id)]);
    if (caller.kind !== 'identified' || facts?.owner !== toCallerKey(caller)) return undefined;
    const isOver = ended && Date.now() > ended.endedAt + facts.ttlMs;
    return isOver ? undefined : { facts, ended };
  };

  const unansweredOf = async (id: string, stage: Stage | undefined): Promise<string[]> => {
    const keys = stage?.open ? Object.keys(stage.keys!) : [];
    const answers = await Promise.all(keys.map((key) => records.readAnswer(id, key)));
    return keys.filter((_, index) => answers[index] === undefined);
  };

  /** Whether the process that ran a task is gone, so that nobody will end it. */
  const isLost = async (facts: Facts, stage: Stage | undefined, isWaiting: boolean): Promise<boolean> => {
    if (facts.isQueued && isWaiting) return false;
    if (await records.isAlive(facts.id)) return false;
    const round = stage ? stage.round + (stage.open ? 1 : 0) : 0;
    // It may wait in the queue for long.
    if (facts.isQueued && !(await records.hasBegun(facts.id, round))) return false;
    const now = Date.now();
    return now - (await records.missedSince(facts, now)) >= graceMs;
  };

  const read = async ({ facts, ended }: Found): Promise<Task> => {
    const { id } = facts;
    const stage = await records.readStage(id);
    if (ended) return toTask(facts, stage, ended);
    const unanswered = await unansweredOf(id, stage);
    const isWaiting = unanswered.length > 0;
    // While a task of a queue waits for answers, no process runs it.
    if (isWaiting && isLate(facts)) await end(facts, toUnanswered());
    else if (await isLost(facts, stage, isWaiting)) await end(facts, toFailed(died));
    else return toTask(facts, stage, undefined, unanswered);
    return toTask(facts, stage, await records.readEnd(id));
  };

  const get = async (id: unknown, caller: Caller): Promise<Task | undefined> => {
    const found = await find(id, caller);
    return found && read(found);
  };

  /** Whether work of this request may go on after the answer. */
  const mayGoOn = ({ exchange }: Serving): boolean => {
    if (toQueue || waitUntil || exchange.waitUntil || !needsWaitUntil()) return true;
    if (!hasWarned) reportThrown(parts.report, new Error(noWaitUntil));
    hasWarned = true;
    return false;
  };

  /** Whether the caller may call, by what is decided before the input is read. Takes the points of the limits. */
  const tryCall = (tool: Tool, args: unknown, serving: Serving, request: CallRequest) => {
    const quiet: ServerParts = { ...parts, spans: { run: (_describe, work) => work() } };
    const trial: CallRequest = { ...request, isTrial: true };
    return callItem(quiet, tool, args, trial, serving.exchange, () => ({ kind: 'result', result: {} }));
  };

  /**
   * Creates a task before its place is taken: a place is free when its task is not there. Returns `false` if the client has left
   * meanwhile. It is told of no task, so there is none.
   */
  const create = async (facts: Facts, left: AbortSignal): Promise<boolean> => {
    await reach(() => records.create(facts));
    try {
      await places.take(facts.owner, facts.id, 2 * facts.ttlMs);
    } catch (thrown) {
      await records.remove(facts).catch(() => {});
      throw thrown;
    }
    if (!left.aborted) return true;
    await records.remove(facts).catch(() => {});
    return false;
  };

  const toAnswer = (facts: Facts): Outcome => ({
    kind: 'result',
    result: { resultType: 'task', ...toTask(facts, undefined, undefined) },
  });

  /** Hands a round to the queue. A round that is handed over twice is run once. */
  const queue = async ({ id, tool }: Facts, round: number): Promise<void> => {
    await runHook('tasks.run', parts.hookTimeoutMs, () => toQueue!({ id, round, tool }));
  };

  /** Runs a call in this process. It becomes a task when it takes longer than `after`. */
  const callHere = async (
    facts: Facts,
    serving: Serving,
    request: CallRequest,
    after: number,
    channel: ProgressChannel | undefined,
  ) => {
    if (after === 0 && !(await create(facts, request.signal))) return toAnswer(facts);
    const running = runner.start(facts, serving, (progress) => channel?.offer(progress));
    if (after > 0) {
      const early = await running.within(after, request.signal);
      if (early) return early.outcome;
      const isTask = await create(facts, request.signal).catch(() => false);
      // The call runs already, and its client waits for it as for any other, or has left.
      if (!isTask) return running.wait(request.signal);
    }
    const work = running.goOn();
    try {
      (waitUntil ?? serving.exchange.waitUntil)?.(work);
    } catch (thrown) {
      // The task is there, and runs for as long as the host lets it.
      reportThrown(parts.report, thrown, facts.tool);
    }
    return toAnswer(facts);
  };

  /** Hands a call to the queue, and waits for its end for as long as `after`. */
  const callThere = async (facts: Facts, request: CallRequest, after: number): Promise<Outcome> => {
    if (!(await create(facts, request.signal))) return toAnswer(facts);
    try {
      await queue(facts, 0);
    } catch (thrown) {
      await records.remove(facts).catch(() => {});
      throw thrown;
    }
    if (after === 0 && !request.signal.aborted) return toAnswer(facts);
    try {
      const early = await runner.watch(facts, after, request.signal);
      // The questions are asked by the answer to this call. A client that has left was told of no task.
      if (early?.kind === 'questions' || request.signal.aborted) await end(facts, toCancelled());
      return early ?? toAnswer(facts);
    } catch (thrown) {
      // The worker goes on without this process.
      reportThrown(parts.report, thrown, facts.tool);
      return toAnswer(facts);
    }
  };

  const call: Tasks['call'] = async (tool, args, serving, request) => {
    const { isRequired, after, ttlMs, pollMs } = tool.task!;
    const isAble = request.era === 'modern' && takesTasks(request.capabilities);
    const plain = () => callTool(parts, tool, args, request, serving.exchange);
    if ((!isAble && !isRequired) || asksForDryRun(tool, args) || !mayGoOn(serving)) return plain();
    const caller = await serving.caller();
    const sealed = sealCaller(serving, caller, toQueue !== undefined);
    const isKnown = caller.kind === 'identified' && (sealed !== undefined || !toQueue || !createContext);
    if (!isKnown && !isRequired) return plain();
    const verdict = await tryCall(tool, args, serving, request);
    if (verdict?.kind !== 'result') return verdict;
    if (!isAble) return { kind: 'incapable', extension: taskExtension };
    // For as long as the client waits, it hears of this call what it hears of any other.
    const channel = openProgress(request.sdk);
    try {
      channel?.begin();
      if (!isKnown) throw unknownCaller();
      const facts: Facts = {
        id: crypto.randomUUID(),
        owner: toCallerKey(caller),
        tool: { name: tool.name, path: tool.path },
        args,
        createdAt: Date.now(),
        ttlMs,
        pollMs,
        isQueued: toQueue !== undefined,
        caller: sealed,
        client: request.client,
        capabilities: request.capabilities,
        trace: request.trace,
        state: request.state,
        responses: request.responses,
      };
      return await (toQueue
        ? callThere(facts, request, after)
        : callHere(facts, serving, request, after, channel));
    } catch (thrown) {
      return toTaskFailure(parts, tool, thrown, args, request.auth);
    } finally {
      channel?.end();
    }
  };

  return {
    call,
    get,
    async update(id, caller, responses) {
      const found = await find(id, caller);
      if (!found) return false;
      const { facts, ended } = found;
      const stage = await records.readStage(facts.id);
      if (ended || !stage?.open) return true;
      for (const key of Object.keys(stage.keys!)) {
        const response = Object.hasOwn(responses, key) ? responses[key] : undefined;
        if (response !== undefined) await records.answer(facts, key, response as Record<string, unknown>);
      }
      if ((await unansweredOf(facts.id, stage)).length > 0) return true;
      if (facts.isQueued) await queue(facts, stage.round + 1);
      tellChange(facts.id);
      return true;
    },
    async cancel(id, caller) {
      const found = await find(id, caller);
      if (found && !found.ended) await end(found.facts, toCancelled());
      return found !== undefined;
    },
    async list(caller) {
      if (caller.kind !== 'identified') return [];
      const ids = await places.list(toCallerKey(caller));
      const found = await Promise.all(ids.map(async (id) => find(id, caller)));
      const tasks = found.filter((task) => task !== undefined);
      const infos = await Promise.all(tasks.map(async (task) => toInfo(task.facts, await read(task))));
      return infos.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
    },
    async run(job) {
      if (!options.store) throw new TypeError('runTask needs the `store` of the server that made the task');
      // A queue may give a worker something else, such as its own job around this one.
      if (!isRecord(job) || typeof job.id !== 'string' || !Number.isSafeInteger(job.round))
        throw new TypeError('runTask takes what tasks.run was called with: { id, round, tool }');
      await runner.run(job);
    },
    async close() {
      unsubscribe();
      await runner.close();
    },
  };
}

function isEnd({ status }: Task): boolean {
  return status !== 'working' && status !== 'input_required';
}

const noWaitUntil =
  'a call could not become a task, because this host ends work that goes on after the answer; give the handler { waitUntil } as its second argument, or set tasks.waitUntil';
