import { initTRPC } from '@trpc/server';
import type { CodeMode, McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { Redis } from 'ioredis';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { redis } from '../src/index.ts';
import { accepted, send, textOf } from './rounds.ts';
import { clients, describeRedis, openPrefix, redisUrl } from './server.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });
const secret = 'a secret of thirty-two bytes or more';
const marker = 'iban DE89 3704 0044 0532 0130 00';

/** Stands for code that reads, and then changes something for which a person is asked. */
const code: CodeMode = {
  kind: 'code',
  tools: [
    {
      does: 'run',
      name: 'run_code',
      title: 'Run code',
      description: 'Runs code.',
      inputSchema: { type: 'object', properties: {} },
    },
  ],
  async call(_name, _args, run) {
    const ended = [await run.call('read', {}), await run.call('close', { id: 'a' })];
    return { kind: 'result', text: JSON.stringify(ended) };
  },
};

/** Two nodes of an app on one Redis. */
async function openNodes() {
  const keys = openPrefix();
  const ran: string[] = [];
  const router = t.router({
    read: t.procedure.meta({ mcp: true }).query(() => {
      ran.push('read');
      return marker;
    }),
    close: t.procedure
      .meta({ mcp: { confirm: 'Close {id}?' } })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => {
        ran.push(`close ${input.id}`);
        return 'closed';
      }),
  });
  const nodes = await Promise.all(
    (['ioredis 6', 'redis 6'] as const).map(async (name) => {
      const shared = redis({ client: clients[name]!(redisUrl), prefix: keys.prefix });
      const handler = mcpHandler(router, { ...shared, secret, discovery: code, onError: () => {} });
      const server = createServer(handler).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
      return { handler, shared, server, url };
    }),
  );
  return {
    urls: nodes.map(({ url }) => url),
    ran,
    prefix: keys.prefix,
    async [Symbol.asyncDispose]() {
      for (const { handler, shared, server } of nodes) {
        await handler.close();
        server.closeAllConnections();
        server.close();
        await shared.close();
      }
      await keys[Symbol.asyncDispose]();
    },
  };
}

describeRedis('a run of code that asks a person', () => {
  test('goes on once on whichever node gets the answer, and nobody can read what is kept of it', async () => {
    await using nodes = await openNodes();
    const [one, other] = nodes.urls as [string, string];
    const call = { name: 'run_code', arguments: {} };
    const asked = await send(one, call);
    expect(asked.result?.inputRequests?.['confirm']?.params.message).toBe('Close "a"?');
    const admin = new Redis(redisUrl);
    const runs = () => admin.keys(`${nodes.prefix}*code:*`);
    const [kept] = await runs();
    const text = (await admin.get(kept!))!;
    for (const shape of [text, Buffer.from(text, 'base64').toString()]) expect(shape).not.toContain('iban');
    const round = { ...call, requestState: asked.result!.requestState!, inputResponses: accepted };
    const answers = await Promise.all([one, other, one, other].map((url) => send(url, round)));
    const texts = answers.map(textOf);
    const done = JSON.stringify([
      { ok: true, json: marker },
      { ok: true, json: 'closed' },
    ]);
    expect(texts.filter((each) => each === done)).toHaveLength(1);
    expect(texts.filter((each) => each.startsWith('CONFLICT'))).toHaveLength(3);
    expect(nodes.ran).toEqual(['read', 'close a']);
    expect(await runs()).toEqual([]);
    admin.disconnect();
  });
});
