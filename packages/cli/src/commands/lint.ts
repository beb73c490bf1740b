import { type ClientName, clientNames, clients } from '@trpc-mcp/core/clients';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { relative } from 'node:path';
import { findConfig } from '../config.ts';
import { exitCode } from '../exit-code.ts';
import { checkLintConfig, type LintConfig, toLintOptions } from '../lint/config.ts';
import { lintTarget } from '../lint/lint.ts';
import { writePatch } from '../lint/patch.ts';
import { showReport, toReport, writeGithub } from '../lint/report.ts';
import { type Described, describeTarget, refuseForModule } from '../target/described.ts';
import type { Terminal } from '../terminal.ts';
import { exitWith } from './exit-with.ts';
import { collect, type GivenTargetOptions, withTargetOptions } from './target-options.ts';

interface GivenLintOptions extends GivenTargetOptions {
  client?: ClientName[];
  rule?: string[];
  maxTokens?: number;
  maxWarnings?: number;
  format?: 'text' | 'json' | 'github';
  fix?: boolean;
}

export function addLint(program: Command, terminal: Terminal): void {
  const command = program
    .command('lint')
    .description('Find what makes the tools of a target hard to use, or lost in a client.')
    .argument('[target]', 'a module such as src/router.ts#appRouter, or the URL of an endpoint')
    .addOption(
      new Option('--client <name>', 'check all that this client takes and cuts; may be repeated').argParser(
        collectClient,
      ),
    )
    .addOption(
      new Option('--rule <rule=severity>', 'set a rule to off, warning or error; may be repeated').argParser(
        collect,
      ),
    )
    .addOption(new Option('--max-tokens <n>', 'the most tokens that the list may have').argParser(toCount))
    .addOption(new Option('--max-warnings <n>', 'fail if there are more warnings').argParser(toCount))
    .addOption(
      new Option('--format <format>', 'how findings are written').choices(['text', 'json', 'github']),
    )
    .option('--fix', 'print a patch with the changes that are safe, and write nothing');
  withTargetOptions(command)
    .addHelpText('after', helpText)
    .action(async (spec: string | undefined, options: GivenLintOptions) => {
      const { config, file } = await findConfig(terminal.cwd);
      const where = file === undefined ? 'the configuration' : relative(terminal.cwd, file);
      const own = checkLintConfig(config.lint, where);
      const lintOptions = toLintOptions(own, options);
      const target = await describeTarget(spec, options, terminal);
      tellStale(own, target, terminal);
      const findings = lintTarget(target, lintOptions);
      const format = options.format ?? (options.json ? 'json' : 'text');
      const folder = format === 'github' ? (terminal.env['GITHUB_WORKSPACE'] ?? terminal.cwd) : terminal.cwd;
      const report = toReport(findings, folder);
      const most = options.maxWarnings ?? own.maxWarnings ?? Infinity;
      if (options.fix && target.module === undefined) throw refuseForModule('--fix');
      const patch = options.fix ? writePatch(findings, terminal.cwd) : undefined;
      if (format === 'json') terminal.printJson({ ...report, ...(patch !== undefined && { patch }) });
      else if (patch !== undefined) showPatch(patch, terminal);
      else if (format === 'github') for (const line of writeGithub(report)) terminal.print(line);
      else showReport(report, toolsOf(target).length, terminal);
      if (report.warnings > most)
        terminal.note(`There are ${report.warnings} warnings, and --max-warnings is ${most}.`);
      if (report.errors > 0 || report.warnings > most) exitWith(command, exitCode.failed);
    });
}

const helpText = `
A rule is set in trpc-mcp.config.ts, or under "trpc-mcp" in package.json:
  lint: { rules: { 'list-unlimited': 'off', 'tool-tokens': ['error', { maxTokens: 800 }] }, ignore: { users_me: ['*'] } }
docs/lint.md lists the rules. The command ends with 1 if there is an error, or more warnings than --max-warnings.

Examples:
  trpc-mcp lint src/router.ts
  trpc-mcp lint src/router.ts --client claude-code --client cursor --max-warnings 0
  trpc-mcp lint src/router.ts --format github
  trpc-mcp lint src/router.ts --fix | git apply
  trpc-mcp lint https://app.example.com/mcp --rule list-unlimited=off`;

function showPatch(patch: string, terminal: Terminal): void {
  if (patch === '')
    terminal.note(
      'There is nothing that can be changed safely. Without --fix, each finding says what to do.',
    );
  else void terminal.stdout.write(patch);
}

function toolsOf(target: Described): readonly { name: string }[] {
  return target.module === undefined ? target.tools : target.description.tools;
}

/** A tool that is ignored and not there was probably renamed. */
function tellStale({ ignore = {} }: LintConfig, target: Described, terminal: Terminal): void {
  const names = new Set(toolsOf(target).map(({ name }) => name));
  const stale = Object.keys(ignore).filter((name) => name !== '*' && !names.has(name));
  if (stale.length > 0)
    terminal.note(
      `lint.ignore names tools that are not there: ${stale.join(', ')}. Remove them, or correct their names.`,
    );
}

function collectClient(value: string, before: ClientName[] = []): ClientName[] {
  if (!Object.hasOwn(clients, value))
    throw new InvalidArgumentError(`The clients are: ${clientNames.join(', ')}.`);
  // Cast: it is a key of the clients.
  return [...before, value as ClientName];
}

function toCount(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It has to be a whole number of 0 or more.');
  return number;
}
