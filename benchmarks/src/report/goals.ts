import type { CallResults, ProcedureName } from '../sections/calls.ts';
import type { IdleResult } from '../sections/idle.ts';
import type { ToolsResult } from '../sections/tools.ts';
import { type Figure, toFigure, toRatio } from '../run/stats.ts';
import { findTarget } from '../target.ts';
import { toNumber, toSpread, toTable } from './markdown.ts';

/** A row of DESIGN.md, section 6. */
interface Goal {
  measure: string;
  asked: string;
  seen: Figure;
  digits?: number;
  /** The same ratio in server CPU per request, which a noisy machine disturbs less. */
  byCpu?: Figure;
  best?: number;
  isMet: (value: number) => boolean;
}

interface Measured {
  calls: CallResults;
  tools: readonly ToolsResult[];
  idle: IdleResult;
}

const nothing: Figure = { median: Number.NaN, low: Number.NaN, high: Number.NaN };

/** The goal, the measured value, and whether the goal is met. */
export function toGoals({ calls, tools, idle }: Measured): string {
  const against = (
    measure: string,
    asked: number,
    [ours, theirs, procedure = 'hello']: [string, string, ProcedureName?],
  ): Goal => {
    const a = calls.find(findTarget(ours), procedure, '64');
    const b = calls.find(findTarget(theirs), procedure, '64');
    return {
      measure,
      asked: `≥ ${asked}`,
      seen: a && b ? toRatio(a.perSecond, b.perSecond) : nothing,
      byCpu: a && b ? toRatio(b.cpuUs, a.cpuUs) : nothing,
      best: a && b ? Math.max(...a.perSecond) / Math.max(...b.perSecond) : Number.NaN,
      isMet: (value) => value >= asked,
    };
  };
  const few = tools.find((result) => result.tools === 10);
  const many = tools.find((result) => result.tools === 1000);
  const express = 'ours-express';
  return toGoalTable([
    against("`tools/call` ÷ tRPC's POST, Express, hello", 2.5, [express, 'trpc-express']),
    against('the same, 100 rows', 1.7, [express, 'trpc-express', 'rows']),
    against('÷ tRPC standalone, bare node, hello', 3, ['ours-node', 'trpc-node']),
    against('÷ hand-written, Express', 0.8, [express, 'floor-express']),
    against('÷ hand-written, node', 0.7, ['ours-node', 'floor-node']),
    against('÷ SDK v2 `registerTool`, Express', 4, [express, 'sdk-express']),
    against('÷ trpc-to-mcp, Express', 10, [express, 'trpc-to-mcp-express']),
    {
      measure: '`tools/list` of 1,000 tools ÷ the same bytes from a buffer',
      asked: '≥ 0.8',
      seen: many ? toRatio(many.list.perSecond, many.buffer.perSecond) : nothing,
      byCpu: many ? toRatio(many.buffer.cpuUs, many.list.cpuUs) : nothing,
      isMet: (value) => value >= 0.8,
    },
    {
      measure: 'cost of a call at 1,000 tools ÷ at 10 tools (server CPU)',
      asked: '≤ 1.05',
      seen: many && few ? toRatio(many.call.cpuUs, few.call.cpuUs) : nothing,
      isMet: (value) => value <= 1.05,
    },
    {
      measure: 'mount of 1,000 procedures, in a process just started',
      asked: '≤ 0.5 s',
      seen: many ? toFigure(many.mounts.map(({ ms }) => ms / 1000)) : nothing,
      byCpu: many ? toFigure(many.mounts.map(({ cpuMs }) => cpuMs / 1000)) : nothing,
      isMet: (value) => value <= 0.5,
    },
    {
      measure: `memory of an idle client (${toNumber(idle.clients)} of them)`,
      asked: '0 bytes',
      seen: { median: idle.bytesEach, low: idle.bytesEach, high: idle.bytesEach },
      digits: 0,
      // Heap sizes vary by some hundred kilobytes, which is a few bytes for each client.
      isMet: (value) => value < 64,
    },
  ]);
}

function toGoalTable(goals: readonly Goal[]): string {
  const rows = goals.map(({ measure, asked, seen, digits = 2, byCpu, best, isMet }) => {
    const verdict = Number.isNaN(seen.median) ? 'not measured' : isMet(seen.median) ? 'met' : '**not met**';
    const measured = Number.isNaN(seen.median) ? '–' : toSpread(seen, digits);
    return [
      measure,
      asked,
      measured,
      byCpu ? toNumber(byCpu.median, 2) : '',
      best ? toNumber(best, 2) : '',
      verdict,
    ];
  });
  return toTable(['measure', 'asked', 'measured', 'by server CPU', 'best', ''], rows);
}
