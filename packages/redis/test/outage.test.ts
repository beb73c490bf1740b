import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { expect, onTestFinished, test } from 'vitest';
import { redis, type RedisClient, RedisError } from '../src/index.ts';
import { eventually } from './eventually.ts';
import { clients, describeRedis, openPrefix, redisUrl } from './server.ts';
import { openTcpProxy } from './tcp-proxy.ts';

const timeoutMs = 400;

function open(client: RedisClient, prefix: string) {
  const shared = redis({ client, prefix, timeoutMs, onError: () => {} });
  onTestFinished(() => shared.close());
  return shared;
}

/** What an operation failed with. One that does not fail in time keeps its test waiting until that fails. */
async function failureOf(operation: () => Promise<unknown>): Promise<RedisError> {
  const error: unknown = await operation().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RedisError);
  return error as RedisError;
}

describeRedis('the store while Redis is away', () => {
  test.each(Object.entries(clients))(
    'fails at once and clearly, does nothing later, and works when it is back, with %s',
    async (_name, create) => {
      await using keys = openPrefix();
      await using proxy = await openTcpProxy(redisUrl);
      const { store } = open(create(proxy.url), keys.prefix);
      await store.set('before', '1', 60_000);
      await proxy.cut();

      const limit = { points: 1, durationMs: 60_000 };
      const failures = [
        await failureOf(() => store.add('late', '1', 60_000)),
        await failureOf(() => store.get('before')),
        await failureOf(() => store.set('late', '1', 60_000)),
        await failureOf(() => store.delete('before')),
        await failureOf(() => store.take('me', limit)),
      ];
      expect(failures.map(({ command }) => command)).toEqual(['SET', 'GET', 'SET', 'DEL', 'EVAL']);
      for (const error of failures) {
        expect(error.message).toMatch(
          /^Redis failed at [A-Z]+: .+\. What needs Redis \(consents, idempotency keys, rate limits\) fails until it is back; calls that do not need it go on$/,
        );
      }

      await proxy.restore();
      await eventually(async () => expect(await store.get('before')).toBe('1'));
      expect(await store.get('late')).toBe(undefined);
      expect(await store.take('me', limit)).toBe(0);
    },
  );

  test.each(Object.entries(clients))(
    'fails in time when Redis is silent, and does not stay with the connection, with %s',
    async (_name, create) => {
      await using keys = openPrefix();
      await using proxy = await openTcpProxy(redisUrl);
      const { store } = open(create(proxy.url), keys.prefix);
      await store.set('before', '1', 60_000);
      proxy.freeze();
      const error = await failureOf(() => store.get('before'));
      expect(error.message).toContain(`Redis failed at GET: no answer within ${timeoutMs} ms`);
      await proxy.restore();
      await eventually(async () => expect(await store.get('before')).toBe('1'));
    },
  );

  test.each(Object.entries(clients))('starts without Redis, with %s', async (_name, create) => {
    await using keys = openPrefix();
    await using proxy = await openTcpProxy(redisUrl);
    await proxy.cut();
    const { store } = open(create(proxy.url), keys.prefix);
    const error = await failureOf(() => store.add('key', '1', 60_000));
    expect(error.message).toContain('Redis failed at SET: ');
    await proxy.restore();
    await eventually(async () => expect(await store.add('key', '1', 60_000)).toBe(true));
  });

  test('a refusal of Redis itself is told in its words', async () => {
    await using keys = openPrefix();
    const { store } = open(clients['redis 6']!(redisUrl), keys.prefix);
    const admin = new Redis(redisUrl);
    onTestFinished(() => admin.disconnect());
    await admin.lpush(`${keys.prefix}list`, '1');
    const error = await failureOf(() => store.get('list'));
    expect(error.message).toContain('Redis failed at GET: WRONGTYPE');
    expect(error.cause).toBeInstanceOf(Error);
  });
});

describeRedis('the app’s own client', () => {
  test('is neither used nor closed', async () => {
    await using keys = openPrefix();
    const client = new Redis(redisUrl, { lazyConnect: true });
    const shared = redis({ client, prefix: keys.prefix });
    await shared.store.set('key', '1', 60_000);
    expect(client.status).toBe('wait');
    await client.connect();
    await shared.close();
    expect(client.status).toBe('ready');
    expect(await client.get(`${keys.prefix}key`)).toBe('1');
    client.disconnect();
    const error = await failureOf(() => shared.store.get('key'));
    expect(error.message).toContain('Redis failed at GET: it was closed by close()');
  });

  test('may have its own way to reconnect, which is not asked', async () => {
    await using keys = openPrefix();
    await using proxy = await openTcpProxy(redisUrl);
    const neverAgain = { url: proxy.url, socket: { reconnectStrategy: false } } as const;
    const { store } = open(createClient(neverAgain), keys.prefix);
    await store.set('key', '1', 60_000);
    await proxy.cut();
    await failureOf(() => store.get('key'));
    await proxy.restore();
    await eventually(async () => expect(await store.get('key')).toBe('1'));
  });
});

test.each([
  ['nothing', undefined, /takes a client of ioredis .* or of redis/],
  ['a URL', 'redis://127.0.0.1', /takes a client of ioredis .* or of redis/],
])('%s is no client, and is refused at once', (_name, client, message) => {
  expect(() => redis({ client: client as unknown as RedisClient })).toThrow(message);
});
