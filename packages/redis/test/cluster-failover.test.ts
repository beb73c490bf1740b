import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { createCluster as createCluster4 } from 'redis4';
import { createCluster as createCluster5 } from 'redis5';
import { Cluster as Cluster5 } from 'ioredis5';
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { redis, type RedisClient, RedisError, redisOAuthStore } from '../src/index.ts';
import { eventually } from './eventually.ts';
import { startCluster, toNodes, toRootNodes } from './own-cluster.ts';
import { describeOwnServers, replicated } from './own-server.ts';

/** Apps that read from replicas, which must not be asked whether something was used already. */
const clients: Record<string, (ports: readonly number[]) => RedisClient> = {
  'ioredis 6': (ports) => new Cluster(toNodes(ports), { scaleReads: 'slave', lazyConnect: true }),
  'ioredis 5': (ports) => new Cluster5(toNodes(ports), { scaleReads: 'all', lazyConnect: true }),
  'redis 6': (ports) => createCluster({ rootNodes: toRootNodes(ports), useReplicas: true }),
  'redis 5': (ports) => createCluster5({ rootNodes: toRootNodes(ports), useReplicas: true }),
  'redis 4': (ports) => createCluster4({ rootNodes: toRootNodes(ports), useReplicas: true }),
};
const minute = 60_000;

describeOwnServers('a cluster with replicas', () => {
  vi.setConfig({ testTimeout: 120_000 });

  test('goes on with a replica when a master is killed, and nothing is done twice', async () => {
    await using cluster = await startCluster({ replicas: true });
    const prefix = `${randomUUID()}:`;
    const apps = Object.entries(clients).map(([name, create]) => {
      const shared = redis({ client: create(cluster.ports), prefix, timeoutMs: 1000, onError: () => {} });
      const oauth = redisOAuthStore(create(cluster.ports), { prefix, timeoutMs: 1000 });
      onTestFinished(() => Promise.all([shared.close(), oauth.close()]).then(() => {}));
      const heard: string[] = [];
      shared.bus.subscribe((event) => {
        if (event.kind === 'resource_updated') heard.push(event.uri);
      });
      return { name, ...shared, oauth, heard };
    });
    const [first] = apps as [(typeof apps)[0]];
    const changes = await cluster.ownerOf(`${prefix}changes`);
    await eventually(async () => expect(await changes.admin.xlen(`${prefix}changes`)).toBe(apps.length));

    // What is kept on the node that dies: it has the changes, and half of the keys of a lap.
    const keys = Array.from({ length: 40 }, (_, index) => `once:${index}`);
    for (const key of keys) expect(await first.store.add(key, '1', minute)).toBe(true);
    for (const { name, oauth } of apps) await eventually(() => oauth.set(name, '1', minute, ['ann']));
    const calls = { limit: { points: 5, durationMs: minute }, made: 0, allowed: 0 };
    for (const { admin } of cluster.nodes.slice(0, 3)) await replicated(admin);

    await changes.kill();
    // While nobody has its slots, what needs it fails in time. A change is kept until it can be told.
    const dead = (
      await Promise.all(keys.map(async (key) => [key, await first.store.get(key).catch(() => 'failed')]))
    )
      .filter(([, answer]) => answer === 'failed')
      .map(([key]) => key!);
    expect(dead.length).toBeGreaterThan(0);
    expect(dead.length).toBeLessThan(keys.length);
    for (const { store } of apps) {
      const error: unknown = await store.add(dead[0]!, '2', minute).catch((thrown: unknown) => thrown);
      expect(error === false || error instanceof RedisError).toBe(true);
    }
    for (const { name, bus } of apps) bus.publish({ kind: 'resource_updated', uri: `app://${name}` });

    for (const { store, oauth } of apps) {
      await eventually(async () => {
        // Whatever was used stays used, whoever asks.
        for (const key of keys) expect(await store.add(key, '2', minute)).toBe(false);
        expect(await store.get(dead[0]!)).toBe('1');
        expect((await oauth.keysOf('ann')).toSorted()).toEqual(Object.keys(clients).toSorted());
      }, 20_000);
      calls.made++;
      if ((await store.take('ann', { ...calls.limit, points: 2 })) === 0) calls.allowed++;
    }
    expect(calls).toMatchObject({ made: apps.length, allowed: 2 });
    await eventually(() => {
      for (const { name, heard } of apps) {
        expect([name, heard.toSorted()]).toEqual([name, apps.map((app) => `app://${app.name}`).toSorted()]);
      }
    });
  });

  test('follows a master that hands over to its replica', async () => {
    await using cluster = await startCluster({ replicas: true });
    const prefix = `${randomUUID()}:`;
    for (const [name, create] of Object.entries(clients)) {
      const { store, close } = redis({
        client: create(cluster.ports),
        prefix: `${prefix}${name}`,
        onError: () => {},
      });
      try {
        await store.set('key', '1', minute);
        const owner = await cluster.ownerOf(`${prefix}${name}key`);
        const replica = await replicaOf(owner.id);
        await replicated(owner.admin);
        await replica.admin.call('CLUSTER', 'FAILOVER', 'TAKEOVER');
        await eventually(async () => expect(String(await owner.admin.call('ROLE'))).toMatch(/^slave/));
        await eventually(async () => expect(await store.add('key', '2', minute)).toBe(false));
        expect(await store.get('key')).toBe('1');
      } finally {
        await close();
      }
    }

    async function replicaOf(id: string) {
      for (const node of cluster.nodes) {
        const lines = String(await node.admin.call('CLUSTER', 'NODES')).split('\n');
        const own = lines.find((line) => line.includes('myself'));
        if (own?.includes(`slave ${id}`)) return node;
      }
      throw new Error(`${id} has no replica`);
    }
  });
});
