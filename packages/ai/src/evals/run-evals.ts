import type { EvalCase } from './case.ts';
import { type AnyEvals, type EvalModel, isEvals } from './definition.ts';
import { EvalsError } from './evals-error.ts';
import { checkToolNames } from './check-tools.ts';
import { type ModelLike, openModel } from './model.ts';
import { checkRecord, emptyRecord, type EvalRecord, type RecordedCase } from './record.ts';
import { createRecordedCase, mergeRecord, type NewlyRecorded } from './record-case.ts';
import { type EvalCaseReport, type EvalReport, type EvalRun, type EvalStatus, toTotals } from './report.ts';
import { type Once, runOnce } from './run-once.ts';
import { openSession, type Session } from './session.ts';
import { findFresh, findStale, findStaleBefore } from './replay-check.ts';
import { wordsOf } from './words.ts';
import { personOf } from './world.ts';

/** How evals are run. */
export interface RunEvalsOptions {
  /** `live` asks a model, and records what it answers. `replay` gives the recorded answers, and needs no model. */
  mode: 'live' | 'replay';
  /** The record. With `live`, the cases that do not run keep what it holds. */
  record?: EvalRecord | undefined;
  /** A model in place of the one of the evals. */
  model?: EvalModel | undefined;
  /** Chooses the cases that run. */
  filter?: (one: { name: string; as: string | undefined; tags: readonly string[] }) => boolean;
  /** How many times each case runs, in place of what the evals say. Only with `live`. */
  repeat?: number | undefined;
  /** Whether every change of the list of tools makes a record stale, and not only a change of the tools that a case used. */
  isStrict?: boolean;
  /** Ends the run. What ran is reported and recorded. */
  signal?: AbortSignal;
  /** Is called after each case. */
  onCase?: (report: EvalCaseReport, done: number, total: number) => void;
}

/** What comes of a run: the report, and the record with what was recorded. */
export interface EvalsRun {
  report: EvalReport;
  record: EvalRecord;
}

/**
 * Runs the cases of evals one after the other. Resolves also if cases fail; rejects with an `EvalsError` if the evals cannot be
 * run at all, and with a `SetupError` if the router cannot be served.
 */
export async function runEvals(evals: AnyEvals, options: RunEvalsOptions): Promise<EvalsRun> {
  if (!isEvals(evals))
    throw new EvalsError(
      'DEFINITION_INVALID',
      'What runEvals was given are no evals',
      'Give it what defineEvals returns.',
    );
  const { mode, signal = new AbortController().signal, isStrict = false } = checkOptions(options);
  const record = options.record === undefined ? emptyRecord : checkRecord(options.record);
  const all = evals.cases as readonly EvalCase[];
  const { chosen, notes } = chooseCases(evals, all, options);
  const reports: EvalCaseReport[] = [];
  const recorded = new Map<string, NewlyRecorded>();
  const fresh = new Set<string>();
  let ended: EvalReport['ended'];
  let model: ModelLike | undefined;
  try {
    model = mode === 'live' ? await openModel(options.model ?? evals.model) : undefined;
    const session = await openSession(evals, { model, isStrict, signal });
    checkToolNames(all, session.catalog.names);
    for (const one of chosen) {
      const ran =
        ended !== undefined || signal.aborted ? undefined : await runCase(session, one, options, record);
      const report = ran?.report ?? toReport(evals, one, one.skip ? 'skipped' : 'cancelled', 1, []);
      reports.push(report);
      if (ran?.recorded) recorded.set(one.name, ran.recorded);
      for (const name of ran?.fresh ?? []) fresh.add(name);
      if (ran?.ended !== undefined) ended = ran.ended;
      options.onCase?.(report, reports.length, chosen.length);
    }
  } finally {
    notes.push(...(await closeEvals(evals)));
  }
  if (signal.aborted) ended = { code: 'CANCELLED', message: 'The run was ended before all cases had run.' };
  if (fresh.size > 0) notes.push(describeFresh([...fresh].toSorted()));
  const report: EvalReport = {
    version: 1,
    mode,
    model: model === undefined ? modelsOf(record, chosen) : `${model.provider}/${model.modelId}`,
    cases: reports,
    totals: toTotals(reports),
    notes,
    ...(ended !== undefined && { ended }),
  };
  return {
    report,
    record: mergeRecord(
      record,
      recorded,
      all.map(({ name }) => name),
    ),
  };
}

function checkOptions(options: RunEvalsOptions | undefined): RunEvalsOptions {
  if (options?.mode === 'live' || options?.mode === 'replay') return options;
  throw new EvalsError(
    'DEFINITION_INVALID',
    'runEvals does not know what to do: "mode" is missing, or another one',
    "Set it to 'live' to ask a model, or to 'replay'.",
  );
}

/** What cannot be closed is told, and costs nothing of what ran. */
async function closeEvals(evals: AnyEvals): Promise<string[]> {
  try {
    await evals.close?.();
    return [];
  } catch (thrown) {
    return [`"close" of the evals failed: ${wordsOf(thrown)}`];
  }
}

interface RanCase {
  report: EvalCaseReport;
  recorded: NewlyRecorded | undefined;
  /** Tools that the model had not seen when the case was recorded. */
  fresh: readonly string[];
  ended: Once['ended'];
}

async function runCase(
  session: Session,
  one: EvalCase,
  { mode, repeat }: RunEvalsOptions,
  record: EvalRecord,
): Promise<RanCase> {
  const { evals } = session;
  const nothing = { recorded: undefined, fresh: [], ended: undefined };
  if (one.skip) {
    const report = toReport(evals, one, 'skipped', 0, []);
    if (typeof one.skip === 'string') report.reason = one.skip;
    return { ...nothing, report };
  }
  const wanted = repeat ?? one.repeat ?? evals.repeat ?? 1;
  const old = Object.hasOwn(record.cases, one.name) ? record.cases[one.name] : undefined;
  if (mode === 'replay') {
    const stale = findStaleBefore(old, one, personOf(evals, one.as), one.repeat ?? evals.repeat ?? 1);
    if (stale.length > 0)
      return { ...nothing, report: { ...toReport(evals, one, 'stale', wanted, []), stale } };
  }
  const replayed = mode === 'replay' ? old! : undefined;
  const times = replayed?.runs.length ?? wanted;
  const tries: Once[] = [];
  for (let at = 0; at < times; at++) {
    const replay = replayed && {
      responses: replayed.runs[at]!,
      findStale: (tape: Once['tape']) => findStale(session, replayed, record, tape),
    };
    const once = await runOnce(session, one, replay);
    tries.push(once);
    if (once.ended !== undefined || once.run.status === 'cancelled' || once.run.status === 'stale') break;
  }
  const runs = tries.map(({ run }) => run);
  const rate = one.passRate ?? evals.passRate ?? 1;
  // The sum of a rate such as 0.7 and 10 is a little more than 7.
  const needed = Math.ceil(times * rate - 1e-9);
  const report = toReport(evals, one, judge(runs, needed), needed, runs);
  report.stale = tries.flatMap(({ stale }) => stale);
  if (replayed && report.status === 'failed') report.notes.push(...explainDrift(tries, replayed));
  const isWhole = tries.length === times && tries.every((each) => each.isWhole);
  const recorded =
    mode === 'live' && isWhole
      ? createRecordedCase(
          session,
          one,
          tries.map(({ tape, run }) => ({ tape, calls: run.calls })),
        )
      : undefined;
  if (mode === 'live' && !isWhole && !session.signal.aborted)
    report.notes.push('It was not recorded, because the conversation did not come to its end.');
  return {
    report,
    recorded,
    fresh: replayed ? findFresh(replayed, record, tries[0]?.tape) : [],
    ended: tries.find((each) => each.ended !== undefined)?.ended,
  };
}

function judge(runs: readonly EvalRun[], needed: number): EvalStatus {
  for (const status of ['stale', 'cancelled', 'error'] as const)
    if (runs.some((run) => run.status === status)) return status;
  return runs.filter(({ status }) => status === 'passed').length >= needed ? 'passed' : 'failed';
}

/** A case that fails in a replay may do so because the model had read something else when it answered. */
function explainDrift(tries: readonly Once[], { runs }: RecordedCase): string[] {
  const at = tries
    .map(({ tape }, index) =>
      tape.responses.findIndex((each, position) => each.prompt !== runs[index]?.[position]?.prompt),
    )
    .find((position) => position > 0);
  if (at === undefined) return [];
  return [
    `The model had read something else before its response ${at + 1} when this was recorded: a tool, or what was prepared, gives another result now.`,
  ];
}

function chooseCases(
  evals: AnyEvals,
  all: readonly EvalCase[],
  { filter }: RunEvalsOptions,
): { chosen: readonly EvalCase[]; notes: string[] } {
  const filtered = all.filter(
    (one) => filter?.({ name: one.name, as: personOf(evals, one.as), tags: one.tags ?? [] }) ?? true,
  );
  const only = filtered.filter((one) => one.only);
  if (only.length === 0) return { chosen: filtered, notes: [] };
  return {
    chosen: only,
    notes: [`Only ${only.length} of ${filtered.length} cases ran, because of "only".`],
  };
}

function toReport(
  evals: AnyEvals,
  one: EvalCase,
  status: EvalStatus,
  needed: number,
  runs: EvalRun[],
): EvalCaseReport {
  const as = personOf(evals, one.as);
  return {
    name: one.name,
    ...(as !== undefined && { as }),
    say: [one.say].flat(),
    status,
    stale: [],
    notes: [],
    needed,
    runs,
  };
}

function modelsOf(record: EvalRecord, chosen: readonly EvalCase[]): string | undefined {
  const models = chosen.flatMap(({ name }) =>
    Object.hasOwn(record.cases, name) ? [record.cases[name]!.model] : [],
  );
  return models.length === 0 ? undefined : [...new Set(models)].toSorted().join(', ');
}

function describeFresh(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  const rest = names.length > 10 ? ` and ${names.length - 10} more` : '';
  return `Tools that are new since the record: ${shown}${rest}. The model has not seen them, and could choose them now: record again to find out.`;
}
