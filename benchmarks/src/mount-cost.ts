import { createApp } from './app/router.ts';
import { mcpHandler } from '@trpc-mcp/core/express';

// Mounts a router once, in a new process, and prints the cost.

/** The cost of mounting, without the router itself. */
export interface MountCost {
  ms: number;
  /** The CPU time of all threads. The same as `ms` on an idle machine. */
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
