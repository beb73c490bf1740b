import { enough, type Interval } from './interval.ts';

/** The time of all processors since the start of the machine, in seconds. */
export interface Ticks {
  /** Of everybody: those of this run, and others. */
  busy: number;
  /** What the host of a virtual machine has given to others. */
  steal: number;
  total: number;
}

/** What else the machine did, as shares of the time of all its processors. */
export interface Disturbance {
  others: number;
  steal: number;
}

/** How sure the figures of a run are. */
export interface NoiseVerdict {
  isQuiet: boolean;
  /** Why they are not sure. */
  reasons: string[];
}

/** A target beside itself has to come out as 1, within this factor from the low end of its interval to the high one. */
const widest = 1.06;
const mostOthers = 0.05;
const mostSteal = 0.01;

/** Judges a run by how a target compares with itself, and by what else the machine did in the meantime. */
export function judgeNoise(
  controls: readonly Interval[],
  disturbance: Disturbance | undefined,
): NoiseVerdict {
  const reasons: string[] = [];
  if (controls.length === 0) reasons.push('no target was compared with itself');
  for (const { low, high, confidence } of controls) {
    if (confidence < enough) {
      reasons.push('a target was compared with itself in too few rounds for an interval');
      continue;
    }
    const seen = `a target beside itself came out as ${low.toFixed(3)} to ${high.toFixed(3)}`;
    if (!(low <= 1 && high >= 1)) reasons.push(`${seen}, which does not hold 1`);
    else if (high / low > widest) reasons.push(`${seen}, which is wide`);
  }
  const toPercent = (share: number) => `${(100 * share).toFixed(1)} %`;
  if (disturbance && disturbance.others > mostOthers)
    reasons.push(`other programs used ${toPercent(disturbance.others)} of the processors`);
  if (disturbance && disturbance.steal > mostSteal)
    reasons.push(`the host gave ${toPercent(disturbance.steal)} of the time of the processors to others`);
  return { isQuiet: reasons.length === 0, reasons };
}

/** Whether the interval of one figure is too wide to say anything, whatever the rest of the run was like. */
export function isWide({ low, high }: Interval): boolean {
  return high / low > 1.25;
}

/** Parses `/proc/stat` of Linux. Returns `undefined` for anything else. */
export function readTicks(text: string): Ticks | undefined {
  const line = /^cpu +([\d ]+)$/m.exec(text)?.[1];
  const [user, nice, system, idle, wait, irq, softIrq, steal] = (line ?? '').split(' ').map(Number);
  if (steal === undefined) return undefined;
  const busy = user! + nice! + system! + irq! + softIrq!;
  const total = busy + idle! + wait! + steal;
  return { busy: busy / ticksPerSecond, steal: steal / ticksPerSecond, total: total / ticksPerSecond };
}

/** The same on all machines on which Linux runs today. */
const ticksPerSecond = 100;

/** Compares two moments. `ownSeconds` is the time that this run has used between them. */
export function toDisturbance(before: Ticks, after: Ticks, ownSeconds: number): Disturbance {
  const total = after.total - before.total;
  if (total <= 0) return { others: 0, steal: 0 };
  const others = Math.max(0, after.busy - before.busy - ownSeconds);
  return { others: others / total, steal: (after.steal - before.steal) / total };
}
