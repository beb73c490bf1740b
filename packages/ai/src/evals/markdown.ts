import type { EvalChange, EvalComparison, EvalSums } from './compare.ts';
import { type EvalCaseReport, type EvalReport, type EvalStatus, explainCase } from './report.ts';

/** Writes a report as Markdown, for a comment on a pull request or the summary of a job. */
export function writeMarkdown(report: EvalReport, comparison?: EvalComparison): string {
  const { totals, cases, notes, ended, model, mode } = report;
  const ran = totals.cases - totals.skipped - totals.cancelled;
  const how =
    mode === 'replay'
      ? `replayed${model === undefined ? '' : `, recorded with ${code(model)}`}`
      : `asked ${code(model ?? 'a model')}`;
  const wrong = cases.filter(
    ({ status }) => status !== 'passed' && status !== 'skipped' && status !== 'cancelled',
  );
  return [
    `### Evals: ${totals.passed} of ${ran} passed`,
    '',
    `${how}; ${totals.modelCalls} calls of tools, ${totals.tokens.input} tokens in, ${totals.tokens.output} tokens out.`,
    ...(ended === undefined ? [] : ['', `**${escape(ended.message)}**`]),
    '',
    '| | Case | Who | Passed | Calls | Tokens in | Tokens out |',
    '| --- | --- | --- | --- | ---: | ---: | ---: |',
    ...cases.map(writeRow),
    ...wrong.flatMap(writeWhy),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `> ${escape(note)}`)]),
    ...(comparison === undefined ? [] : writeComparison(comparison)),
    '',
  ].join('\n');
}

const signs: Readonly<Record<EvalStatus, string>> = {
  passed: '✅',
  failed: '❌',
  stale: '🕰️ stale',
  error: '⚠️ error',
  skipped: '⏭️ skipped',
  cancelled: '⏹️ not run',
};

function writeRow({ name, as, status, runs }: EvalCaseReport): string {
  const passed = runs.filter((run) => run.status === 'passed').length;
  const sum = (read: (run: EvalCaseReport['runs'][number]) => number): number =>
    runs.reduce((total, run) => total + read(run), 0);
  const cells = [
    signs[status],
    escape(name),
    escape(as ?? ''),
    runs.length === 0 ? '' : `${passed} of ${runs.length}`,
    sum((run) => run.modelCalls),
    sum((run) => run.tokens.input),
    sum((run) => run.tokens.output),
  ];
  return `| ${cells.join(' | ')} |`;
}

function writeWhy(each: EvalCaseReport): string[] {
  const [say = ''] = each.say;
  return [
    '',
    `**${escape(each.name)}** (“${escape(say)}”)`,
    '',
    ...[...explainCase(each), ...each.notes].map((line) => `- ${escape(line)}`),
  ];
}

function writeComparison({ cases, totals, models, isPerRepetition }: EvalComparison): string[] {
  const changed = cases.filter(({ change, before, after }) => change !== 'same' || differs(before, after));
  return [
    '',
    '#### Compared with before',
    '',
    ...(isPerRepetition ? ['Calls and tokens are those of one repetition.', ''] : []),
    ...(models.before === models.after
      ? []
      : [`Before: ${code(models.before ?? '?')}. Now: ${code(models.after ?? '?')}.`, '']),
    ...(changed.length === 0
      ? ['Nothing has changed.']
      : [
          '| | Case | Passed | Calls | Tokens |',
          '| --- | --- | --- | --- | --- |',
          ...changed.map(writeChange),
        ]),
    '',
    `Together: ${from(totals.before.passed, totals.after.passed)} passed, ${from(totals.before.modelCalls, totals.after.modelCalls)} calls, ${from(tokensOf(totals.before), tokensOf(totals.after))} tokens.`,
  ];
}

const changeSigns = { better: '🟢 better', worse: '🔴 worse', same: '', new: 'new', gone: 'gone' } as const;

function writeChange({ name, change, before, after }: EvalChange): string {
  const cells = [
    changeSigns[change],
    escape(name),
    from(passedOf(before), passedOf(after)),
    from(before?.modelCalls, after?.modelCalls),
    from(before && tokensOf(before), after && tokensOf(after)),
  ];
  return `| ${cells.join(' | ')} |`;
}

function passedOf(sums: EvalSums | undefined): string | undefined {
  return sums && (sums.status === 'stale' ? 'stale' : `${sums.passed} of ${sums.runs}`);
}

function differs(before: EvalSums | undefined, after: EvalSums | undefined): boolean {
  return JSON.stringify(before) !== JSON.stringify(after);
}

function from(before: string | number | undefined, after: string | number | undefined): string {
  if (before === undefined || after === undefined || before === after) return String(after ?? before ?? '');
  return `${before} → ${after}`;
}

function tokensOf({ tokens }: EvalSums): number {
  return tokens.input + tokens.output;
}

/** A return alone ends a line, too, and characters of control have no place in Markdown. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*[\n\r\u2028\u2029]\s*/g, ' ').replaceAll(/\p{Cc}/gu, ' ');
}

/** Names and answers may hold what Markdown or HTML would take for its own. */
function escape(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~@#$]/g, (character) => (character === '@' ? '&#64;' : `\\${character}`));
}

function code(text: string): string {
  return `\`${oneLine(text).replaceAll('`', '').trim() || '?'}\``;
}
