/** One process of an app with sessions of 2025: started by sessions.test.ts. */
import { initTRPC } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { Redis } from 'ioredis';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { redis } from '../src/index.ts';

const [name, url, prefix] = process.argv.slice(2) as [string, string, string];

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const router = t.router({
  where: tool.query(() => ({ name })),
  work: tool.input(z.object({ ms: z.number() })).mutation(async ({ input, signal }) => {
    getMcpCall()!.progress({ progress: 1 });
    await sleep(input.ms, undefined, { signal: signal! });
    return { name };
  }),
  ask: tool.mutation(async () => {
    const { action } = await getMcpCall()!.ask({
      message: 'How many?',
      schema: z.object({ n: z.number() }),
    });
    return { action, name };
  }),
  note: t.procedure.meta({ mcp: { tool: false, resource: { uri: 'app://note' } } }).query(() => 'a note'),
  change: tool.mutation(() => {
    handler.notify.resourceUpdated('app://note');
    return { name };
  }),
});

const shared = redis({
  client: new Redis(url, { lazyConnect: true }),
  prefix,
  timeoutMs: 1000,
  onError: () => {},
});
const handler = mcpHandler(router, {
  ...shared,
  secret: 'a secret of thirty-two bytes or more',
  legacy: 'sessions',
  callerId: ({ headers }) => headers.get('authorization') ?? 'somebody',
  onError: () => {},
});

process.on('disconnect', () => process.exit());
const server = createServer(handler).listen(0, '127.0.0.1', () => {
  process.send!((server.address() as AddressInfo).port);
});
