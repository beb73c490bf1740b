import { mcpHandler } from '@trpc-mcp/core/fetch';
import { createApp } from './app/router.ts';
import { toHttp } from './load/request.ts';

// Mounts a router once, in a new process, makes a first call, and prints the cost:
// `mount-cost <procedures> [demand]`.

/** The cost of mounting, without the router itself. */
export interface MountCost {
  ms: number;
  /** The CPU time of all threads. The same as `ms` on an idle machine. */
  cpuMs: number;
  /** The same, until the first call is answered. */
  callMs: number;
  callCpuMs: number;
  heapBytes: number;
}

const router = createApp({ fillers: Number(process.argv[2]) - 2 });
// The first request of a process loads parts of Node.
const { headers, body } = toHttp('2026-07-28', { procedure: 'hello', input: { name: 'Ada' } });
const request = new Request('http://127.0.0.1/mcp', { method: 'POST', headers, body });
const heapBefore = collect();
const before = performance.now();
const cpuBefore = process.cpuUsage();
const handler = mcpHandler(router, {
  createContext: ({ req }) => ({ user: req.headers.get('authorization') ?? undefined }),
  schemas: process.argv[3] === 'demand' ? 'demand' : 'mount',
});
await handler.ready();
const mounted = since();
const answer = await (await handler(request)).text();
const called = since();
if (!answer.includes('Hello Ada'))
  throw new Error(`another answer than the greeting: ${answer.slice(0, 300)}`);
const cost: MountCost = {
  ms: mounted.ms,
  cpuMs: mounted.cpuMs,
  callMs: called.ms,
  callCpuMs: called.cpuMs,
  heapBytes: collect() - heapBefore,
};
console.log(JSON.stringify(cost));
await handler.close();

function since(): { ms: number; cpuMs: number } {
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ms: performance.now() - before, cpuMs: (user + system) / 1000 };
}

function collect(): number {
  for (let round = 0; round < 3; round++) globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
