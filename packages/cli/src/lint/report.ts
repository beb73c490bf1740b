import { relative } from 'node:path';
import { count } from '../count.ts';
import type { Terminal } from '../terminal.ts';
import type { PlacedFinding } from './lint.ts';
import { isFixable } from './patch.ts';

/** A finding as programs read it. */
export interface ReportedFinding {
  code: string;
  severity: 'error' | 'warning';
  tool?: string;
  path?: string;
  place?: string;
  /** Relative to where the command runs. */
  file?: string;
  line?: number;
  column?: number;
  message: string;
  fix: string;
  /** Whether `--fix` has a change for it. */
  isFixable: boolean;
}

/** What the command says of a target. */
export interface LintReport {
  errors: number;
  warnings: number;
  findings: ReportedFinding[];
}

export function toReport(findings: readonly PlacedFinding[], folder: string): LintReport {
  const countOf = (severity: string): number => findings.filter((each) => each.severity === severity).length;
  return {
    errors: countOf('error'),
    warnings: countOf('warning'),
    findings: findings.map((finding) => {
      const { code, severity, tool, path, place, definition, message, fix } = finding;
      return {
        code,
        severity,
        ...(tool !== undefined && { tool }),
        ...(path !== undefined && { path }),
        ...(place !== undefined && { place }),
        ...(definition && {
          file: relative(folder, definition.file),
          line: definition.line,
          column: definition.column,
        }),
        message,
        fix,
        isFixable: isFixable(finding),
      };
    }),
  };
}

/** Shows the findings by tool, each with what to do. */
export function showReport(
  { errors, warnings, findings }: LintReport,
  tools: number,
  terminal: Terminal,
): void {
  const { colors } = terminal;
  let last: string | undefined;
  for (const { severity, tool, path, place, file, line, message, fix, code } of findings) {
    const head = tool ?? 'the whole list';
    if (head !== last) {
      const where = file === undefined ? path : `${file}:${line}`;
      terminal.print(
        `${last === undefined ? '' : '\n'}${colors.bold(head)}${where === undefined ? '' : colors.dim(`  ${where}`)}`,
      );
    }
    last = head;
    const paint = severity === 'error' ? colors.red : colors.yellow;
    const at =
      place === undefined || place === 'description' || place === 'name'
        ? ''
        : ` ${colors.dim(`at ${place}`)}`;
    terminal.print(`  ${paint(severity)} ${message}${at} ${colors.dim(`[${code}]`)}`);
    terminal.print(`    ${colors.dim('fix:')} ${fix}`);
  }
  const fixable = findings.filter((finding) => finding.isFixable).length;
  const verdict =
    findings.length === 0
      ? colors.green(`Nothing was found in ${count(tools, 'tool')}.`)
      : `${count(errors, 'error')} and ${count(warnings, 'warning')} in ${count(tools, 'tool')}.`;
  terminal.note(`${findings.length === 0 ? '' : '\n'}${verdict}`);
  if (fixable > 0) terminal.note(`For ${fixable} of them, --fix prints a patch.`);
}

/** Writes workflow commands, which GitHub shows at the lines of a pull request. */
export function writeGithub({ findings }: LintReport): string[] {
  return findings.map(({ severity, tool, path, place, file, line, column, message, fix, code }) => {
    const where = { file, line, col: column, title: `${code}${tool === undefined ? '' : ` in ${tool}`}` };
    const properties = Object.entries(where)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
    const subject = file === undefined && path !== undefined ? `${path}: ` : '';
    const at = place === undefined ? '' : ` (${place})`;
    return `::${severity} ${properties.join(',')}::${escapeData(`${subject}${message}${at}. To fix it: ${fix}`)}`;
  });
}

/** @see https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
