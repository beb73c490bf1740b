import { fetchAnswer } from '../load/check.ts';
import type { Generator, Side } from './generator.ts';
import { type Interval, toInterval } from './interval.ts';
import type { Watch } from './watch.ts';

/** How long and how often something is measured. */
export interface PairPace {
  /** How often both sides are measured, in the order A B B A, then B A A B. */
  blocks: number;
  /** The duration of one round. A block has four. */
  ms: number;
  /** For how long, and for how many requests at least, each side runs before its rounds count. */
  warmUpMs: number;
  warmUpRequests: number;
}

/** How many times as fast the first side is. */
export interface Comparison {
  /** By the time of the processor that a server uses for a request. */
  cpu: Interval;
  /** By requests per second. */
  requests: Interval;
  /** The rounds of both sides, in the order in which they ran. */
  rounds: [first: Round[], second: Round[]];
}

export interface Round {
  cpuUs: number;
  perSecond: number;
}

/**
 * Compares two sides round by round. Neighbours in time are compared with each other, and each side is as often first as
 * second, so that what slows the machine down for some seconds, or more and more, changes both alike.
 */
export async function comparePair(
  [first, second]: readonly [Side, Side],
  pace: PairPace,
  generator: Generator,
  watch: Watch,
): Promise<Comparison> {
  for (const side of [first, second]) {
    await expectRight(side);
    await warmUp(side, pace, generator);
  }
  const rounds: Comparison['rounds'] = [[], []];
  const run = async (index: 0 | 1) => {
    const side = index === 0 ? first : second;
    const end = watch.begin();
    const { serverSeconds, requests: _, ...round } = await measureRound(side, pace.ms, generator);
    // The time of wrk, which is a process of its own, is not known.
    if (generator.name === 'own') end(serverSeconds);
    rounds[index].push(round);
  };
  for (let block = 0; block < pace.blocks; block++) {
    const order = block % 2 === 0 ? ([0, 1, 1, 0] as const) : ([1, 0, 0, 1] as const);
    for (const index of order) await run(index);
  }
  return toComparison(rounds);
}

/** Takes the ratio of each round of the first side and the neighbouring one of the second. */
export function toComparison(rounds: Comparison['rounds']): Comparison {
  const [first, second] = rounds;
  const pairs = first.map((round, index) => [round, second[index]!] as const);
  return {
    cpu: toInterval(pairs.map(([a, b]) => b.cpuUs / a.cpuUs)),
    requests: toInterval(pairs.map(([a, b]) => a.perSecond / b.perSecond)),
    rounds,
  };
}

/** Measures one round of one side. */
export async function measureRound(
  side: Side,
  ms: number,
  generator: Generator,
): Promise<Round & { serverSeconds: number; requests: number }> {
  const supply = await side.supply();
  const before = await side.server.usage();
  const { requests, seconds } = await generator.burst(side, supply, ms);
  const after = await side.server.usage();
  const cpuUs = after.cpuUs - before.cpuUs;
  return { cpuUs: cpuUs / requests, perSecond: requests / seconds, serverSeconds: cpuUs / 1e6, requests };
}

/** Lasts until everything that is called often is compiled, which takes a number of requests, but not for ever. */
export async function warmUp(
  side: Side,
  { warmUpMs, warmUpRequests }: PairPace,
  generator: Generator,
): Promise<void> {
  let left = warmUpRequests;
  for (let time = 0; time < longestWarmUp && (time === 0 || left > 0); time++)
    left -= (await measureRound(side, warmUpMs, generator)).requests;
}

/** How many times `warmUpMs`. */
const longestWarmUp = 5;

async function expectRight({ server, supply, check }: Side): Promise<void> {
  const next = await supply();
  check(await fetchAnswer(server.port, next(0)!));
}
