import { readFileSync } from 'node:fs';
import { type Disturbance, readTicks, type Ticks, toDisturbance } from './noise.ts';

/** Sums up what else the machine does while this run measures. */
export interface Watch {
  /** Begins a stretch. Call what it returns at its end, with the seconds of the processors that a server has used in it. */
  begin(): (serverSeconds: number) => void;
  /** The mean over all stretches. `undefined` where the system does not tell. */
  disturbance(): Disturbance | undefined;
}

export function createWatch(): Watch {
  let seconds = 0;
  let others = 0;
  let steal = 0;
  return {
    begin() {
      const before = readNow();
      const ownBefore = process.cpuUsage();
      return (serverSeconds) => {
        const after = readNow();
        if (!before || !after) return;
        const { user, system } = process.cpuUsage(ownBefore);
        const found = toDisturbance(before, after, serverSeconds + (user + system) / 1e6);
        const length = after.total - before.total;
        seconds += length;
        others += found.others * length;
        steal += found.steal * length;
      };
    },
    disturbance: () => (seconds > 0 ? { others: others / seconds, steal: steal / seconds } : undefined),
  };
}

function readNow(): Ticks | undefined {
  try {
    return readTicks(readFileSync('/proc/stat', 'utf8'));
  } catch {
    return undefined;
  }
}
