import type { Skipped } from '../run/child.ts';
import type { Pace, Series } from '../run/measure.ts';
import { type Figure, toFigure, toRatio } from '../run/stats.ts';
import type { CallResults, Mode, ProcedureName } from '../sections/all-calls.ts';
import type { GrowthResult } from '../sections/growth.ts';
import type { KindResult } from '../sections/kinds.ts';
import type { ToolsResult } from '../sections/tools.ts';
import { findTarget, nameOf, type Protocol } from '../target.ts';
import { toMegabytes, toNumber, toSpread, toTable } from './markdown.ts';

/** What the tables of all targets are made of. */
export interface Survey {
  calls: CallResults;
  tools: readonly ToolsResult[];
  kinds: readonly KindResult[];
  growth: { rows: readonly GrowthResult[]; middleware: readonly GrowthResult[] };
}

const trpcExpress = findTarget('trpc-express');

/** The tables of all targets. */
export function toSurveyTables({ calls, tools, kinds, growth }: Survey, pace: Pace): string {
  return `## All targets

For an overview: ${pace.rounds} rounds of ${pace.ms} ms each, in turns. Figures are the median of the rounds
(lowest–highest); a ratio is taken round by round, then its median. The router has 10 procedures, the same for everybody.

${toSkippedList(calls.skipped)}
## A call, 64 connections

\`× tRPC\` compares requests per second with tRPC's own endpoint on Express.

### hello

${toCallTable(calls, 'hello', '64')}
### rows

${toCallTable(calls, 'rows', '64')}
## A call, one connection

${toCallTable(calls, 'hello', '1')}
## A new connection for each call

16 clients.

${toCallTable(calls, 'hello', 'new')}
## Memory after all that

${toTable(
  ['target', 'heap, MB', 'resident, MB'],
  calls.ran.map(({ target, memory }) => [
    target.label,
    toMegabytes(memory.heapBytes),
    toMegabytes(memory.residentBytes),
  ]),
)}
## The number of tools

On Express. The buffer holds the same bytes; lists by 8 connections, calls by 64. Mounts are in a process just started.

${toTable(
  [
    'tools',
    'list, kB',
    'list, ms (p50)',
    'buffer, ms (p50)',
    'list ÷ buffer, requests/s',
    'call, µs CPU',
    'calls/s',
    'mount, ms',
    'mount, ms CPU',
    'mounted, MB',
  ],
  tools.map(({ tools: count, listBytes, list, buffer, call, mounts }) => [
    toNumber(count),
    toNumber(listBytes / 1000, 1),
    toNumber(toFigure(list.p50).median, 2),
    toNumber(toFigure(buffer.p50).median, 2),
    toSpread(toRatio(list.perSecond, buffer.perSecond), 2),
    toSpread(toFigure(call.cpuUs)),
    toNumber(toFigure(call.perSecond).median),
    toSpread(toFigure(mounts.map(({ ms }) => ms))),
    toNumber(toFigure(mounts.map(({ cpuMs }) => cpuMs)).median),
    toMegabytes(toFigure(mounts.map(({ heapBytes }) => heapBytes)).median),
  ]),
)}
## Tools, resources and prompts

One procedure as all three: \`hello\`, called, read as \`greetings://Ada\` and got as a prompt, by 64 connections.
\`× tools/call\` compares requests per second.

${toKindTable(kinds)}
## The size of the result

Express, 16 connections, server CPU in µs.

${toGrowthTable('rows', growth.rows)}
## The depth of the middleware

${toGrowthTable('middleware', growth.middleware)}`;
}

function toCallTable(calls: CallResults, procedure: ProcedureName, mode: Mode): string {
  const base = calls.find(trpcExpress, procedure, mode);
  const toRow = (label: string, series: Series): string[] => [
    label,
    toSpread(toFigure(series.perSecond)),
    base ? toSpread(toRatio(series.perSecond, base.perSecond), 2) : '–',
    toSpread(toFigure(series.cpuUs)),
    toNumber(toFigure(series.p50).median, 2),
    toNumber(toFigure(series.p99).median, 2),
  ];
  const rows = calls.ran.flatMap(({ target }) => {
    const protocols: Protocol[] = ['trpc', '2026-07-28', '2025-11-25'];
    return protocols.flatMap((protocol) => {
      const series = calls.find(target, procedure, mode, protocol);
      const isOther = protocol === '2025-11-25';
      return series ? [toRow(isOther ? `${target.label} (${protocol})` : target.label, series)] : [];
    });
  });
  return toTable(['target', 'requests/s', '× tRPC', 'server CPU, µs', 'p50, ms', 'p99, ms'], rows);
}

function toKindTable(kinds: readonly KindResult[]): string {
  return toTable(
    ['target', 'requests/s', '× tools/call', 'server CPU, µs', 'p50, ms', 'p99, ms'],
    kinds.flatMap(({ target, methods }) =>
      methods.map(({ method, series }) => [
        `${method}, ${target.host}`,
        toSpread(toFigure(series.perSecond)),
        toSpread(toRatio(series.perSecond, methods[0]!.series.perSecond), 2),
        toSpread(toFigure(series.cpuUs)),
        toNumber(toFigure(series.p50).median, 2),
        toNumber(toFigure(series.p99).median, 2),
      ]),
    ),
  );
}

function toGrowthTable(label: string, results: readonly GrowthResult[]): string {
  const cpu = (series: Series): Figure => toFigure(series.cpuUs);
  return toTable(
    [label, 'ours', 'tRPC', 'ours ÷ tRPC'],
    results.map(({ size, ours, trpc }) => [
      toNumber(size),
      toSpread(cpu(ours)),
      toSpread(cpu(trpc)),
      toSpread(toRatio(ours.cpuUs, trpc.cpuUs), 2),
    ]),
  );
}

function toSkippedList(skipped: readonly Skipped[]): string {
  if (skipped.length === 0) return '';
  const lines = skipped.map(({ target, reason }) => `- \`${nameOf(target)}\`: ${reason}\n`);
  return `Not measured, because they do not run here:\n\n${lines.join('')}\n`;
}
