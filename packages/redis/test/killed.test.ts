import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { redis } from '../src/index.ts';
import { eventually } from './eventually.ts';
import { clients } from './server.ts';

const hasServer = spawnSync('redis-server', ['--version']).status === 0;

/** A Redis of this test's own, which keeps nothing. */
async function startServer(port: number): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => kill(child));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await eventually(() => expect(text).toContain('Ready to accept connections'));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe.skipIf(!hasServer)(
  hasServer ? 'a Redis that is killed' : 'a Redis that is killed (skipped: there is no redis-server)',
  () => {
    test.each(['ioredis 6', 'redis 6'] as const)(
      'and started again, empty, is used again, and everybody is told of what may have been missed, with %s',
      async (library) => {
        const port = await freePort();
        const first = await startServer(port);
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

        await kill(first);
        await expect(one.store.get('key')).rejects.toThrow('Redis failed at GET: ');
        await eventually(() => expect(errors.length).toBeGreaterThanOrEqual(2));
        one.bus.publish({ kind: 'tools_list_changed' });
        expect(one.heard).toEqual(['tools_list_changed']);
        expect(other.heard).toEqual([]);

        await startServer(port);
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
  },
);
