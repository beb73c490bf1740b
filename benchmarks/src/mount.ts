import { mcpHandler } from '@trpc-mcp/core/express';
import type { McpMeta } from '@trpc-mcp/core';
import { initTRPC } from '@trpc/server';
import express from 'express';
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import { z } from 'zod';

// Measures the cost of mounting a router, the size of its list, and whether a call becomes slower with more tools.
const sizes = [10, 100, 1000];
const rounds = 15;
const callsPerRound = 40;

const t = initTRPC.meta<McpMeta>().create();

/** A router of typical procedures. New schemas each time, because validators cache what they have computed. */
function makeRouter(count: number) {
  const procedures = Array.from({ length: count }, (_, n) => {
    const input = z.object({
      id: z.uuid().describe(`Id of thing ${n}`),
      name: z.string().min(1).max(80).optional(),
      state: z.enum(['active', 'closed', `state${n}`]).default('active'),
      since: z.date().optional(),
      limit: z.int().min(1).max(100).default(20),
    });
    const output = z.object({ id: z.string(), n: z.number(), tags: z.array(z.string()) });
    const procedure = t.procedure
      .meta({ mcp: { description: `Reads thing number ${n} by its id.` } })
      .input(input)
      .output(output)
      .query(({ input: { id } }) => ({ id, n, tags: ['a', 'b'] }));
    return [`thing${n}`, procedure] as const;
  });
  return t.router({ things: t.router(Object.fromEntries(procedures)) });
}

async function start(count: number) {
  const router = makeRouter(count);
  const before = performance.now();
  const handler = mcpHandler(router);
  const mountMs = performance.now() - before;
  const app = express();
  app.use('/mcp', handler);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return { count, mountMs, server, url: `http://127.0.0.1:${address.port}/mcp` };
}

async function ask(url: string, method: string, params: Record<string, unknown> = {}): Promise<string> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof params['name'] === 'string' && { 'mcp-name': params['name'] }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }),
  });
  const text = await response.text();
  if (!response.ok || text.includes('"isError":true'))
    throw new Error(`${method}: ${response.status} ${text}`);
  return text;
}

const call = (url: string) =>
  ask(url, 'tools/call', {
    name: 'things_thing7',
    arguments: { id: '7f2b1b5e-3c1e-4d55-9d0c-1d4f3b1f6a11' },
  });

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

await start(10).then(({ server, url }) => call(url).then(() => server.close())); // the first of all pays for loading
const endpoints = [];
for (const count of sizes) {
  const mounts = [];
  for (let round = 0; round < 4; round++) {
    const { server, mountMs } = await start(count);
    server.close();
    mounts.push(mountMs);
  }
  const endpoint = await start(count);
  endpoints.push({ ...endpoint, mountMs: median([...mounts, endpoint.mountMs]) });
}

const rows: Record<string, Record<string, number>> = {};
for (const { count, mountMs, url } of endpoints) {
  const list = await ask(url, 'tools/list');
  const listMs = [];
  for (let round = 0; round < rounds; round++) listMs.push(await timed(() => ask(url, 'tools/list')));
  rows[`${count} procedures`] = {
    'mount, ms': Number(mountMs.toFixed(1)),
    'list, kB': Number((Buffer.byteLength(list) / 1000).toFixed(1)),
    'list, ms': Number(median(listMs).toFixed(2)),
  };
}

// Interleaved, so that other load on the machine affects all of them equally.
const callMs = new Map(sizes.map((count) => [count, [] as number[]]));
for (let round = 0; round < rounds; round++) {
  for (const { count, url } of endpoints) {
    for (let n = 0; n < callsPerRound; n++) callMs.get(count)!.push(await timed(() => call(url)));
  }
}
for (const [count, values] of callMs)
  rows[`${count} procedures`]!['call, ms'] = Number(median(values).toFixed(3));

console.table(rows);
const ratio = median(callMs.get(1000)!) / median(callMs.get(10)!);
console.log(`A call at 1,000 tools costs ${ratio.toFixed(2)} times a call at 10 tools.`);
for (const { server } of endpoints) {
  server.closeAllConnections();
  server.close();
}
