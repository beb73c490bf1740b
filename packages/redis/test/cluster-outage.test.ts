import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { failureOf, minute, newPrefix, open } from './opened.ts';
import { clusterClients, type OwnCluster, startCluster } from './own-cluster.ts';
import { describeOwnServers, freePort } from './own-server.ts';

/** Waiting takes long: one version of each library here, and all in `test:large`. */
const clients = Object.entries(clusterClients).filter(
  ([name]) => process.env['LARGE'] === 'true' || ['ioredis 6', 'redis 6'].includes(name),
);

describeOwnServers('a cluster of which not everything answers', () => {
  let cluster: OwnCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  test.each(clients)(
    'while one node is silent, what is on the others goes on, with %s',
    async (_name, create) => {
      const { store } = open(create(cluster.ports), '', 1500);
      const ids = Array.from({ length: 20 }, () => randomUUID());
      await eventually(() => store.set(ids[0]!, '1', minute));
      for (const id of ids) await store.set(id, '1', minute);
      const silent = await cluster.ownerOf(ids[0]!);
      const owners = await Promise.all(ids.map((id) => cluster.ownerOf(id)));
      silent.freeze();
      try {
        const get = async (id: string) => store.get(id).catch((error: unknown) => (error as Error).message);
        await eventually(async () => {
          expect(await Promise.all(ids.map(get))).toEqual(
            owners.map((owner) => (owner === silent ? expect.stringMatching(/^Redis failed at GET: /) : '1')),
          );
        });
        // Nor is it needed to begin with.
        const late = open(create(cluster.ports), '', 2000);
        await eventually(async () => {
          for (const [index, id] of ids.entries()) {
            if (owners[index] !== silent) expect(await late.store.get(id)).toBe('1');
          }
        });
      } finally {
        silent.thaw();
      }
      await eventually(async () => expect(await store.get(ids[0]!)).toBe('1'));
    },
  );

  test.each(clients)(
    'fails in time while all nodes are silent, and works when they are back, with %s',
    async (_name, create) => {
      const prefix = newPrefix();
      const [known, fresh] = [
        open(create(cluster.ports), prefix, 400),
        open(create(cluster.ports), prefix, 400),
      ];
      await eventually(() => known.store.set('before', '1', minute));
      for (const node of cluster.nodes) node.freeze();
      try {
        for (const { store } of [known, fresh]) {
          expect((await failureOf(store.add('late', '1', minute))).command).toBe('SET');
          expect((await failureOf(store.take('me', { points: 1, durationMs: minute }))).command).toBe('EVAL');
        }
      } finally {
        for (const node of cluster.nodes) node.thaw();
      }
      for (const { store } of [known, fresh]) {
        await eventually(async () => expect(await store.get('before')).toBe('1'));
      }
    },
  );

  test.each(clients)('starts without a cluster, with %s', async (_name, create) => {
    const { store } = open(create([await freePort(), await freePort()]), 'x:', 400);
    const error = await failureOf(store.get('key'));
    expect(error.message).toMatch(/^Redis failed at GET: .+\. What needs Redis \(consents/);
  });

  test.each(clients)('reaches it through one node that is still there, with %s', async (_name, create) => {
    const { store } = open(create([await freePort(), cluster.ports[2]!]), newPrefix());
    await eventually(() => store.set('key', '1', minute));
    expect(await store.get('key')).toBe('1');
  });
});
