import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { createSentinel } from 'redis';
import { createSentinel as createSentinel5 } from 'redis5';
import { expect, onTestFinished, test, vi } from 'vitest';
import { redis, type RedisClient, RedisError, redisOAuthStore } from '../src/index.ts';
import { eventually } from './eventually.ts';
import { describeOwnServers, freePort, replicated, startSentinel, startServer } from './own-server.ts';

const minute = 60_000;
const password = 'secret';

const toPlaces = (ports: readonly number[]) => ports.map((port) => ({ host: '127.0.0.1', port }));

/** The sentinels are at these ports. */
const clients: Record<string, (ports: readonly number[]) => RedisClient> = {
  'ioredis 6': (ports) =>
    new Redis({ sentinels: toPlaces(ports), name: 'main', password, lazyConnect: true }),
  'ioredis 5, which reads from a replica': (ports) =>
    new Redis5({ sentinels: toPlaces(ports), name: 'main', password, role: 'slave', lazyConnect: true }),
  'redis 6': (ports) =>
    createSentinel({ name: 'main', sentinelRootNodes: toPlaces(ports), nodeClientOptions: { password } }),
  'redis 6, which reads from replicas': (ports) =>
    createSentinel({
      name: 'main',
      sentinelRootNodes: toPlaces(ports),
      nodeClientOptions: { password },
      replicaPoolSize: 2,
      reserveClient: true,
      scanInterval: 1000,
    }),
};

/** A master, its replica, and a sentinel. */
async function startAll() {
  const closing: (() => unknown)[] = [];
  const use = <T extends AsyncDisposable>(server: T): T => {
    closing.unshift(() => server[Symbol.asyncDispose]());
    return server;
  };
  const close = async () => {
    for (const each of closing) await each();
  };
  try {
    const keys = ['--requirepass', password, '--masterauth', password];
    const master = use(await startServer(await freePort(), keys));
    const replica = use(
      await startServer(await freePort(), [...keys, '--replicaof', `127.0.0.1 ${master.port}`]),
    );
    const admins = [master, replica].map(({ port }) => {
      const admin = new Redis({ port, password, retryStrategy: null });
      admin.on('error', () => {});
      closing.unshift(() => admin.disconnect());
      return admin;
    });
    const sentinel = use(await startSentinel(await freePort(), master.port, password));
    const watcher = new Redis({ port: sentinel.port });
    closing.unshift(() => watcher.disconnect());
    await eventually(async () => {
      const known = (await watcher.call('SENTINEL', 'REPLICAS', 'main')) as string[][];
      expect(known).toHaveLength(1);
      expect(known[0]).toEqual(expect.arrayContaining(['master-link-status', 'ok']));
    });
    return { master, replica, sentinel, watcher, admins, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function open(client: RedisClient, prefix: string, timeoutMs = 5000) {
  const shared = redis({ client, prefix, timeoutMs, onError: () => {} });
  const oauth = redisOAuthStore(client, { prefix, timeoutMs });
  onTestFinished(() => Promise.all([shared.close(), oauth.close()]).then(() => {}));
  return { ...shared, oauth };
}

describeOwnServers('a master behind sentinels', () => {
  vi.setConfig({ testTimeout: 120_000 });

  test.each(Object.entries(clients))('is found, and so is the next one, with %s', async (_name, create) => {
    await using all = await startAll();
    const prefix = `${randomUUID()}:`;
    const [one, other] = [1, 2].map(() => open(create([all.sentinel.port]), prefix)) as [
      ReturnType<typeof open>,
      ReturnType<typeof open>,
    ];
    const heard: unknown[] = [];
    other.bus.subscribe((event) => heard.push(event));
    expect(await one.store.add('used', '1', minute)).toBe(true);
    expect(await other.store.add('used', '1', minute)).toBe(false);
    await one.oauth.set('key', '1', minute, ['ann']);
    expect(await one.store.take('me', { points: 1, durationMs: minute })).toBe(0);
    await eventually(async () => expect(await all.admins[0]!.xlen(`${prefix}changes`)).toBe(2));
    await replicated(all.admins[0]!);

    await all.master.kill();
    const error: unknown = await one.store.get('used').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RedisError);
    one.bus.publish({ kind: 'tools_list_changed' });
    for (const { store, oauth } of [one, other]) {
      await eventually(async () => expect(await store.add('used', '2', minute)).toBe(false), 20_000);
      await eventually(async () => expect(await oauth.keysOf('ann')).toEqual(['key']));
      expect(await store.take('me', { points: 1, durationMs: minute })).toBeGreaterThan(0);
    }
    await eventually(() => expect(heard).toEqual([{ kind: 'tools_list_changed' }]));
  });

  // One of each library: each of these tests waits for a sentinel more.
  test.each(Object.entries(clients).filter(([name]) => name.includes('reads from')))(
    'is found by a sentinel that answers, if others do not, with %s',
    async (_name, create) => {
      await using all = await startAll();
      await using silent = await startSentinel(await freePort(), all.master.port, password);
      silent.freeze();
      const client = create([silent.port, await freePort(), all.sentinel.port]);
      const { store } = open(client, `${randomUUID()}:`);
      await eventually(() => store.set('key', '1', minute));
      expect(await store.get('key')).toBe('1');
    },
  );

  test.each(Object.entries(clients))('is missed in time, with %s', async (_name, create) => {
    await using all = await startAll();
    const nobody = open(create([await freePort()]), 'x:', 500);
    await expect(nobody.store.get('key')).rejects.toThrow(RedisError);
    const silent = open(create([all.sentinel.port]), 'x:', 500);
    all.sentinel.freeze();
    await expect(silent.store.get('key')).rejects.toThrow(RedisError);
    all.sentinel.thaw();
    await eventually(async () => expect(await silent.store.get('key')).toBe(undefined));
  });

  test('the app’s own client is neither used nor closed', async () => {
    await using all = await startAll();
    const places = { name: 'main', sentinelRootNodes: toPlaces([all.sentinel.port]) };
    const idle = createSentinel({ ...places, nodeClientOptions: { password } });
    const used = createSentinel({ ...places, nodeClientOptions: { password } });
    await used.connect();
    onTestFinished(() => used.destroy());
    const prefix = `${randomUUID()}:`;
    for (const client of [idle, used]) {
      const shared = redis({ client, prefix });
      await shared.store.set('key', '1', minute);
      await shared.close();
    }
    expect([idle.isOpen, used.isReady]).toEqual([false, true]);
    expect(await used.get(`${prefix}key`)).toBe('1');
  });

  test('the client of redis 5 says where the master is, if it is connected', async () => {
    await using all = await startAll();
    const client = createSentinel5({
      name: 'main',
      sentinelRootNodes: toPlaces([all.sentinel.port]),
      nodeClientOptions: { password },
    });
    client.on('error', () => {});
    const { store, oauth } = open(client, `${randomUUID()}:`);
    await expect(store.get('key')).rejects.toThrow(
      'Redis failed at GET: the client of createSentinel knows no master; in version 5 of redis, connect it first',
    );
    await client.connect();
    onTestFinished(() => client.destroy());
    await eventually(() => store.set('key', '1', minute));
    await oauth.set('key', '1', minute, ['ann']);
    await replicated(all.admins[0]!);
    await all.master.kill();
    await expect(store.get('key')).rejects.toThrow(RedisError);
    await eventually(async () => expect(await store.add('key', '2', minute)).toBe(false), 20_000);
    await eventually(async () => expect(await oauth.keysOf('ann')).toEqual(['key']));
    expect(client.isReady).toBe(true);
  });
});
