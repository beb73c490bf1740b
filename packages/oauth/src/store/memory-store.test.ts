import { afterEach, expect, test, vi } from 'vitest';
import { memoryOAuthStore } from './memory-store.ts';

afterEach(() => void vi.useRealTimers());

const hour = 3_600_000;

test('a store that is full refuses new keys, keeps what it has, and says what to do', async () => {
  const store = memoryOAuthStore({ maxRecords: 3 });
  for (const key of ['a', 'b', 'c']) await store.add(key, key, hour);
  const message = /has 3 records that have not expired.*maxRecords.*postgresOAuthStore.*redisOAuthStore/;
  await expect(store.add('d', 'd', hour)).rejects.toThrow(message);
  await expect(store.set('d', 'd', hour, ['group'])).rejects.toThrow(message);
  expect(await store.keysOf('group')).toEqual([]);
  expect(await store.add('a', 'again', hour)).toBe(false);
  await store.set('b', 'again', hour, ['group']);
  expect(await Promise.all(['a', 'b', 'c', 'd'].map((key) => store.get(key)))).toEqual([
    'a',
    'again',
    'c',
    undefined,
  ]);
  await store.delete('c');
  expect(await store.add('d', 'd', hour)).toBe(true);
});

test.each([
  ['within the same second', 100],
  ['long ago', 30 * 24 * hour],
])('records that expired %s make room for new ones', async (_name, passedMs) => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000_000 });
  const store = memoryOAuthStore({ maxRecords: 3 });
  await store.set('lasting', '1', 365 * 24 * hour, ['group']);
  await store.set('a', '1', 100, ['group']);
  await store.set('b', '1', 99, ['group']);
  vi.setSystemTime(1_000_000_000_000 + passedMs);
  expect(await store.add('c', '1', hour)).toBe(true);
  await store.set('d', '1', hour, ['group']);
  await expect(store.add('e', '1', hour)).rejects.toThrow('full');
  expect(await store.keysOf('group')).toEqual(['lasting', 'd']);
});

test('a clock that is set back leaves nothing for ever', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000_000 });
  const store = memoryOAuthStore({ maxRecords: 2 });
  await store.add('a', '1', 1000);
  vi.setSystemTime(1_000_000_000_000 - hour);
  await store.add('b', '1', 1000);
  vi.setSystemTime(1_000_000_000_000 + hour);
  expect(await store.add('c', '1', hour)).toBe(true);
  expect(await store.add('d', '1', hour)).toBe(true);
});

test('whoever has spent their points does not get them back by filling the store with counts', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000_000 });
  const store = memoryOAuthStore({ maxRecords: 100 });
  const limit = { points: 3, durationMs: hour };
  for (let point = 0; point < 3; point++) expect(await store.take('spent', limit)).toBe(0);
  for (let count = 0; count < 5000; count++) await store.take(`new ${count}`, limit);
  expect(await store.take('spent', limit)).toBe(hour);
});

test('whoever comes while there is no room for counts gets no more points than their limit has', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000_000 });
  const store = memoryOAuthStore({ maxRecords: 100 });
  const limit = { points: 3, durationMs: hour };
  for (let count = 0; count < 100; count++)
    await store.take(`brief ${count}`, { ...limit, durationMs: 1000 });
  const late = [];
  for (let call = 0; call < 10; call++) late.push(await store.take('late', limit));
  expect(late).toEqual([0, 0, 0, hour, hour, hour, hour, hour, hour, hour]);
  // Now there is room again, but what was taken without it stays taken, until its own time is over.
  vi.setSystemTime(Date.now() + 2000);
  expect(await store.take('late', limit)).toBe(hour - 2000);
  vi.setSystemTime(Date.now() + hour);
  expect(await store.take('late', limit)).toBe(0);
});

test('most of those who come while there is no room for counts are served all the same', async () => {
  const store = memoryOAuthStore({ maxRecords: 100 });
  const limit = { points: 3, durationMs: hour };
  for (let count = 0; count < 100; count++) await store.take(`early ${count}`, limit);
  let served = 0;
  for (let count = 0; count < 100; count++)
    served += Number((await store.take(`late ${count}`, limit)) === 0);
  expect(served).toBeGreaterThan(90);
});

test.each([0, 1.5, -1, Number.NaN, Infinity])('%s is no number of records', (maxRecords) => {
  expect(() => memoryOAuthStore({ maxRecords })).toThrow('takes a whole number from 1');
});
