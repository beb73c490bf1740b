import { afterEach, expect, test, vi } from 'vitest';
import { createMemoryStore } from './memory-store.ts';
import { StoreFull } from './store.ts';

afterEach(() => void vi.useRealTimers());

const day = 86_400_000;
const limits = { bytes: 40_000, bytesOfOwner: 10_000 };

/** Adds keys until there is no room, and returns how many had room. */
async function fill(store: ReturnType<typeof createMemoryStore>, owner: string): Promise<number> {
  for (let count = 0; ; count++) {
    try {
      await store.add(`once:${owner}:${count}`, 'v'.repeat(100), day, owner);
    } catch (error) {
      expect(error).toBeInstanceOf(StoreFull);
      return count;
    }
  }
}

test('one caller fills a share, and not the store', async () => {
  const store = createMemoryStore(limits);
  const count = await fill(store, 'mallory');
  expect(count).toBeGreaterThan(10);
  await expect(store.add('once:m', '', day, 'mallory')).rejects.toMatchObject({ isOwn: true });
  expect(await store.add('once:a', 'mine', day, 'ann')).toBe(true);
  expect(await store.get('once:mallory:0')).toBe('v'.repeat(100));
  // What is there is told to be there, also when there is no room.
  expect(await store.add('once:mallory:0', '', day, 'mallory')).toBe(false);
});

test('a store that is full refuses what is new, and keeps what it has', async () => {
  const store = createMemoryStore(limits);
  await store.add('once:a', 'mine', day, 'ann');
  const counts: number[] = [];
  for (let caller = 0; caller < 5; caller++) counts.push(await fill(store, `caller ${caller}`));
  await expect(store.add('once:b', '', day, 'ben')).rejects.toMatchObject({ isOwn: false });
  expect(await store.get('once:a')).toBe('mine');
  for (const [caller, count] of counts.entries()) {
    for (let index = 0; index < count; index++) {
      expect(await store.get(`once:caller ${caller}:${index}`)).toBe('v'.repeat(100));
    }
  }
});

test('there is room again for what is deleted, and for what has ended', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const store = createMemoryStore(limits);
  const count = await fill(store, 'ann');
  await store.delete('once:ann:0');
  expect(await store.add('once:new', '', day, 'ann')).toBe(true);
  for (let index = 1; index < count; index++) await store.delete(`once:ann:${index}`);
  await store.delete('once:new');
  expect(await fill(store, 'ann')).toBe(count);
  vi.setSystemTime(Date.now() + day);
  expect(await store.get('once:ann:0')).toBe(undefined);
  expect(await fill(store, 'ann')).toBe(count);
});

test('a key that is set again is counted once, and ends later', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const store = createMemoryStore(limits);
  await store.add('once:a', 'x', 30_000, 'ann');
  for (let round = 0; round < 1000; round++) await store.set('once:a', 'x'.repeat(600), 30_000, 'ann');
  expect(await store.add('once:b', '', 30_000, 'ann')).toBe(true);
  vi.setSystemTime(Date.now() + 29_000);
  await store.set('once:a', 'y', 30_000, 'ann');
  vi.setSystemTime(Date.now() + 2000);
  expect([await store.get('once:a'), await store.get('once:b')]).toEqual(['y', undefined]);
});

test('an outcome that has no room is refused, and a short note that stands for it has room', async () => {
  const store = createMemoryStore(limits);
  await store.add('once:a', '', day, 'ann');
  await fill(store, 'ann');
  await expect(store.set('once:a', 'x'.repeat(20_000), day, 'ann')).rejects.toMatchObject({ isOwn: true });
  expect(await store.get('once:a')).toBe('');
  await store.set('once:a', 'it ran', day, 'ann');
  expect(await store.get('once:a')).toBe('it ran');
});

test('whoever has spent their points does not get them back by making new counts', async () => {
  const store = createMemoryStore(limits);
  const limit = { points: 3, durationMs: 60_000 };
  for (let point = 0; point < 4; point++) await store.take('spent', limit);
  for (let count = 0; count < 120_000; count++) await store.take(`new ${count}`, limit);
  expect(await store.take('spent', limit)).toBeGreaterThan(0);
});
