import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { createCluster as createCluster4 } from 'redis4';
import { createCluster as createCluster5 } from 'redis5';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { redis, type RedisClient, redisOAuthStore } from '../src/index.ts';
import { slotOf } from '../src/slot.ts';
import { eventually } from './eventually.ts';
import { failureOf, minute, newPrefix, open } from './opened.ts';
import {
  clusterClients,
  type OwnCluster,
  type OwnNode,
  startCluster,
  toNodes,
  toRootNodes,
} from './own-cluster.ts';
import { describeOwnServers } from './own-server.ts';
import { openTcpProxy } from './tcp-proxy.ts';

describeOwnServers('a cluster of three masters', () => {
  let cluster: OwnCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  /** Moves a slot as `redis-cli` does, and calls `during` while its keys may be on either node. */
  async function moveSlot(key: string, during: (from: OwnNode, to: OwnNode) => Promise<void>) {
    const slot = slotOf(key);
    const from = await cluster.ownerOf(key);
    const to = cluster.nodes.find((node) => node !== from)!;
    await to.admin.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
    await from.admin.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
    await during(from, to);
    const keys = (await from.admin.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[];
    for (const each of keys) await moveKey(each, from, to);
    for (const { admin } of [to, from]) await admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
  }

  const moveKey = (key: string, from: OwnNode, to: OwnNode) =>
    from.admin.call('MIGRATE', '127.0.0.1', to.port, key, 0, 5000);

  test('knows the slot of every key', async () => {
    const [{ admin }] = cluster.nodes as [OwnNode];
    const keys = ['', 'a', 'ä “2”', '{a}b', 'x{a}b', '{}a', '{a', 'a}{b}', '{{a}}', '{a}{b}', '}{', '{}{a}'];
    for (const key of [...keys, ...keys.map(() => randomUUID())]) {
      expect([key, slotOf(key)]).toEqual([key, await admin.call('CLUSTER', 'KEYSLOT', key)]);
    }
  });

  test.each(Object.entries(clusterClients))('keeps what nodes share, with %s', async (_name, create) => {
    const prefix = newPrefix();
    const [one, other] = [open(create(cluster.ports), prefix), open(create(cluster.ports), prefix)];
    const keys = Array.from({ length: 30 }, (_, index) => `once:${index}`);
    await Promise.all(
      keys.map(async (key) => {
        expect(await other.store.get(key)).toBe(undefined);
        expect(
          await Promise.all([one.store.add(key, '1', minute), other.store.add(key, '1', minute)]),
        ).toEqual(expect.arrayContaining([true, false]));
        await one.store.set(key, 'ä “2”', minute);
        expect(await other.store.get(key)).toBe('ä “2”');
      }),
    );
    for (const { admin } of cluster.nodes) expect(await admin.keys(`${prefix}once:*`)).not.toEqual([]);
    await Promise.all(keys.map((key) => other.store.delete(key)));
    expect(await Promise.all(keys.map((key) => one.store.get(key)))).toEqual(keys.map(() => undefined));

    const limit = { points: 5, durationMs: minute };
    for (const caller of ['ann', 'ben', 'cas']) {
      const waits = await Promise.all(
        Array.from({ length: 10 }, (_, index) => [one, other][index % 2]!.store.take(caller, limit)),
      );
      expect(waits.filter((ms) => ms === 0)).toHaveLength(5);
    }
    expect([...one.errors, ...other.errors]).toEqual([]);
  });

  test.each(Object.entries(clusterClients))('carries every change, once, with %s', async (_name, create) => {
    const prefix = newPrefix();
    const [one, other] = [open(create(cluster.ports), prefix), open(create(cluster.ports), prefix)];
    const { admin } = await cluster.ownerOf(`${prefix}changes`);
    await eventually(async () => expect(await admin.xlen(`${prefix}changes`)).toBe(2));
    const heard: unknown[] = [];
    other.bus.subscribe((event) => heard.push(event));
    const events = Array.from({ length: 50 }, (_, index) => ({
      kind: 'resource_updated' as const,
      uri: `app://${index}`,
    }));
    for (const event of events) one.bus.publish(event);
    await eventually(() => expect(heard).toEqual(events));
    expect([...one.errors, ...other.errors]).toEqual([]);
  });

  test.each(Object.entries(clusterClients))(
    'is followed while a slot is moved, and after it was, with %s',
    async (_name, create) => {
      const prefix = newPrefix();
      const { store, errors } = open(create(cluster.ports), prefix);
      await store.set('{slot}stays', '1', minute);
      await store.set('{slot}moves', '1', minute);
      await moveSlot('slot', async (from, to) => {
        await moveKey(`${prefix}{slot}moves`, from, to);
        // One key is on either node, and one that is new belongs to the node that takes the slot.
        expect(await store.get('{slot}stays')).toBe('1');
        expect(await store.get('{slot}moves')).toBe('1');
        expect(await store.add('{slot}moves', '2', minute)).toBe(false);
        const added = await Promise.all(
          Array.from({ length: 10 }, () => store.add('{slot}new', '1', minute)),
        );
        expect(added.filter(Boolean)).toHaveLength(1);
        const limit = { points: 3, durationMs: minute };
        const waits = await Promise.all(Array.from({ length: 9 }, () => store.take('{slot}', limit)));
        expect(waits.filter((ms) => ms === 0)).toHaveLength(3);
      });
      expect(await Promise.all(['stays', 'moves', 'new'].map((key) => store.get(`{slot}${key}`)))).toEqual([
        '1',
        '1',
        '1',
      ]);
      expect(await store.add('{slot}new', '1', minute)).toBe(false);
      expect(errors).toEqual([]);
    },
  );

  test('a script whose keys are on two nodes waits until they are on one', async () => {
    const prefix = `{${randomUUID()}}`;
    const store = redisOAuthStore(clusterClients['ioredis 6']!(cluster.ports), { prefix });
    onTestFinished(() => store.close());
    await store.set('key', '1', minute, ['ann']);
    let change: Promise<void> | undefined;
    await moveSlot(prefix, async (from, to) => {
      await moveKey(`${prefix}record:key`, from, to);
      change = store.set('key', '2', minute, ['ann', 'ben']);
      await moveKey(`${prefix}group:ann`, from, to);
    });
    await change;
    expect([await store.get('key'), await store.keysOf('ann'), await store.keysOf('ben')]).toEqual([
      '2',
      ['key'],
      ['key'],
    ]);
  });

  test('changes are heard on while the slot of their stream is moved', async () => {
    const prefix = newPrefix();
    const clients = ['ioredis 6', 'redis 6'].map((name) => clusterClients[name]!(cluster.ports));
    const [one, other] = clients.map((client) => open(client, prefix)) as [
      ReturnType<typeof open>,
      ReturnType<typeof open>,
    ];
    const { admin } = await cluster.ownerOf(`${prefix}changes`);
    await eventually(async () => expect(await admin.xlen(`${prefix}changes`)).toBe(2));
    const heard: string[] = [];
    other.bus.subscribe((event) => heard.push(event.kind === 'resource_updated' ? event.uri : event.kind));
    const tell = (uri: string) => one.bus.publish({ kind: 'resource_updated', uri });
    tell('app://before');
    await eventually(() => expect(heard).toEqual(['app://before']));
    await moveSlot(`${prefix}changes`, async (from, to) => {
      await moveKey(`${prefix}changes`, from, to);
      tell('app://during');
      await eventually(() => expect(heard).toContain('app://during'));
    });
    tell('app://after');
    await eventually(() => expect(heard).toEqual(['app://before', 'app://during', 'app://after']));
  });

  test.each<[string, (ports: readonly number[]) => RedisClient]>([
    [
      'ioredis',
      (ports) => new Cluster(toNodes(ports), { redisOptions: { password: 'secret' }, lazyConnect: true }),
    ],
    [
      'redis 6',
      (ports) => createCluster({ rootNodes: toRootNodes(ports), defaults: { password: 'secret' } }),
    ],
    [
      'redis 5',
      (ports) => createCluster5({ rootNodes: toRootNodes(ports), defaults: { password: 'secret' } }),
    ],
    [
      'redis 4',
      (ports) => createCluster4({ rootNodes: toRootNodes(ports), defaults: { password: 'secret' } }),
    ],
  ])('is reached with the password of the app’s client, with %s', async (_name, create) => {
    for (const { admin } of cluster.nodes) await admin.config('SET', 'requirepass', 'secret');
    try {
      const { store } = open(create(cluster.ports), newPrefix());
      for (const key of ['a', 'b', 'c']) await store.set(key, '1', minute);
      const without = open(clusterClients['redis 6']!(cluster.ports), newPrefix());
      await failureOf(without.store.get('a'));
    } finally {
      for (const { admin } of cluster.nodes) await admin.config('SET', 'requirepass', '');
    }
  });

  test.each<[string, (port: number, map: Record<string, { host: string; port: number }>) => RedisClient]>([
    ['ioredis', (port, natMap) => new Cluster(toNodes([port]), { natMap, lazyConnect: true })],
    ['redis 6', (port, nodeAddressMap) => createCluster({ rootNodes: toRootNodes([port]), nodeAddressMap })],
    [
      'redis 5, by a function',
      (port, map) =>
        createCluster5({ rootNodes: toRootNodes([port]), nodeAddressMap: (address) => map[address] }),
    ],
    ['redis 4', (port, nodeAddressMap) => createCluster4({ rootNodes: toRootNodes([port]), nodeAddressMap })],
  ])('is reached at the addresses of the app’s client, with %s', async (_name, create) => {
    const proxies = await Promise.all(cluster.ports.map((port) => openTcpProxy(`redis://127.0.0.1:${port}`)));
    onTestFinished(() => Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]())).then(() => {}));
    const places = proxies.map(({ url }) => ({ host: '127.0.0.1', port: Number(new URL(url).port) }));
    const map = Object.fromEntries(cluster.ports.map((port, index) => [`127.0.0.1:${port}`, places[index]!]));
    const { store } = open(create(places[0]!.port, map), newPrefix(), 1500);
    const keys = Array.from({ length: 20 }, (_, index) => `${index}`);
    await eventually(() => store.set('first', '1', minute));
    for (const key of keys) await store.set(key, '1', minute);
    // There is no other way to it.
    await Promise.all(proxies.map((proxy) => proxy.cut()));
    for (const key of keys) await failureOf(store.get(key));
  });

  test('the key prefix of ioredis is before every key, also for the slot', async () => {
    const prefix = newPrefix();
    const client = new Cluster(toNodes(cluster.ports), { keyPrefix: 'app:', lazyConnect: true });
    const { store, bus, errors } = open(client, prefix);
    const keys = Array.from({ length: 10 }, (_, index) => `${index}`);
    for (const key of keys) {
      await store.set(key, '1', minute);
      const { admin } = await cluster.ownerOf(`app:${prefix}${key}`);
      expect(await admin.get(`app:${prefix}${key}`)).toBe('1');
    }
    expect(await store.take('me', { points: 1, durationMs: minute })).toBe(0);
    bus.publish({ kind: 'tools_list_changed' });
    const { admin } = await cluster.ownerOf(`app:${prefix}changes`);
    await eventually(async () => expect(await admin.xlen(`app:${prefix}changes`)).toBe(2));
    expect(errors).toEqual([]);
  });

  test('the clients of the app are neither used nor changed, and their replicas are not read', async () => {
    const options = { scaleReads: 'slave', lazyConnect: true, enableOfflineQueue: true } as const;
    const lazy = new Cluster(toNodes(cluster.ports), options);
    const connected = new Cluster(toNodes(cluster.ports), options);
    const other = createCluster({ rootNodes: toRootNodes(cluster.ports), useReplicas: true });
    await Promise.all([connected.connect(), other.connect()]);
    onTestFinished(() => other.destroy());
    const prefix = newPrefix();
    for (const client of [lazy, connected, other]) {
      const shared = redis({ client, prefix });
      const store = redisOAuthStore(client, { prefix });
      await shared.store.set('key', '1', minute);
      expect(await shared.store.get('key')).toBe('1');
      await store.set('key', '1', minute, ['ann']);
      await Promise.all([shared.close(), store.close()]);
      expect((await failureOf(shared.store.get('key'))).message).toContain('it was closed by close()');
    }
    expect([lazy.status, connected.status, other.isOpen]).toEqual(['wait', 'ready', true]);
    expect(await connected.get(`${prefix}key`)).toBe('1');
    expect(await other.get(`${prefix}key`)).toBe('1');
    connected.disconnect();
  });

  test.each([
    ['acme:', 'acme:{acme:}record:key'],
    ['acme:{tag}:', 'acme:{tag}:record:key'],
    ['', '{keys}record:key'],
    ['{', '{{keys}record:key'],
    ['}', '}{keys}record:key'],
    ['a{b', 'a{b{ab}record:key'],
  ])('an OAuth store with the prefix %j has its records at %j', async (prefix, key) => {
    const store = redisOAuthStore(clusterClients['redis 6']!(cluster.ports), { prefix });
    onTestFinished(() => store.close());
    await store.set('key', '1', minute, ['ann', 'ben']);
    const { admin } = await cluster.ownerOf(key);
    expect(await admin.hget(key, 'value')).toBe('1');
    await store.delete('key');
    expect(await store.keysOf('ann')).toEqual([]);
    expect(await store.take('me', { points: 1, durationMs: 1000 })).toBeGreaterThanOrEqual(0);
  });

  test.each(['{}', 'acme:{}:{tag}'])('an OAuth store cannot have the prefix %j', (prefix) => {
    const client = clusterClients['redis 6']!(cluster.ports);
    expect(() => redisOAuthStore(client, { prefix })).toThrow(/has \{\}, after which a cluster cannot/);
    // Alone, every key is whole.
    expect(() => redis({ client, prefix }).close()).not.toThrow();
  });
});
