import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { person } from '../../core/test/tasks/person.ts';
import { eventually } from './eventually.ts';
import { describeOwnServers, freePort, startServer } from './own-server.ts';
import { startTaskNode } from './task-nodes.ts';

describeOwnServers('tasks while Redis is killed and started again', () => {
  test('lose no result that was there, and running ones go on', { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trpc-mcp-redis-'));
    const port = await freePort();
    // It writes down each change at once.
    const startAgain = () =>
      startServer(port, ['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always']);
    let server = await startAgain();
    const settings = { url: `redis://127.0.0.1:${port}`, prefix: 'a:', timeoutMs: 2000 };
    const [one, other] = await Promise.all([
      startTaskNode({ ...settings, name: 'one', library: 'ioredis' }),
      startTaskNode({ ...settings, name: 'other', library: 'redis' }),
    ]);
    onTestFinished(async () => {
      await Promise.all([one, other].map((node) => node.kill()));
      await server.kill();
      await rm(folder, { recursive: true });
    });
    const [ann, there] = [person(one.url, 'ann'), person(other.url, 'ann')];
    const ended = await ann.start('quick', { id: 'ended' });
    const before = await ann.settle(ended);
    const running = await ann.start('report', { id: 'running' });
    const finished = await ann.start('report', { id: 'finished' });
    await one.heard('began', 'running');
    await one.heard('began', 'finished');

    await server.kill();
    for (const who of [ann, there]) {
      const { error } = await who.get(ended);
      // It is not gone: the client is to try again.
      expect(error).toBeDefined();
      expect(error!.code).not.toBe(-32_602);
    }
    const refused = await ann.call('quick', { id: 'new' });
    expect(refused.result?.['resultType']).not.toBe('task');
    expect(JSON.stringify(refused.result ?? refused.error)).toContain('SERVICE_UNAVAILABLE');
    // A result that comes while there is no Redis is written when it is back.
    one.finish('finished', 'while Redis was away');

    server = await startAgain();
    await eventually(async () => expect(await there.read(ended)).toEqual(before));
    await eventually(async () => expect((await there.read(running)).status).toBe('working'));
    one.finish('running', 'whole');
    expect((await there.settle(running)).result?.structuredContent).toEqual({ node: 'one', value: 'whole' });
    expect((await there.settle(finished)).result?.structuredContent).toEqual({
      node: 'one',
      value: 'while Redis was away',
    });
    expect(one.told.filter(({ kind }) => kind === 'aborted')).toEqual([]);
  });
});
