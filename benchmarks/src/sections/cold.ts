import { bundle, type Host } from '../cold/bundle.ts';
import type { FirstAnswer } from '../cold/first-answer.ts';
import { expectResult } from '../load/check.ts';
import { toHttp } from '../load/request.ts';
import { runInTurns } from '../run/fresh.ts';
import { toExact, toInterval } from '../run/interval.ts';
import type { Row } from '../report/row.ts';
import type { Section } from '../section.ts';
import { hello } from './sides.ts';

/** What a bundle of an app with 50 tools weighs, and how long its first answer takes in a process just started. */
export const measureCold: Section = async ({ scale }) => {
  const lambda = { ours: await bundle('ours', 'lambda'), trpc: await bundle('trpc', 'lambda') };
  const requests = { ours: toHttp('2026-07-28', hello), trpc: toHttp('trpc', hello) };
  const program = 'cold/first-answer.js';
  const [ours, trpc] = await runInTurns<[FirstAnswer, FirstAnswer]>(scale.starts, [
    [program, [lambda.ours.file, JSON.stringify(requests.ours)]],
    [program, [lambda.trpc.file, JSON.stringify(requests.trpc)]],
  ]);
  for (const { body } of ours) expectResult(body, '2026-07-28', hello);
  for (const { body } of trpc) expectResult(body, 'trpc', hello);
  const toTime = (measure: string, goal: Row['goal'], values: readonly number[]): Row => ({
    measure,
    goal,
    decides: toInterval(values),
    unit: 'ms',
    digits: 0,
  });
  return {
    rows: [
      ...(await toSizes('worker')),
      ...(await toSizes('lambda')),
      toTime(
        'cold start with 50 tools: time to the first answer, CPU',
        { atMost: 60 },
        ours.map(({ cpuMs }) => cpuMs),
      ),
      toTime(
        'the same, by the clock',
        { atMost: 60 },
        ours.map(({ ms }) => ms),
      ),
      {
        measure: 'the same ÷ the first answer of tRPC in the app without MCP, CPU',
        decides: toInterval(ours.map(({ cpuMs }, turn) => cpuMs / trpc[turn]!.cpuMs)),
      },
    ],
  };
};

async function toSizes(host: Host): Promise<Row[]> {
  const ours = await bundle('ours', host);
  const trpc = await bundle('trpc', host);
  const toRow = (measure: string, goal: Row['goal'], bytes: number): Row => ({
    measure,
    goal,
    decides: toExact(bytes / 1000),
    unit: 'kB',
    digits: 1,
  });
  const added = ours.startBytes - trpc.startBytes;
  return [
    toRow(`bundle of a ${host}, compressed: what core adds at the start`, { atMost: 200 }, added),
    toRow(
      'the same: what core adds, and is loaded when it is needed',
      undefined,
      ours.laterBytes - trpc.laterBytes,
    ),
    toRow('the same: the app without MCP', undefined, trpc.startBytes + trpc.laterBytes),
  ];
}
