import type { Terminal } from '../terminal.ts';
import type { EndpointReport } from './check/check.ts';
import { demandIds, demands, type Finding } from './check/finding.ts';

/** Shows a report as a table of clients and demands, and below it what to do. */
export function showReport(report: EndpointReport, terminal: Terminal): void {
  const { colors } = terminal;
  const words: Record<Finding['state'], string> = {
    ok: colors.green('ok'),
    missing: colors.red('missing'),
    warning: colors.yellow('warning'),
    'not needed': colors.dim('-'),
  };
  terminal.print(`${report.url}: ${accessWords[report.access]}`);
  terminal.table(
    ['client', ...demandIds],
    report.clients.map(({ title, findings }) => [title, ...findings.map(({ state }) => words[state])]),
  );
  for (const line of adviceOf(report)) terminal.print(line);
}

const accessWords: Record<EndpointReport['access'], string> = {
  open: 'it asks for no credentials',
  oauth: 'people sign in with OAuth',
  token: 'it wants a token, and has no OAuth',
  unknown: 'it could not be looked at',
};

/** One line for each thing that is not as it should be: for whom, what, and what to do. */
export function adviceOf({ clients }: EndpointReport): string[] {
  const lines = new Map<string, string[]>();
  for (const demand of demandIds) {
    for (const { title, findings } of clients) {
      const { state, detail, fix } = findings.find((finding) => finding.demand === demand)!;
      if (state !== 'missing' && state !== 'warning') continue;
      // Of one demand the same is said to several clients.
      const line =
        `${state}: ${demand} ({clients}). ${detail} ${fix === undefined ? '' : `Fix: ${fix}.`}`.trimEnd();
      lines.set(line, [...(lines.get(line) ?? []), title]);
    }
  }
  const all = clients.length;
  return [...lines].map(([line, titles]) =>
    line.replace('{clients}', titles.length === all && all > 1 ? 'all' : titles.join(', ')),
  );
}

/** What each demand is, for the help text and the documentation. */
export const demandLines: readonly string[] = demandIds.map((id) => `  ${id.padEnd(10)}${demands[id]}`);
