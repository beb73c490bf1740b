/** One node of an app, as a process of its own: started by nodes.ts, which talks to it over IPC. */
import { initTRPC } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { Redis } from 'ioredis';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { z } from 'zod';
import { redis } from '../src/index.ts';
import type { FromNode, NodeSettings, ToNode } from './nodes.ts';

const settings = JSON.parse(process.argv[2]!) as NodeSettings;
const { name, url, prefix, secret, library } = settings;
const tell = (message: FromNode) => process.send!(message);

const t = initTRPC.meta<McpMeta>().create();
const id = z.object({ id: z.string() });
const ran = (input: { id: string }): { node: string } => {
  tell({ kind: 'ran', node: name, tool: getMcpCall()!.tool.path, input });
  return { node: name };
};
const flags = { beta: false };

const router = t.router({
  echo: t.procedure.meta({ mcp: true }).query(() => ({ node: name })),
  beta: t.procedure.meta({ mcp: true }).query(() => ({ node: name })),
  note: t.procedure.meta({ mcp: { tool: false, resource: { uri: 'app://note' } } }).query(() => 'a note'),
  deactivate: t.procedure
    .meta({ mcp: { confirm: 'Deactivate customer {id}?' } })
    .input(id)
    .mutation(({ input }) => ran(input)),
  remove: t.procedure
    .meta({ mcp: { confirm: 'Remove customer {id}?' } })
    .input(id)
    .mutation(({ input }) => ran(input)),
  extend: t.procedure
    .meta({ mcp: { idempotent: true } })
    .input(id.extend({ days: z.number() }))
    .mutation(async ({ input }) => {
      const done = ran(input);
      await sleep(200);
      return { ...done, at: process.hrtime.bigint().toString() };
    }),
  limited: t.procedure
    .meta({ mcp: { rateLimit: { points: 5, durationMs: 60_000 } } })
    .query(() => ({ node: name })),
});

const client = library === 'ioredis' ? new Redis(url, { lazyConnect: true }) : createClient({ url });
const shared = redis({
  client,
  prefix,
  timeoutMs: 1000,
  onError: ({ message }) => tell({ kind: 'error', node: name, message }),
});
shared.bus.subscribe((event) => {
  if (event.kind === 'resource_updated') tell({ kind: 'heard', node: name, uri: event.uri });
});
const handler = mcpHandler(router, {
  ...shared,
  secret,
  legacy: 'sessions',
  callerId: ({ headers }) => headers.get('authorization') ?? undefined,
  expose: (path) => path !== 'beta' || flags.beta,
  onError: () => {},
});

const realNow = Date.now;
process.on('message', (message: ToNode) => {
  obey(message);
  tell({ kind: 'done', node: name });
});

function obey(message: ToNode): void {
  switch (message.kind) {
    case 'nothing':
      return;
    case 'notify':
      if (message.uri !== undefined) handler.notify.resourceUpdated(message.uri);
      else handler.notify[`${message.list ?? 'tools'}Changed`]();
      return;
    case 'clock':
      Date.now = () => realNow() + message.aheadMs;
      return;
    case 'flag':
      flags.beta = message.isOn;
      return;
    case 'stop':
      void handler
        .close()
        .then(() => shared.close())
        .then(() => process.exit());
  }
}
process.on('disconnect', () => process.exit());

const server = createServer(handler).listen(0, '127.0.0.1', () => {
  tell({ kind: 'ready', node: name, port: (server.address() as AddressInfo).port });
});
