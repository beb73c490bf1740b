import type { EvalReport, EvalsRun, RunEvalsOptions } from '@trpc-mcp/ai/evals';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { basename, resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { nameOf, readRecordFile, readReportFile, writeRecordFile, writeReportFile } from '../eval/files.ts';
import { untilInterrupted } from '../eval/interrupt.ts';
import { type LoadedEvals, loadEvals, toEvalsProblem } from '../eval/load.ts';
import { openNamedModel } from '../eval/model.ts';
import { showComparison, showReport } from '../eval/show.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { toMountError } from '../target/mounted.ts';
import type { Terminal } from '../terminal.ts';
import { exitWith } from './exit-with.ts';
import { collect } from './target-options.ts';

interface GivenEvalOptions {
  record?: boolean;
  live?: boolean;
  model?: string;
  filter?: string[];
  tag?: string[];
  repeat?: number;
  strict?: boolean;
  file?: string;
  compare?: string;
  junit?: string;
  markdown?: string;
  json?: boolean;
}

export function addEval(program: Command, terminal: Terminal): void {
  const command = program
    .command('eval')
    .description('Check what a model does with the tools: replay what was recorded, or ask a model.')
    .argument('[evals]', 'the file that exports defineEvals(…), such as src/evals.ts')
    .option('--record', 'ask the model, and write the record that is replayed without it')
    .option('--live', 'ask the model, and write nothing')
    .option('--model <model>', 'another model, such as @ai-sdk/openai:gpt-5-mini')
    .addOption(
      new Option('--filter <text>', 'only cases whose name contains this; may be repeated').argParser(
        collect,
      ),
    )
    .addOption(new Option('--tag <tag>', 'only cases with this tag; may be repeated').argParser(collect))
    .addOption(new Option('--repeat <n>', 'how many times each case runs, with a model').argParser(toCount))
    .option('--strict', 'a record is also stale if tools were added that a case does not use')
    .option('-f, --file <file>', 'the record (evals.record.json beside evals.ts by default)')
    .option('--compare <file>', 'compare with an earlier run, which --json has written')
    .option('--junit <file>', 'also write JUnit XML')
    .option('--markdown <file>', 'also write Markdown, for a pull request')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', helpText)
    .action(async (spec: string | undefined, options: GivenEvalOptions) => {
      checkOptions(options);
      const loaded = await loadEvals(spec, terminal);
      const code = await tellProblems(loaded, () => runEval(loaded, options, terminal));
      if (code !== exitCode.ok) exitWith(command, code);
    });
}

const helpText = `
Without an option the record is replayed: the tools run, and the model's recorded answers are used. That needs no key and no
network, and gives the same each time. --record and --live ask the model of the evals, or the one of --model. For an
OpenAI-compatible endpoint, set OPENAI_BASE_URL (and OPENAI_API_KEY), and name only the model.

Examples:
  trpc-mcp eval
  trpc-mcp eval --record --filter "rename"
  trpc-mcp eval --live --repeat 5 --model @ai-sdk/anthropic:claude-haiku-4-5
  trpc-mcp eval --live --json > before.json
  trpc-mcp eval --live --compare before.json
  trpc-mcp eval --junit evals.xml --markdown "$GITHUB_STEP_SUMMARY"`;

async function runEval(
  loaded: LoadedEvals,
  options: GivenEvalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { api, evals } = loaded;
  const file = options.file === undefined ? loaded.record : resolve(terminal.cwd, options.file);
  const name = nameOf(file, terminal.cwd);
  const isLive = options.record === true || options.live === true;
  const before =
    options.compare === undefined ? undefined : await readReportFile(options.compare, terminal.cwd, loaded);
  const record = isLive && !options.record ? undefined : await readRecordFile(file, name, loaded);
  if (!isLive && record === undefined)
    throw new CliError(`There is no record ${name} to replay`, {
      fix: 'Make it with trpc-mcp eval --record, which asks the model once. Or ask it each time with --live.',
    });
  const model =
    options.model === undefined ? undefined : await openNamedModel(options.model, loaded.file, terminal);
  const ran = await untilInterrupted((signal) =>
    terminal.work(`Running ${loaded.name}`, (tell) =>
      api.runEvals(evals, {
        mode: isLive ? 'live' : 'replay',
        ...(record !== undefined && { record }),
        ...(model !== undefined && { model }),
        ...(options.repeat !== undefined && { repeat: options.repeat }),
        filter: toFilter(options),
        isStrict: options.strict === true,
        signal,
        onCase: (report, done, total) => tell(report.name, done, total),
      }),
    ),
  );
  if (ran.report.cases.length === 0) throw noCases(loaded, options);
  const comparison = before && api.compareReports(before, ran.report);
  // What cannot be written is told in the end: what a model was paid for is shown and kept in every other way.
  const written = await Promise.allSettled([
    options.record ? writeRecordFile(file, name, api.writeRecord(ran.record)) : undefined,
    ...writeReports(ran, comparison, loaded, options, terminal),
  ]);
  if (options.json) terminal.printJson({ ...ran.report, ...(comparison && { comparison }) });
  else {
    showReport(ran.report, loaded, terminal);
    if (comparison) showComparison(comparison, terminal);
    if (options.record && written[0].status === 'fulfilled') terminal.note(`Wrote ${name}. Commit it.`);
    else if (ran.report.totals.stale > 0)
      terminal.note(`Record what is stale again, with a model: trpc-mcp eval --record`);
  }
  const { ended } = ran.report;
  if (ended !== undefined && !options.json) terminal.note(ended.message);
  for (const each of written) if (each.status === 'rejected') throw each.reason;
  return codeOf(ran.report, api.isGood(ran.report));
}

function codeOf({ ended }: EvalReport, isGood: boolean): ExitCode {
  if (ended?.code === 'CANCELLED') return exitCode.cancelled;
  if (ended?.code === 'UNAUTHORIZED') return exitCode.unauthorized;
  if (ended?.code === 'MODEL_UNUSABLE') return exitCode.unavailable;
  return isGood ? exitCode.ok : exitCode.failed;
}

function writeReports(
  { report }: EvalsRun,
  comparison: Parameters<LoadedEvals['api']['writeMarkdown']>[1],
  { api, name }: LoadedEvals,
  { junit, markdown }: GivenEvalOptions,
  { cwd }: Terminal,
): (Promise<void> | undefined)[] {
  return [
    junit === undefined ? undefined : writeReportFile(junit, cwd, api.writeJUnit(report, basename(name))),
    markdown === undefined
      ? undefined
      : writeReportFile(markdown, cwd, api.writeMarkdown(report, comparison)),
  ];
}

function checkOptions({ record, live, model, repeat }: GivenEvalOptions): void {
  if (record && live)
    throw new CliError('--record and --live exclude each other', {
      fix: '--record asks the model, too, and writes what it answers.',
    });
  const asking = model !== undefined ? '--model' : repeat === undefined ? undefined : '--repeat';
  if (asking !== undefined && !record && !live)
    throw new CliError(`${asking} only means something when a model is asked`, {
      fix: 'Add --live, or --record.',
    });
}

function toFilter({ filter = [], tag = [] }: GivenEvalOptions): NonNullable<RunEvalsOptions['filter']> {
  const texts = filter.map((each) => each.toLowerCase());
  return ({ name, tags }) =>
    (texts.length === 0 || texts.some((each) => name.toLowerCase().includes(each))) &&
    (tag.length === 0 || tag.some((each) => tags.includes(each)));
}

function noCases({ evals, name }: LoadedEvals, { filter = [], tag = [] }: GivenEvalOptions): CliError {
  const names = (evals.cases as readonly { name: string }[]).map((each) => `  ${each.name}`);
  if (filter.length + tag.length === 0 || names.length === 0)
    return new CliError(`${name} has no cases`, { fix: 'Add some to "cases" of defineEvals.' });
  return new CliError(`No case of ${name} is chosen by these options`, {
    fix: ['The cases are:', ...names].join('\n'),
  });
}

/** What is wrong with evals, a record or a router is told in words. */
async function tellProblems<T>(loaded: LoadedEvals, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const told = toEvalsProblem(error);
    throw told instanceof CliError ? told : toMountError(loaded, error);
  }
}

function toCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It has to be a whole number of 1 or more.');
  return Number(text);
}
