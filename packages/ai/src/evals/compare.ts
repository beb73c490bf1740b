import { EvalsError } from './evals-error.ts';
import type { EvalCaseReport, EvalReport, EvalStatus, EvalTokens } from './report.ts';

/** Two runs side by side. */
export interface EvalComparison {
  /** The models of the two runs. */
  models: { before: string | undefined; after: string | undefined };
  /** The cases of both runs, in the order of the later one; those that are gone come last. */
  cases: EvalChange[];
  /** Sums over the cases that are in both runs, so that they can be compared. */
  totals: { before: EvalSums; after: EvalSums };
  /**
   * Whether a case ran more often in one of the runs. Then calls and tokens are those of one repetition on average, and so are
   * the repetitions of `totals` that passed.
   */
  isPerRepetition: boolean;
}

/** How one case changed between two runs. */
export interface EvalChange {
  name: string;
  /** `better` and `worse` are about passing. `same` may still need more or fewer tokens. */
  change: 'better' | 'worse' | 'same' | 'new' | 'gone';
  before: EvalSums | undefined;
  after: EvalSums | undefined;
}

/** What a case, or several, came to. */
export interface EvalSums {
  /** Of a single case. */
  status?: EvalStatus;
  /** How many repetitions passed, and how many there were. */
  passed: number;
  runs: number;
  modelCalls: number;
  tokens: EvalTokens;
}

/** Compares two runs of the same evals: before and after a change of a description, or with two models. */
export function compareReports(before: EvalReport, after: EvalReport): EvalComparison {
  const old = new Map(before.cases.filter(hasRun).map((each) => [each.name, each]));
  const now = after.cases.filter(hasRun);
  const changes = now.map((each): EvalChange => toChange(old.get(each.name), each));
  const names = new Set(after.cases.map(({ name }) => name));
  const gone = [...old.values()]
    .filter(({ name }) => !names.has(name))
    .map((each) => toChange(each, undefined));
  // A case that is stale, and has not run, has nothing to compare.
  const both = changes.filter((change) => (change.before?.runs ?? 0) > 0 && (change.after?.runs ?? 0) > 0);
  const isPerRepetition = both.some((each) => each.before!.runs !== each.after!.runs);
  const toTotal = (sums: readonly EvalSums[]): EvalSums =>
    add(
      isPerRepetition
        ? sums.map((each) => ({ ...toAverage(each), passed: each.passed / each.runs, runs: 1 }))
        : sums,
    );
  const toShown = (change: EvalChange): EvalChange =>
    isPerRepetition
      ? {
          ...change,
          before: change.before && toAverage(change.before),
          after: change.after && toAverage(change.after),
        }
      : change;
  return {
    models: { before: before.model, after: after.model },
    cases: [...changes, ...gone].map(toShown),
    totals: {
      before: toTotal(both.map((each) => each.before!)),
      after: toTotal(both.map((each) => each.after!)),
    },
    isPerRepetition,
  };
}

/** The calls and tokens of one repetition. */
function toAverage(sums: EvalSums): EvalSums {
  const of = (sum: number): number => toTenth(sum / Math.max(1, sums.runs));
  const { modelCalls, tokens } = sums;
  return {
    ...sums,
    modelCalls: of(modelCalls),
    tokens: { input: of(tokens.input), output: of(tokens.output) },
  };
}

function toTenth(amount: number): number {
  return Math.round(amount * 10) / 10;
}

/** Reads the text of a report, as `trpc-mcp eval --json` prints it. `name` is what messages call the file. */
export function readReport(text: string, name = 'The report'): EvalReport {
  const fix = 'Name a file that trpc-mcp eval --json has written.';
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new EvalsError('REPORT_INVALID', `${name} is not JSON`, fix, cause);
  }
  const report = value as Partial<EvalReport> | null;
  if (typeof report === 'object' && report !== null && Number(report.version) > 1)
    throw new EvalsError(
      'REPORT_INVALID',
      `${name} was written by a newer version of @trpc-mcp/ai`,
      'Update @trpc-mcp/ai.',
    );
  const isModel = report?.model === undefined || report.model === null || typeof report.model === 'string';
  if (report?.version !== 1 || !isModel || !Array.isArray(report.cases) || !report.cases.every(isCase))
    throw new EvalsError('REPORT_INVALID', `${name} is no report of evals`, fix);
  return report as EvalReport;
}

const statuses: ReadonlySet<EvalStatus> = new Set([
  'passed',
  'failed',
  'stale',
  'error',
  'skipped',
  'cancelled',
]);

function isCase(value: unknown): boolean {
  const { name, status, runs } = (value ?? {}) as Partial<EvalCaseReport>;
  return (
    typeof name === 'string' &&
    statuses.has(status as EvalStatus) &&
    Array.isArray(runs) &&
    runs.every(
      (run) =>
        typeof run?.modelCalls === 'number' &&
        typeof run?.tokens?.input === 'number' &&
        typeof run.tokens.output === 'number',
    )
  );
}

function hasRun({ status }: EvalCaseReport): boolean {
  return status !== 'skipped' && status !== 'cancelled';
}

function toChange(before: EvalCaseReport | undefined, after: EvalCaseReport | undefined): EvalChange {
  const [old, now] = [before && toSums(before), after && toSums(after)];
  const name = (after ?? before)!.name;
  if (old === undefined) return { name, change: 'new', before: undefined, after: now };
  if (now === undefined) return { name, change: 'gone', before: old, after: undefined };
  return { name, change: judge(old, now), before: old, after: now };
}

function judge(before: EvalSums, after: EvalSums): 'better' | 'worse' | 'same' {
  const [was, is] = [before.status === 'passed', after.status === 'passed'];
  if (was !== is) return is ? 'better' : 'worse';
  const [old, now] = [before, after].map(({ passed, runs }) => (runs === 0 ? 0 : passed / runs)) as [
    number,
    number,
  ];
  return now > old ? 'better' : now < old ? 'worse' : 'same';
}

function toSums({ status, runs }: EvalCaseReport): EvalSums {
  const sums = add(
    runs.map((run) => ({
      passed: run.status === 'passed' ? 1 : 0,
      runs: 1,
      modelCalls: run.modelCalls,
      tokens: run.tokens,
    })),
  );
  return { status, ...sums };
}

function add(sums: readonly EvalSums[]): EvalSums {
  const sum = (read: (each: EvalSums) => number): number =>
    toTenth(sums.reduce((total, each) => total + read(each), 0));
  return {
    passed: sum((each) => each.passed),
    runs: sum((each) => each.runs),
    modelCalls: sum((each) => each.modelCalls),
    tokens: { input: sum((each) => each.tokens.input), output: sum((each) => each.tokens.output) },
  };
}
