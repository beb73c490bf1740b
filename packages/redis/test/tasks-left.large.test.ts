import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { person } from '../../core/test/tasks/person.ts';
import { eventually } from './eventually.ts';
import { describeRedis, openPrefix, redisUrl } from './server.ts';
import { startTaskNode } from './task-nodes.ts';

describeRedis('tasks that nobody polls', () => {
  test('leave nothing on Redis when their time is over', { timeout: 300_000 }, async () => {
    await using keys = openPrefix();
    const settings = { url: redisUrl, prefix: keys.prefix, timeoutMs: 20_000 };
    await using node = await startTaskNode({ ...settings, name: 'one', library: 'redis' });
    const ann = person(node.url, 'ann');
    await Promise.all(Array.from({ length: 20 }, (_, index) => ann.start('short', { id: `${index}` })));
    const admin = new Redis(redisUrl);
    onTestFinished(() => admin.disconnect());
    const left = () => admin.keys(`${keys.prefix}task*`);
    expect((await left()).length).toBeGreaterThanOrEqual(20);
    await eventually(async () => expect(await left()).toEqual([]), 200_000);
  });
});

describeRedis('a process that is killed while it works', () => {
  test(
    'is noticed when its lease ends: the task is told as failed, and what to do, and others go on',
    { timeout: 300_000 },
    async () => {
      const keys = openPrefix();
      onTestFinished(() => keys[Symbol.asyncDispose]());
      const settings = { url: redisUrl, prefix: keys.prefix, timeoutMs: 20_000 };
      const [one, other] = await Promise.all([
        startTaskNode({ ...settings, name: 'one', library: 'ioredis' }),
        startTaskNode({ ...settings, name: 'other', library: 'redis' }),
      ]);
      onTestFinished(async () => {
        await Promise.all([one, other].map((node) => node.kill()));
      });
      const [here, there] = [person(one.url, 'ann'), person(other.url, 'ann')];
      const lost = await here.start('report', { id: 'lost' });
      const kept = await there.start('report', { id: 'kept' });
      const ended = await here.settle(await here.start('quick', { id: 'ended' }));
      await one.heard('began', 'lost');
      await one.kill();
      // Until then nobody knows.
      expect((await there.read(lost)).status).toBe('working');
      const { status, error, statusMessage } = await there.settle(lost);
      expect(status).toBe('failed');
      expect(`${error!.message} ${statusMessage}`).toMatch(/again/);
      expect((await there.read(ended.taskId)).result).toEqual(ended.result);
      // It is not run again by anybody.
      expect(other.told.filter((message) => message.kind === 'began').map(({ id }) => id)).toEqual(['kept']);
      expect((await there.read(kept)).status).toBe('working');
      other.finish('kept', 'whole');
      expect((await there.settle(kept)).status).toBe('completed');
    },
  );
});
