/** Prepares work on an input of this size. Making the input is not counted, only the work is. */
export type Prepare = (size: number) => () => unknown;

/** `growthOf` is about 1 for work in proportion to its input, and about `factor` for work in proportion to its square. */
export const mostInProportion = 16;

const factor = 32;

/** How many times as much a unit of a large input costs as a unit of an input that is 32 times smaller. */
export async function growthOf(prepare: Prepare, size: number): Promise<number> {
  const small = prepare(Math.ceil(size / factor));
  const large = prepare(size);
  // Enough rounds for the clock, and for the compiler to be done.
  let rounds = 1;
  while ((await spend(small, rounds)) < 5000) rounds *= 2;
  const largeRounds = Math.ceil(rounds / factor);
  const ratio = (await costOf(large, largeRounds)) / largeRounds / ((await costOf(small, rounds)) / rounds);
  return ratio / factor;
}

/**
 * What the work costs when it is done this many times, in microseconds of this process's own processor time: what else
 * the machine does is not counted. It is the least of five turns, because the garbage of other work falls into some. Work
 * that takes a second is not done again.
 */
export async function costOf(work: () => unknown, times: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 5; turn++) {
    least = Math.min(least, await spend(work, times));
    if (least > 1_000_000) break;
  }
  return least;
}

async function spend(work: () => unknown, times: number): Promise<number> {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
