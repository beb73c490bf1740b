import { load, type LoadOptions } from '../load/load.ts';
import { type Ask, toBytes, toHttp } from '../load/request.ts';
import type { Protocol } from '../target.ts';
import type { Running } from './child.ts';
import { quantile } from './stats.ts';

/** One thing to measure, over and over. */
export interface Run extends Omit<LoadOptions, 'ms'> {
  /** The key of its figures. */
  key: string;
  server: Running;
  ask: Ask;
  /** The protocol, if a server has more than one. */
  protocol?: Protocol;
}

/** The figures of one run, one value a round. */
export interface Series {
  perSecond: number[];
  cpuUs: number[];
  p50: number[];
  p99: number[];
}

export interface Pace {
  rounds: number;
  /** The duration of one run in a round. */
  ms: number;
  warmUpMs: number;
}

/** Measures all of them in turns, so that other load on the machine affects all of them equally. */
export async function measure(runs: readonly Run[], pace: Pace): Promise<Map<string, Series>> {
  const found = new Map<string, Series>();
  for (const run of runs) {
    found.set(run.key, { perSecond: [], cpuUs: [], p50: [], p99: [] });
    await burst(run, pace.warmUpMs);
  }
  for (let round = 0; round < pace.rounds; round++) {
    for (const run of runs) {
      const series = found.get(run.key)!;
      const before = await run.server.usage();
      const sample = await burst(run, pace.ms);
      const after = await run.server.usage();
      series.perSecond.push(sample.requests / sample.seconds);
      series.cpuUs.push((after.cpuUs - before.cpuUs) / sample.requests);
      series.p50.push(quantile(sample.latencies, 0.5));
      series.p99.push(quantile(sample.latencies, 0.99));
    }
  }
  return found;
}

function burst(
  { server, ask, protocol = server.target.protocol, connections, reconnect = false }: Run,
  ms: number,
) {
  const request = toBytes(toHttp(protocol, ask), reconnect ? 'close' : 'keep-alive');
  return load(server.port, request, { connections, ms, reconnect });
}
