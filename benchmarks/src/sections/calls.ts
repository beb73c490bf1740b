import { comparePair } from '../run/pair.ts';
import { type Goal, type Row, toRatioRow } from '../report/row.ts';
import type { Section } from '../section.ts';
import { callSide, fewTools, hello, rows } from './sides.ts';
import { withServers } from './servers.ts';

type Ask = typeof hello | ReturnType<typeof rows>;
type Line = readonly [measure: string, goal: Goal, first: string, second: string, ask?: Ask];

const express = ['ours-express', 'trpc-express'] as const;
const small = { fillers: fewTools - 2 };

/** Calls beside tRPC's own endpoint on the same host. */
export const measureCalls: Section = toSection([
  ["`tools/call` on Express ÷ tRPC's POST, `hello`", { atLeast: 3 }, ...express],
  ['the same, 100 rows', { atLeast: 2 }, ...express, rows(100)],
  ['the same, 1,000 rows', { atLeast: 1.2 }, ...express, rows(1000)],
  ['÷ tRPC standalone, bare node', { atLeast: 3 }, 'ours-node', 'trpc-node'],
  ["÷ tRPC's own endpoint, Hono", { atLeast: 2 }, 'ours-hono', 'trpc-hono'],
]);

/** Calls beside the least that answers them. */
export const measureFloor: Section = toSection(
  ['express', 'node', 'fastify', 'hono'].map(
    (host) => [`÷ hand-written, ${host}`, { atLeast: 0.85 }, `ours-${host}`, `floor-${host}`] as const,
  ),
);

/** Calls beside those of other libraries. */
export const measureRivals: Section = toSection(
  [
    ['÷ SDK v2 `registerTool`, Express', { atLeast: 4 }, 'ours-express', 'sdk-express'],
    ['÷ trpc-to-mcp, Express', { atLeast: 10 }, 'ours-express', 'trpc-to-mcp-express'],
  ],
  { isByWrk: false },
);

/** A target beside itself, in two processes: how sure all other figures are. */
export const measureControl: Section = toSection(
  [['control: ours on Express ÷ itself in another process', undefined, 'ours-express', 'ours-express']],
  { isByWrk: false },
);

function toSection(
  lines: readonly (Line | readonly [string, undefined, string, string])[],
  { isByWrk = true } = {},
): Section {
  return async ({ scale, own, wrk, watch }) => {
    const found: Row[] = [];
    for (const [measure, goal, first, second, ask = hello] of lines) {
      const shapes = { first: [first, small], second: [second, small] } as const;
      const row = await withServers(shapes, async (servers) => {
        const sides = [callSide(servers.first, ask), callSide(servers.second, ask)] as const;
        const byOwn = await comparePair(sides, scale.pair, own, watch);
        // Both sides are warm by now.
        const pace = { ...scale.pair, warmUpMs: 1000, warmUpRequests: 0 };
        const byWrk = wrk && isByWrk ? await comparePair(sides, pace, wrk, watch) : undefined;
        return toRatioRow(measure, goal, byOwn, byWrk);
      });
      found.push(row);
    }
    return { rows: found };
  };
}
