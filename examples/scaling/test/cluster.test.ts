import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import type { Shared } from '@trpc-mcp/redis';
import express from 'express';
import { start } from 'example-testing/server';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { eventually } from '../../../packages/redis/test/eventually.ts';
import { type OwnCluster, startCluster } from '../../../packages/redis/test/own-cluster.ts';
import {
  describeOwnServers,
  freePort,
  startSentinel,
  startServer,
} from '../../../packages/redis/test/own-server.ts';
import { accepted, send, textOf } from '../../../packages/redis/test/rounds.ts';
import {
  openBehindNodeRedisSentinels,
  openBehindSentinels,
  openOnCluster,
  openOnNodeRedisCluster,
} from '../cluster.ts';

/** Two apps on Express, which share what two client libraries keep on one cluster. */
async function startBoth(shared: Shared[]) {
  const ran: string[] = [];
  const t = initTRPC.meta<McpMeta>().create();
  const account = z.object({ id: z.string() });
  const run = (id: string) => {
    ran.push(id);
    return { id, run: ran.length };
  };
  const router = t.router({
    close: t.procedure
      .meta({ mcp: { confirm: 'Close {id}?' } })
      .input(account)
      .mutation(({ input }) => run(input.id)),
    extend: t.procedure
      .meta({ mcp: { idempotent: true } })
      .input(account)
      .mutation(({ input }) => run(input.id)),
    remind: t.procedure
      .meta({ mcp: { rateLimit: { points: 5, durationMs: 60_000 } } })
      .input(account)
      .mutation(({ input }) => run(input.id)),
  });
  const apps = await Promise.all(
    shared.map(async (each) => {
      await eventually(() => each.store.set('ready', '1', 60_000));
      const handler = mcpHandler(router, {
        ...each,
        secret: 'a secret of thirty-two bytes or more',
        callerId: ({ headers }) => headers.get('authorization') ?? undefined,
      });
      const app = express();
      app.use('/mcp', handler);
      const server = await start(app);
      onTestFinished(async () => {
        await handler.close();
        await each.close();
        await server[Symbol.asyncDispose]();
      });
      return { url: `${server.url}/mcp`, notify: handler.notify };
    }),
  );
  return { ran, one: apps[0]!, other: apps[1]! };
}

describeOwnServers('two apps on one cluster', () => {
  let cluster: OwnCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  }, 60_000);
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  const startOn = (prefix: string) =>
    startBoth([
      openOnCluster([{ host: '127.0.0.1', port: cluster.ports[0]! }], prefix),
      openOnNodeRedisCluster([`redis://127.0.0.1:${cluster.ports[1]}`], prefix),
    ]);

  test('use a consent once, however often it is answered', async () => {
    const { ran, one, other } = await startOn('consent:');
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const call = { name: 'close', arguments: { id } };
      const { result } = await send(one.url, call);
      const round = { ...call, requestState: result!.requestState!, inputResponses: accepted };
      const answers = await Promise.all([one, other, one, other].map(({ url }) => send(url, round)));
      expect(answers.filter((answer) => answer.result?.structuredContent)).toHaveLength(1);
    }
    expect(ran).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('run a call with an idempotency key once, and give the same answer again', async () => {
    const { ran, one, other } = await startOn('once:');
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const call = { name: 'extend', arguments: { id, _idempotencyKey: `key ${id}` } };
      const first = textOf(await send(one.url, call));
      expect(textOf(await send(other.url, call))).toBe(first);
    }
    expect(ran).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('count together, for each caller', async () => {
    const { ran, one, other } = await startOn('limit:');
    for (const as of ['ann', 'ben', 'cas']) {
      const calls = Array.from({ length: 12 }, (_, index) =>
        send([one, other][index % 2]!.url, { name: 'remind', arguments: { id: as } }, { as }),
      );
      await Promise.all(calls);
    }
    expect(ran.toSorted()).toEqual(
      ['ann', 'ben', 'cas'].flatMap((as) => Array.from({ length: 5 }, () => as)),
    );
  });

  test('hear of each other’s changes', async () => {
    const { one, other } = await startOn('changes:');
    const heard: string[] = [];
    const client = new Client(
      { name: 'test-client', version: '1.0.0' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    client.setNotificationHandler('notifications/tools/list_changed', () => void heard.push('tools'));
    await client.connect(new StreamableHTTPClientTransport(new URL(other.url)));
    onTestFinished(() => client.close());
    await client.listen({ toolsListChanged: true });
    await eventually(() => {
      one.notify.toolsChanged();
      expect(heard).not.toEqual([]);
    });
  });
});

describeOwnServers('two apps behind one sentinel', () => {
  test('use a consent once', async () => {
    const master = await startServer(await freePort());
    onTestFinished(() => master.kill());
    const sentinel = await startSentinel(await freePort(), master.port);
    onTestFinished(() => sentinel[Symbol.asyncDispose]());
    const places = [{ host: '127.0.0.1', port: sentinel.port }];
    const { ran, one, other } = await startBoth([
      openBehindSentinels(places, 'app:'),
      openBehindNodeRedisSentinels(places, 'app:'),
    ]);
    const call = { name: 'close', arguments: { id: 'a' } };
    const { result } = await send(one.url, call);
    const round = { ...call, requestState: result!.requestState!, inputResponses: accepted };
    await Promise.all([one, other, one, other].map(({ url }) => send(url, round)));
    expect(ran).toEqual(['a']);
  });
});
