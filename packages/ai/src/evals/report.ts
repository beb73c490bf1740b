import type { EvalCall } from './call.ts';
import type { StaleReason } from './staleness.ts';

/**
 * How a case ended. `stale`: its record no longer fits. `error`: the model could not be asked. `cancelled`: the run was ended
 * before the case had.
 */
export type EvalStatus = 'passed' | 'failed' | 'stale' | 'error' | 'skipped' | 'cancelled';

/** Tokens, as the provider of the model counted them. */
export interface EvalTokens {
  input: number;
  output: number;
}

/** What happened in one repetition of a case. */
export interface EvalRun {
  status: Exclude<EvalStatus, 'skipped'>;
  /** What is not as it was expected, in sentences. */
  failures: string[];
  /** The calls of the app's tools, in their order. */
  calls: EvalCall[];
  /** How many calls of tools the model made. With code mode, one of them may make many calls. */
  modelCalls: number;
  /** How many responses the model gave. */
  responses: number;
  tokens: EvalTokens;
  /** What the model answered to the last sentence. */
  answer: string;
  /** What tools asked the person. */
  questions: string[];
  ms: number;
}

/** How one case ended. */
export interface EvalCaseReport {
  name: string;
  /** Who said it. */
  as?: string;
  say: string[];
  status: EvalStatus;
  /** Why a case was left out, if its `skip` says so. */
  reason?: string;
  /** Why the record does not fit. */
  stale: StaleReason[];
  /** What did not fail, and is worth knowing. */
  notes: string[];
  /** How many repetitions have to pass. */
  needed: number;
  runs: EvalRun[];
}

/** How the cases of a file ended: what `trpc-mcp eval --json` prints, and what two runs are compared by. */
export interface EvalReport {
  /** The version of the form of this report. */
  version: 1;
  /** Whether a model was asked, or the record was replayed. */
  mode: 'live' | 'replay';
  /** The provider and the id of the model; for a replay, that of the record. */
  model: string | undefined;
  cases: EvalCaseReport[];
  totals: EvalTotals;
  /** What is true of the whole run. */
  notes: string[];
  /** Why the run was ended early: the provider of the model refused the key, for example. */
  ended?: { code: 'UNAUTHORIZED' | 'MODEL_UNUSABLE' | 'CANCELLED'; message: string };
}

/** Sums over the cases of a report. */
export interface EvalTotals extends Record<EvalStatus, number> {
  cases: number;
  modelCalls: number;
  responses: number;
  tokens: EvalTokens;
}

/** Adds up the cases of a report. */
export function toTotals(cases: readonly EvalCaseReport[]): EvalTotals {
  const runs = cases.flatMap((each) => each.runs);
  const sum = (read: (run: EvalRun) => number): number => runs.reduce((total, run) => total + read(run), 0);
  const countOf = (status: EvalStatus): number => cases.filter((each) => each.status === status).length;
  return {
    cases: cases.length,
    passed: countOf('passed'),
    failed: countOf('failed'),
    stale: countOf('stale'),
    error: countOf('error'),
    skipped: countOf('skipped'),
    cancelled: countOf('cancelled'),
    modelCalls: sum((run) => run.modelCalls),
    responses: sum((run) => run.responses),
    tokens: { input: sum((run) => run.tokens.input), output: sum((run) => run.tokens.output) },
  };
}

/** Whether nothing is wrong: no case failed, is stale, could not be asked or was cut short. */
export function isGood({ totals, ended }: EvalReport): boolean {
  return totals.failed + totals.stale + totals.error + totals.cancelled === 0 && ended === undefined;
}

/** Says in words why a case is not as it was expected; an empty list if it is. */
export function explainCase(report: EvalCaseReport): string[] {
  if (report.stale.length > 0) return report.stale.map(({ message }) => message);
  if (report.status === 'passed' || report.status === 'skipped')
    return report.reason === undefined ? [] : [report.reason];
  const { runs } = report;
  const wrong = runs.filter(({ status }) => status !== 'passed');
  if (runs.length <= 1) return wrong.flatMap(({ failures }) => failures);
  const passed = runs.length - wrong.length;
  const told = wrong.flatMap((run) =>
    run.failures.map((failure) => `Repetition ${runs.indexOf(run) + 1}: ${failure}`),
  );
  return [`${passed} of ${runs.length} repetitions passed, and ${report.needed} have to.`, ...told];
}
