import { expect, onTestFinished, test } from 'vitest';
import { redis } from '../src/index.ts';
import { eventually } from './eventually.ts';
import { describeOwnServers, freePort, type OwnServer, startServer } from './own-server.ts';
import { clients } from './server.ts';

async function start(port: number): Promise<OwnServer> {
  const server = await startServer(port);
  onTestFinished(() => server.kill());
  return server;
}

describeOwnServers('a Redis that is killed', () => {
  test.each(['ioredis 6', 'redis 6'] as const)(
    'and started again, empty, is used again, and everybody is told of what may have been missed, with %s',
    async (library) => {
      const port = await freePort();
      const first = await start(port);
      const errors: Error[] = [];
      const nodes = [1, 2].map(() => {
        const client = clients[library]!(`redis://127.0.0.1:${port}`);
        const shared = redis({ client, timeoutMs: 500, onError: (error) => errors.push(error) });
        onTestFinished(() => shared.close());
        const heard: string[] = [];
        return { ...shared, heard };
      });
      const [one, other] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
      await one.store.set('key', '1', 60_000);
      // Listening begins when both read.
      await eventually(async () => {
        const probe: unknown[] = [];
        const leave = other.bus.subscribe((event) => probe.push(event));
        one.bus.publish({ kind: 'resource_updated', uri: 'app://probe' });
        await eventually(() => expect(probe).not.toEqual([]), 500).finally(leave);
      });
      for (const { bus, heard } of nodes) bus.subscribe(({ kind }) => heard.push(kind));

      await first.kill();
      await expect(one.store.get('key')).rejects.toThrow('Redis failed at GET: ');
      await eventually(() => expect(errors.length).toBeGreaterThanOrEqual(2));
      one.bus.publish({ kind: 'tools_list_changed' });
      expect(one.heard).toEqual(['tools_list_changed']);
      expect(other.heard).toEqual([]);

      await start(port);
      await eventually(async () => expect(await one.store.get('key')).toBe(undefined));
      const any = ['tools_list_changed', 'prompts_list_changed', 'resources_list_changed'];
      await eventually(() => {
        expect(one.heard.slice(1)).toEqual(any);
        expect(other.heard).toEqual(expect.arrayContaining(any));
      });
      other.bus.publish({ kind: 'prompts_list_changed' });
      await eventually(() => expect(one.heard).toHaveLength(5));
      expect(one.heard.at(-1)).toBe('prompts_list_changed');
    },
  );
});
