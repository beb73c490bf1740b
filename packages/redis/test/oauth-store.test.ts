import { SetupError } from '@trpc-mcp/core';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { type RedisClient, RedisError, redisOAuthStore, type RedisOAuthStoreOptions } from '../src/index.ts';
import { eventually } from './eventually.ts';
import { clients, describeRedis, openPrefix, redisUrl } from './server.ts';
import { openTcpProxy } from './tcp-proxy.ts';

const hour = 3_600_000;

function openStore(client: RedisClient, options: RedisOAuthStoreOptions) {
  const store = redisOAuthStore(client, options);
  onTestFinished(() => store.close());
  return store;
}

function openAdmin(): Redis {
  const admin = new Redis(redisUrl);
  onTestFinished(() => admin.disconnect());
  return admin;
}

describeRedis('the store of an authorization server', () => {
  test.each(Object.entries(clients))('does all that it is for, with %s', async (_name, createClient) => {
    await using keys = openPrefix();
    const { prefix } = keys;
    const one = openStore(createClient(redisUrl), { prefix });
    const other = openStore(createClient(redisUrl), { prefix });
    expect(await other.get('key')).toBe(undefined);
    expect(await Promise.all([one.add('key', '1', hour), other.add('key', '1', hour)])).toEqual(
      expect.arrayContaining([true, false]),
    );
    await one.set('key', 'ä “2”', hour, ['ann', 'client']);
    await other.set('key', 'ä “3”', hour + 0.5, ['client', 'ben']);
    expect(await one.get('key')).toBe('ä “3”');
    expect(await Promise.all(['ann', 'ben', 'client'].map((group) => other.keysOf(group)))).toEqual([
      [],
      ['key'],
      ['key'],
    ]);
    await one.delete('key');
    expect([await other.get('key'), await other.keysOf('client')]).toEqual([undefined, []]);
    const limit = { points: 1, durationMs: hour };
    expect(await one.take('me', limit)).toBe(0);
    expect(await other.take('me', limit)).toBeGreaterThan(0);
    await one.set('short', '1', 30, ['ann']);
    await eventually(async () => expect(await other.get('short')).toBe(undefined));
    expect(await other.keysOf('ann')).toEqual([]);
  });

  test('leaves nothing on Redis for ever: every key expires, and a group does so with its last member', async () => {
    await using keys = openPrefix();
    const admin = openAdmin();
    const store = openStore(clients['redis 6']!(redisUrl), keys);
    const group = `${keys.prefix}group:ann`;
    const expiryOf = (key: string) => admin.call('PTTL', key) as Promise<number>;

    await store.set('first', '1', hour, ['ann']);
    await store.set('longest', '1', 3 * hour, ['ann']);
    await store.set('last', '1', 2 * hour, ['ann']);
    await store.add('alone', '1', hour);
    await store.take('me', { points: 1, durationMs: hour });
    for (const key of await admin.keys(`${keys.prefix}*`)) expect(await expiryOf(key)).toBeGreaterThan(0);
    expect(await expiryOf(group)).toBeGreaterThan(2 * hour);
    expect(await expiryOf(group)).toBeLessThanOrEqual(3 * hour);

    // It is never gone before a member, and never much later.
    await store.delete('longest');
    expect(await expiryOf(group)).toBeGreaterThan(hour);
    expect(await expiryOf(group)).toBeLessThanOrEqual(2 * hour);
    await store.set('last', '1', hour, ['ben']);
    expect(await expiryOf(group)).toBeLessThanOrEqual(hour);
    await store.delete('first');
    expect(await admin.exists(group)).toBe(0);
  });

  test('drops expired keys of a group when it is written, also if nobody ever reads it', async () => {
    await using keys = openPrefix();
    const admin = openAdmin();
    const store = openStore(clients['redis 6']!(redisUrl), keys);
    const members = () => admin.zcard(`${keys.prefix}group:ann`);
    for (let index = 0; index < 10; index++) await store.set(`short ${index}`, '1', 1, ['ann']);
    await eventually(async () => {
      await store.set('long', '1', hour, ['ann']);
      expect(await members()).toBe(1);
    });
  });

  test('keeps records and groups together when many processes change and remove one record at once', async () => {
    await using keys = openPrefix();
    const stores = Array.from({ length: 4 }, () => openStore(clients['ioredis 6']!(redisUrl), keys));
    for (let round = 0; round < 20; round++) {
      await Promise.all([
        ...stores.map((store, index) => store.set('key', `${index}`, hour, [`group ${index}`])),
        ...stores.map((store) => store.delete('key')),
        ...stores.map((store, index) => store.set('key', `${index}`, hour, [`group ${index}`])),
      ]);
      const value = await stores[0]!.get('key');
      const found = await Promise.all(stores.map((store, index) => store.keysOf(`group ${index}`)));
      expect(found).toEqual(stores.map((_, index) => (value === `${index}` ? ['key'] : [])));
    }
  });

  test.each(Object.entries(clients))(
    'fails while Redis is away, does nothing later, and works when it is back, with %s',
    async (_name, createClient) => {
      await using keys = openPrefix();
      await using proxy = await openTcpProxy(redisUrl);
      const store = openStore(createClient(proxy.url), { prefix: keys.prefix, timeoutMs: 400 });
      const limit = { points: 1, durationMs: hour };
      await store.set('before', '1', hour, ['ann']);
      await proxy.cut();
      for (const call of [
        () => store.add('late', '1', hour),
        () => store.get('before'),
        () => store.set('late', '1', hour),
        () => store.delete('before'),
        () => store.keysOf('ann'),
        () => store.take('me', limit),
      ]) {
        const error: unknown = await call().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(RedisError);
        expect((error as RedisError).message).toMatch(
          /^Redis failed at (?:EVAL|HGET): .+\. What needs Redis \(connecting clients, and refreshing and revoking their tokens\) fails/,
        );
      }
      await proxy.restore();
      await eventually(async () => expect(await store.keysOf('ann')).toEqual(['before']));
      expect([await store.get('before'), await store.get('late')]).toEqual(['1', undefined]);
      expect(await store.take('me', limit)).toBe(0);
    },
  );

  test('has keys of its own beside those of another prefix, and begins with trpc-mcp:oauth: by default', async () => {
    await using keys = openPrefix();
    const own = openStore(clients['redis 6']!(redisUrl), keys);
    const byDefault = openStore(clients['redis 6']!(redisUrl), {});
    const admin = openAdmin();
    // A name that only this test uses, because others share the Redis.
    await byDefault.set(keys.prefix, '1', hour);
    expect(await own.get(keys.prefix)).toBe(undefined);
    expect(await admin.hget(`trpc-mcp:oauth:record:${keys.prefix}`, 'value')).toBe('1');
    await byDefault.delete(keys.prefix);
  });

  test('neither uses nor closes the client of the app', async () => {
    await using keys = openPrefix();
    const client = openAdmin();
    const store = redisOAuthStore(client, keys);
    await store.set('key', '1', hour);
    await store.close();
    expect(client.status).not.toBe('end');
    expect(await client.exists(`${keys.prefix}record:key`)).toBe(1);
    await expect(store.get('key')).rejects.toThrow('Redis failed at HGET: it was closed by close()');
  });
});

test('an option that is misspelt is found', () => {
  const make = () => redisOAuthStore(new Redis({ lazyConnect: true }), { prefx: 'shop:' } as never);
  expect(make).toThrow(SetupError);
  expect(make).toThrow(/redisOAuthStore\.prefx: it is not an option; the options are: prefix, timeoutMs/);
});

test.each([
  ['nothing', undefined, /^redisOAuthStore\(client\) takes a client of ioredis .* or of redis/],
  [
    'an object of options',
    { client: {} },
    /^redisOAuthStore\(client\) takes a client of ioredis .* or of redis/,
  ],
])('%s is no client of Redis', (_name, client, message) => {
  expect(() => redisOAuthStore(client as unknown as RedisClient)).toThrow(message);
});
