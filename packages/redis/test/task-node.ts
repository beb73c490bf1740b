/** One process of an app with tasks: started by task-nodes.ts, which talks to it over IPC. */
import { initTRPC } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { Redis } from 'ioredis';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from 'redis';
import { z } from 'zod';
import { redis } from '../src/index.ts';
import type { FromTaskNode, TaskNodeSettings, ToTaskNode } from './task-nodes.ts';

const settings = JSON.parse(process.argv[2]!) as TaskNodeSettings;
const { name, url, prefix, secret, library, timeoutMs } = settings;
const tell = (message: FromTaskNode) => process.send!(message);

const t = initTRPC.meta<McpMeta>().create();
const id = z.object({ id: z.string() });
const task = t.procedure.meta({ mcp: { task: true } });
const ends = new Map<string, (value: string) => void>();

const router = t.router({
  /** Works until this process is told to finish it. */
  report: task.input(id).mutation(async ({ input, signal }) => {
    tell({ kind: 'began', node: name, id: input.id });
    const finished = new Promise<string>((resolve) => ends.set(input.id, resolve));
    const aborted = new Promise<never>((_resolve, reject) => {
      signal!.addEventListener('abort', () => {
        tell({ kind: 'aborted', node: name, id: input.id });
        reject(new Error('aborted'));
      });
    });
    return { node: name, value: await Promise.race([finished, aborted]) };
  }),
  order: task.input(id).mutation(async ({ input }) => {
    const schema = z.object({ size: z.string() });
    const answer = await getMcpCall()!.ask({ message: `Which size for ${input.id}?`, schema });
    tell({ kind: 'began', node: name, id: input.id });
    return { node: name, answer };
  }),
  quick: task.input(id).mutation(({ input }) => ({ node: name, id: input.id })),
  short: t.procedure
    .meta({ mcp: { task: { ttlMs: 1500 } } })
    .input(id)
    .mutation(({ input }) => ({ node: name, id: input.id })),
  mine: t.procedure.meta({ mcp: true }).query(() => getMcpCall()!.tasks()),
});

const client = library === 'ioredis' ? new Redis(url, { lazyConnect: true }) : createClient({ url });
const shared = redis({ client, prefix, timeoutMs, onError: () => {} });
const handler = mcpHandler(router, {
  ...shared,
  secret,
  callerId: ({ headers }) => headers.get('authorization') ?? undefined,
  onError: ({ error }) => tell({ kind: 'error', node: name, message: String(error) }),
});

process.on('message', (message: ToTaskNode) => {
  if (message.kind === 'finish') return ends.get(message.id)?.(message.value);
  void handler
    .close()
    .then(() => shared.close())
    .then(() => process.exit());
});
process.on('disconnect', () => process.exit());

const server = createServer(handler).listen(0, '127.0.0.1', () => {
  tell({ kind: 'ready', node: name, port: (server.address() as AddressInfo).port });
});
