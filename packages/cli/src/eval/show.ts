import type { EvalCaseReport, EvalChange, EvalComparison, EvalReport, EvalStatus } from '@trpc-mcp/ai/evals';
import { count } from '../count.ts';
import type { Terminal } from '../terminal.ts';
import type { LoadedEvals } from './load.ts';

/** Prints a report: a table, what is wrong in words, and the sums. */
export function showReport(report: EvalReport, { api }: LoadedEvals, terminal: Terminal): void {
  const { totals, cases, notes } = report;
  if (cases.length > 0)
    terminal.table(
      ['', 'case', 'who', 'passed', 'calls', 'tokens in', 'out', ...(terminal.isTerminal ? [] : ['why'])],
      cases.map((each) => [
        ...toRow(each, terminal),
        ...(terminal.isTerminal ? [] : [api.explainCase(each).join(' ')]),
      ]),
    );
  const { bold, dim } = terminal.colors;
  const told = cases.filter((each) => api.explainCase(each).length + each.notes.length > 0);
  for (const each of told) {
    terminal.note(`\n${bold(each.name)} ${dim(`“${each.say.join('” “')}”`)}`);
    for (const line of [...api.explainCase(each), ...each.notes]) terminal.note(`  ${line}`);
  }
  for (const note of notes) terminal.note(`\n${note}`);
  const how =
    report.mode === 'replay'
      ? `replayed${report.model === undefined ? '' : `, recorded with ${report.model}`}`
      : `with ${report.model ?? 'a model'}`;
  const { input, output } = totals.tokens;
  terminal.note(
    `\n${describeTotals(report)} (${how}). ${count(totals.modelCalls, 'call')}, ${input} tokens in, ${output} out.`,
  );
}

/** Prints what got better and what got worse. */
export function showComparison(
  { cases, totals, models, isPerRepetition }: EvalComparison,
  terminal: Terminal,
): void {
  const { green, red } = terminal.colors;
  const paint = { better: green, worse: red, same: String, new: String, gone: String };
  terminal.note('\nCompared with before:');
  if (models.before !== models.after)
    terminal.note(`Before: ${models.before ?? 'no model'}. Now: ${models.after ?? 'no model'}.`);
  if (isPerRepetition) terminal.note('Calls and tokens are those of one repetition.');
  const sums = (each: EvalChange['before']): (number | undefined)[] => [
    each?.modelCalls,
    each && each.tokens.input + each.tokens.output,
  ];
  terminal.table(
    ['', 'case', 'passed', 'calls', 'tokens'],
    cases.map(({ name, change, before, after }) => {
      const [calls, tokens] = sums(before).map((old, at) => from(old, sums(after)[at]));
      return [paint[change](change), name, from(passedOf(before), passedOf(after)), calls!, tokens!];
    }),
  );
  const [calls, tokens] = sums({ ...totals.before }).map((old, at) => from(old, sums(totals.after)[at]));
  terminal.note(
    `Together: ${from(totals.before.passed, totals.after.passed)} passed, ${calls} calls, ${tokens} tokens.`,
  );
}

function toRow({ name, as, status, runs }: EvalCaseReport, { colors }: Terminal): string[] {
  const paint: Readonly<Record<EvalStatus, (text: string) => string>> = {
    passed: colors.green,
    failed: colors.red,
    stale: colors.yellow,
    error: colors.red,
    skipped: colors.dim,
    cancelled: colors.dim,
  };
  const sum = (read: (run: EvalCaseReport['runs'][number]) => number): string =>
    String(runs.reduce((total, run) => total + read(run), 0));
  const passed = runs.filter((run) => run.status === 'passed').length;
  return [
    paint[status](status),
    name,
    as ?? '',
    runs.length === 0 ? '' : `${passed}/${runs.length}`,
    sum((run) => run.modelCalls),
    sum((run) => run.tokens.input),
    sum((run) => run.tokens.output),
  ];
}

function describeTotals({ totals }: EvalReport): string {
  const others = (['failed', 'stale', 'error', 'skipped', 'cancelled'] as const)
    .filter((status) => totals[status] > 0)
    .map((status) => `${totals[status]} ${status}`);
  return [`${totals.passed} of ${count(totals.cases, 'case')} passed`, ...others].join(', ');
}

function passedOf(sums: EvalChange['before']): string | undefined {
  return sums && (sums.status === 'stale' ? 'stale' : `${sums.passed}/${sums.runs}`);
}

function from(before: string | number | undefined, after: string | number | undefined): string {
  if (before === undefined || after === undefined || before === after) return String(after ?? before ?? '');
  return `${before} → ${after}`;
}
