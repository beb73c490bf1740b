import { expect, test } from 'vitest';
import { redis } from '../src/index.ts';
import { eventually } from './eventually.ts';
import { clients, describeRedis, openPrefix, redisUrl } from './server.ts';

describeRedis('the store', () => {
  test.each(Object.entries(clients))('keeps what nodes share, with %s', async (_name, createClient) => {
    await using keys = openPrefix();
    const { prefix } = keys;
    const one = redis({ client: createClient(redisUrl), prefix });
    const other = redis({ client: createClient(redisUrl), prefix });
    try {
      expect(await other.store.get('spent')).toBe(undefined);
      expect(
        await Promise.all([one.store.add('spent', '1', 60_000), other.store.add('spent', '1', 60_000)]),
      ).toEqual(expect.arrayContaining([true, false]));
      expect(await other.store.get('spent')).toBe('1');
      await one.store.set('spent', 'ä “2”', 60_000.5);
      expect(await other.store.get('spent')).toBe('ä “2”');
      await other.store.delete('spent');
      expect(await one.store.get('spent')).toBe(undefined);

      await one.store.set('short', '1', 30);
      await eventually(async () => expect(await one.store.get('short')).toBe(undefined));
      expect(await one.store.add('short', '2', 0.2)).toBe(true);
    } finally {
      await Promise.all([one.close(), other.close()]);
    }
  });

  test.each(Object.entries(clients))(
    'counts for all nodes together, with %s',
    async (_name, createClient) => {
      await using keys = openPrefix();
      const { prefix } = keys;
      const nodes = [1, 2].map(() => redis({ client: createClient(redisUrl), prefix }));
      // Long enough for all the calls below to fall into one window, also on a busy machine.
      const limit = { points: 5, durationMs: 60_000 };
      const takeAll = (count: number, key = 'me') =>
        Promise.all(Array.from({ length: count }, (_, index) => nodes[index % 2]!.store.take(key, limit)));
      try {
        const waits = await takeAll(20);
        expect(waits.filter((ms) => ms === 0)).toHaveLength(5);
        for (const ms of waits.filter((each) => each !== 0)) {
          expect(ms).toBeGreaterThan(0);
          expect(ms).toBeLessThanOrEqual(limit.durationMs);
        }
        // Somebody else, and another limit, have points of their own.
        expect(await takeAll(1, 'you')).toEqual([0]);
        expect(await nodes[0]!.store.take('me', { ...limit, points: 6 })).toBe(0);
        const brief = { points: 1, durationMs: 1000 };
        expect(await nodes[0]!.store.take('brief', brief)).toBe(0);
        await eventually(async () => expect(await nodes[1]!.store.take('brief', brief)).toBe(0));
      } finally {
        await Promise.all(nodes.map((node) => node.close()));
      }
    },
  );

  test('a limit of less than a second does not last for ever', async () => {
    await using keys = openPrefix();
    const { store, close } = redis({ client: clients['redis 6']!(redisUrl), prefix: keys.prefix });
    try {
      expect(await store.take('me', { points: 1, durationMs: 200 })).toBe(0);
      expect(await store.take('me', { points: 1, durationMs: 200 })).toBeLessThanOrEqual(1000);
      await eventually(async () => expect(await store.take('me', { points: 1, durationMs: 200 })).toBe(0));
    } finally {
      await close();
    }
  });
});
