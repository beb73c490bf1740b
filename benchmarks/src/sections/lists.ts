import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { fetchBody } from '../load/check.ts';
import { toHttp } from '../load/request.ts';
import type { Running } from '../run/child.ts';
import { ownGenerator, type Side, toSide } from '../run/generator.ts';
import { toInterval } from '../run/interval.ts';
import { comparePair, measureRound, warmUp } from '../run/pair.ts';
import { type Row, toRatioRow } from '../report/row.ts';
import type { Bench, Section } from '../section.ts';
import { withServers } from './servers.ts';
import { callSide } from './sides.ts';

const many = 1000;
const guarded = 100;
const few = 10;
const ask = { method: 'tools/list' } as const;

/** Lists of many tools, and calls beside many tools. */
export const measureLists: Section = async (bench) => ({
  rows: [
    await measurePersonal('per-caller list of 1,000 tools, `visible` on 100', bench, {
      shape: { fillers: many - 3, guarded },
      goal: { atMost: 3 },
    }),
    await measurePersonal("list of 1,000 tools with `listing: 'permitted'` and `visible` on 100", bench, {
      shape: { fillers: many - 3, guarded, handler: 'permitted' },
      goal: undefined,
    }),
    await compareWithBuffer(bench),
    await compareSizes(bench),
  ],
});

/** Milliseconds of the server's processor for each list, one at a time. */
async function measurePersonal(
  measure: string,
  { scale, watch }: Bench,
  { shape, goal }: { shape: { fillers: number; guarded: number; handler?: 'permitted' }; goal: Row['goal'] },
): Promise<Row> {
  return withServers({ server: ['ours-express', shape] }, async ({ server }) => {
    const side = listSide(server, many);
    side.check(await fetchBody(server.port, '2026-07-28', ask));
    const alone = ownGenerator(1);
    await warmUp(side, { ...scale.pair, warmUpRequests: 100 }, alone);
    const ms: number[] = [];
    for (let round = 0; round < 2 * scale.pair.blocks; round++) {
      const end = watch.begin();
      const { cpuUs, serverSeconds } = await measureRound(side, scale.pair.ms, alone);
      end(serverSeconds);
      ms.push(cpuUs / 1000);
    }
    return { measure, goal, decides: toInterval(ms), unit: 'ms' };
  });
}

async function compareWithBuffer({ scale, watch }: Bench): Promise<Row> {
  const shape = { fillers: many - 2 };
  return withServers({ server: ['ours-express', shape] }, async ({ server }) => {
    const file = fileURLToPath(new URL('../list.json', import.meta.url));
    await writeFile(file, await fetchBody(server.port, '2026-07-28', ask));
    return withServers({ buffer: ['static-express', { file }] }, async ({ buffer }) => {
      const sides = [listSide(server, many), listSide(buffer, many)] as const;
      const comparison = await comparePair(sides, scale.pair, ownGenerator(8), watch);
      const measure = '`tools/list` of 1,000 tools ÷ the same bytes from a buffer';
      return toRatioRow(measure, { atLeast: 0.8 }, comparison);
    });
  });
}

async function compareSizes({ scale, own, watch }: Bench): Promise<Row> {
  const shapes = {
    small: ['ours-express', { fillers: few - 2 }],
    large: ['ours-express', { fillers: many - 2 }],
  } as const;
  return withServers(shapes, async ({ small, large }) => {
    const comparison = await comparePair([callSide(small), callSide(large)], scale.pair, own, watch);
    const measure = 'cost of a call at 1,000 tools ÷ at 10 tools';
    return toRatioRow(measure, { atMost: 1.05 }, comparison);
  });
}

function listSide(server: Running, expected: number): Side {
  return toSide(server, toHttp('2026-07-28', ask), (body) => {
    const { result } = JSON.parse(body) as { result?: { tools?: unknown[] } };
    const count = result?.tools?.length;
    if (count !== expected) throw new Error(`${count} tools are listed, not ${expected}`);
  });
}
