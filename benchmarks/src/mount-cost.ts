import { createApp } from './app/router.ts';
import { mcpHandler } from '@trpc-mcp/core/express';

// Mounts a router once, in a process that has done nothing else, and prints what it took.

/** What mounting costs, apart from the router itself. */
export interface MountCost {
  ms: number;
  /** Of all threads. The same as `ms`, if the machine has nothing else to do. */
  cpuMs: number;
  heapBytes: number;
}

const router = createApp({ fillers: Number(process.argv[2]) - 2 });
const heapBefore = collect();
const before = performance.now();
const cpuBefore = process.cpuUsage();
const handler = mcpHandler(router, {
  createContext: ({ req }) => ({ user: req.headers.authorization }),
});
await handler.ready();
const ms = performance.now() - before;
const { user, system } = process.cpuUsage(cpuBefore);
const cost: MountCost = { ms, cpuMs: (user + system) / 1000, heapBytes: collect() - heapBefore };
console.log(JSON.stringify(cost));
await handler.close();

function collect(): number {
  for (let round = 0; round < 3; round++) globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
