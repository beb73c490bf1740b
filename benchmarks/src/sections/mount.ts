import type { MountCost } from '../mount-cost.ts';
import { runInTurns } from '../run/fresh.ts';
import { toInterval } from '../run/interval.ts';
import type { Row } from '../report/row.ts';
import type { SchemaCost } from '../schema-cost.ts';
import type { Section } from '../section.ts';

const procedures = '1000';

/** The mount of 1,000 procedures in a process just started, which has one core. */
export const measureMount: Section = async ({ scale }) => {
  const [mounts, pending, schemas] = await runInTurns<[MountCost, MountCost, SchemaCost]>(scale.starts, [
    ['mount-cost.js', [procedures]],
    ['mount-cost.js', [procedures, 'demand']],
    ['schema-cost.js', [procedures]],
  ]);
  const toRow = (
    measure: string,
    goal: Row['goal'],
    figure: (cost: MountCost) => number,
    costs: readonly MountCost[] = mounts,
  ): Row => ({
    measure,
    goal,
    decides: toInterval(costs.map(figure)),
    unit: 'ms',
    digits: 0,
  });
  return {
    rows: [
      toRow('mount of 1,000 procedures, CPU on one core', { atMost: 300 }, ({ cpuMs }) => cpuMs),
      toRow('the same, by the clock', undefined, ({ ms }) => ms),
      toRow('until the first call is answered, CPU on one core', undefined, ({ callCpuMs }) => callCpuMs),
      toRow("the same with `schemas: 'demand'`", { atMost: 50 }, ({ callCpuMs }) => callCpuMs, pending),
      toRow('the same, by the clock', undefined, ({ callMs }) => callMs, pending),
      {
        measure: 'mount of 1,000 procedures ÷ the conversion of their schemas by zod alone, CPU',
        decides: toInterval(mounts.map(({ cpuMs }, turn) => cpuMs / schemas[turn]!.cpuMs)),
      },
    ],
  };
};
