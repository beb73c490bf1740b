import { randomUUID } from 'node:crypto';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createApp, openOnNodeRedis } from '../app.ts';
import { start } from 'example-testing/server';

const redisUrl = process.env['REDIS_URL'] ?? '';

/** Starts the app twice. Its keys on Redis are deleted afterwards. */
async function startBoth() {
  const options = {
    redisUrl,
    prefix: `trpc-mcp-test:${randomUUID()}:`,
    secret: 'a secret of thirty-two bytes or more',
  };
  const nodes = [createApp(options), createApp(options)] as const;
  const servers = await Promise.all(nodes.map(({ app }) => start(app)));
  onTestFinished(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    const admin = new Redis(redisUrl);
    const keys = await admin.keys(`${options.prefix}*`);
    if (keys.length > 0) await admin.del(keys);
    admin.disconnect();
  });
  const [one, other] = await Promise.all(servers.map(({ url }) => connect(`${url}/mcp`)));
  return { nodes, one: one!, other: other!, prefix: options.prefix };
}

async function connect(url: string): Promise<Client> {
  const client = new Client(
    { name: 'test-client', version: '1.0.0' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: {} }));
  const requestInit = { headers: { authorization: 'ann' } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  onTestFinished(() => client.close());
  return client;
}

describe.skipIf(!redisUrl)(
  redisUrl ? 'two of the app' : 'two of the app (skipped: REDIS_URL is not set)',
  () => {
    test('hear of each other’s changes', async () => {
      const { nodes, one, other } = await startBoth();
      const heard = vi.fn();
      for (const client of [one, other]) {
        client.setNotificationHandler('notifications/resources/updated', ({ params }) => heard(params.uri));
        await client.listen({ resourceSubscriptions: ['app://note'] });
      }
      nodes[0].changeNote('Feed the cat.');
      await vi.waitFor(() => expect(heard.mock.calls).toEqual([['app://note'], ['app://note']]), 5000);
    });

    test('ask for consent, each', async () => {
      const { one, other } = await startBoth();
      const ask = (client: Client, id: string) => client.callTool({ name: 'close', arguments: { id } });
      expect((await ask(one, '1')).structuredContent).toBe('1 is closed');
      expect((await ask(other, '2')).structuredContent).toBe('2 is closed');
    });

    test('share with those on the other client', async () => {
      const { nodes, prefix } = await startBoth();
      const third = openOnNodeRedis(redisUrl, prefix);
      onTestFinished(() => third.close());
      const heard = vi.fn();
      third.bus.subscribe(heard);
      await vi.waitFor(() => {
        nodes[0].changeNote('Feed the cat.');
        expect(heard).toHaveBeenCalledWith({ kind: 'resource_updated', uri: 'app://note' });
      }, 5000);
    });

    test('count together', async () => {
      const { one, other } = await startBoth();
      const call = (client: Client) => client.callTool({ name: 'remind', arguments: { id: '1' } });
      const results = [await call(one), await call(other), await call(one), await call(other)];
      expect(results.map(({ isError }) => isError ?? false)).toEqual([false, false, true, true]);
    });
  },
);

test('without Redis, what needs it says so, and the rest goes on', async () => {
  const nowhere = 'redis://127.0.0.1:1';
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => log.mockRestore());
  const { app, close } = createApp({ redisUrl: nowhere, prefix: 'none:', secret: 's'.repeat(32) });
  onTestFinished(close);
  await using server = await start(app);
  const client = await connect(`${server.url}/mcp`);
  expect((await client.callTool({ name: 'whoami' })).structuredContent).toBe('ann');
  const { content } = await client.callTool({ name: 'remind', arguments: { id: '1' } });
  expect(JSON.stringify(content)).toContain('SERVICE_UNAVAILABLE: ');
  const shared = openOnNodeRedis(nowhere, 'none:');
  onTestFinished(() => shared.close());
  await expect(shared.store.get('key')).rejects.toThrow('Redis failed at GET: connect ECONNREFUSED');
});
