import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isUnknown, person } from '../../core/test/tasks/person.ts';
import { describeRedis, openPrefix, redisUrl } from './server.ts';
import { startTaskNode, type TaskNode } from './task-nodes.ts';

let keys: ReturnType<typeof openPrefix>;
let one: TaskNode;
let other: TaskNode;
let admin: Redis;
let count = 0;

beforeAll(async () => {
  if (!redisUrl) return;
  keys = openPrefix();
  const settings = { url: redisUrl, prefix: keys.prefix, timeoutMs: 20_000 };
  [one, other] = await Promise.all([
    startTaskNode({ ...settings, name: 'one', library: 'ioredis' }),
    startTaskNode({ ...settings, name: 'other', library: 'redis' }),
  ]);
  admin = new Redis(redisUrl);
});
afterAll(async () => {
  await Promise.all([one, other].map((node) => node?.[Symbol.asyncDispose]()));
  admin?.disconnect();
  await keys?.[Symbol.asyncDispose]();
});

/** Somebody whom no other test knows, at both processes. */
function newPerson() {
  const name = `person-${++count}`;
  return { here: person(one.url, name), there: person(other.url, name), work: `work-${count}` };
}

describeRedis('a task over two processes', () => {
  test('is called on one, polled on the other, and its result is there for both', async () => {
    const { here, there, work } = newPerson();
    const id = await here.start('report', { id: work });
    await one.heard('began', work);
    expect((await there.read(id)).status).toBe('working');
    one.finish(work, 'whole');
    const ended = await there.settle(id);
    expect(ended.result?.structuredContent).toEqual({ node: 'one', value: 'whole' });
    expect(await here.read(id)).toEqual(ended);
  });

  test('is answered on the other', async () => {
    const { here, there, work } = newPerson();
    const id = await here.start('order', { id: work });
    const { inputRequests } = await there.until(id, 'input_required');
    const [key] = Object.keys(inputRequests!);
    expect(inputRequests![key!]!.params.message).toBe(`Which size for ${work}?`);
    await there.update(id, { [key!]: { action: 'accept', content: { size: 'small' } } });
    expect((await there.settle(id)).result?.structuredContent).toMatchObject({
      answer: { action: 'accept', content: { size: 'small' } },
    });
  });

  test('is cancelled on the other, and stops where it runs', async () => {
    const { here, there, work } = newPerson();
    const id = await here.start('report', { id: work });
    await one.heard('began', work);
    await there.cancel(id);
    expect((await there.settle(id)).status).toBe('cancelled');
    await one.heard('aborted', work);
    expect((await here.read(id)).status).toBe('cancelled');
  });

  test('is nobody else’s, on either', async () => {
    const { here, there, work } = newPerson();
    const id = await here.start('report', { id: work });
    for (const { url } of [one, other]) {
      const ben = person(url, 'ben');
      for (const method of ['get', 'update', 'cancel'] as const) {
        expect(isUnknown(await ben[method](id, {}))).toBe(true);
      }
    }
    expect((await there.call('mine')).result?.['structuredContent']).toMatchObject([{ id }]);
    one.finish(work, 'whole');
    await here.settle(id);
  });

  test('has no key on Redis that stays for ever, and no credential, argument or answer in any', async () => {
    const { here, there, work } = newPerson();
    const name = `person-${count}`;
    const ids = [
      await here.start('report', { id: work }),
      await here.start('order', { id: work }),
      await here.start('quick', { id: work }),
      await here.start('short', { id: work }),
    ];
    await one.heard('began', work);
    const { inputRequests } = await here.until(ids[1]!, 'input_required');
    const answer = { action: 'accept', content: { size: `size of ${work}` } };
    await there.update(ids[1]!, { [Object.keys(inputRequests!)[0]!]: answer });
    await Promise.all(ids.slice(1).map((id) => here.settle(id)));
    const kept = await admin.keys(`${keys.prefix}task*`);
    expect(kept.length).toBeGreaterThanOrEqual(8);
    for (const key of kept) {
      // Two hours: how long the task may run, and how long its result is kept.
      const ttlMs = await admin.pttl(key);
      expect(ttlMs, key).toBeGreaterThan(-3);
      expect(ttlMs, key).not.toBe(-1);
      expect(ttlMs, key).toBeLessThanOrEqual(2 * 3_600_000);
      const value = (await admin.get(key)) ?? '';
      expect(`${key} ${value}`).not.toMatch(new RegExp(`${name}|${work}|bearer`, 'i'));
      expect(value).not.toContain(btoa(`Bearer ${name}`).slice(0, 12));
    }
    const changes = JSON.stringify(await admin.xrange(`${keys.prefix}changes`, '-', '+'));
    expect(changes).not.toMatch(new RegExp(`${name}\\b|${work}\\b|bearer`, 'i'));
    one.finish(work, 'whole');
    await here.settle(ids[0]!);
  });

  test('a hundred of each of ten callers all end, and everybody sees their own', async () => {
    const callers = Array.from({ length: 10 }, (_, index) => [
      person(one.url, `caller${index}`),
      person(other.url, `caller${index}`),
    ]);
    const owned = await Promise.all(
      callers.map((both) =>
        Promise.all(
          Array.from({ length: 100 }, (_, index) => both[index % 2]!.start('quick', { id: `${index}` })),
        ),
      ),
    );
    expect(new Set(owned.flat()).size).toBe(1000);
    for (const [index, ids] of owned.entries()) {
      const [here, there] = callers[index] as [(typeof callers)[0][0], (typeof callers)[0][0]];
      const ended = await Promise.all(ids.map((id) => there.settle(id)));
      expect(ended.map(({ result }) => (result!.structuredContent as { id: string }).id)).toEqual(
        ids.map((_, at) => `${at}`),
      );
      const mine = (await here.call('mine')).result?.['structuredContent'] as { id: string }[];
      expect(mine.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      expect(isUnknown(await here.get(owned[(index + 1) % 10]![0]!))).toBe(true);
    }
  });

  // These end the processes, and so come last.
  test('whose process is closed is told as failed by the other, with what to do; what had ended stays', async () => {
    const { here, there, work } = newPerson();
    const ended = await here.settle(await here.start('quick', { id: work }));
    const id = await here.start('report', { id: work });
    await one.heard('began', work);
    await one.stop();
    const { status, error } = await there.settle(id);
    expect(status).toBe('failed');
    expect(error!.message).toMatch(/again/);
    expect(await there.read(ended.taskId)).toEqual(ended);
  });
});
