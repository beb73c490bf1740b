import { appRouter } from '../router.ts';
import { createApp } from '../server.ts';
import { createStore } from '../store/store.ts';
import { connect, type Era, eras } from './client.ts';
import { type Calls, callAll } from './refusals.ts';
import { type Size, sizeOf } from './size.ts';
import { type Fault, findFaults } from './validity.ts';

export interface Figures {
  procedures: number;
  tools: number;
  /** Paths of procedures that are no tools. */
  leftOut: string[];
  /** By era. */
  faults: Record<Era, Fault[]>;
  /** Whether the official client of an era takes the list. */
  accepted: Record<Era, boolean>;
  calls: Calls;
  size: Size;
  /** Of the processor, with the modules of the lazy routers. */
  mountMs: number;
}

/** Measures the bridged app, the same way each time. Only how long the mount took may differ. */
export async function measure({ runs = 20, seed = 1 } = {}): Promise<Figures> {
  const start = process.cpuUsage();
  // Each request has a store of its own, so that no call depends on the ones before it.
  const { app, mcp } = createApp({ openStore: createStore, onError: () => {} });
  const leftOut = await mcp.ready().then(
    () => [],
    (error: { problems: { path: string }[] }) => error.problems.map(({ path }) => path),
  );
  const { user, system } = process.cpuUsage(start);

  const connections = await forEras((era) => connect[era](app));
  const lists = await forEras((era) => connections[era].list());
  return {
    procedures: Object.keys(appRouter._def.procedures).length,
    tools: lists.modern.length,
    leftOut,
    faults: await forEras((era) => findFaults(lists[era])),
    accepted: await forEras((era) => connections[era].acceptsList()),
    calls: await callAll(connections, lists, { runs, seed }),
    size: sizeOf(lists.modern),
    mountMs: (user + system) / 1000,
  };
}

async function forEras<T>(make: (era: Era) => T | Promise<T>): Promise<Record<Era, T>> {
  const made = await Promise.all(eras.map(async (era) => [era, await make(era)] as const));
  return Object.fromEntries(made) as Record<Era, T>;
}
