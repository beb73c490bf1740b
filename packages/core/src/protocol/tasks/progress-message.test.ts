import { afterEach, expect, test, vi } from 'vitest';
import { createTicker } from './progress-message.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('messages are written one after the other, however slow the store is, and none after the end', async () => {
  vi.useFakeTimers();
  const written: string[] = [];
  const ends: (() => void)[] = [];
  const ticker = createTicker((message) => {
    written.push(message);
    return new Promise((resolve) => ends.push(resolve));
  });
  ticker.tell('one');
  await vi.advanceTimersByTimeAsync(5000);
  ticker.tell('two');
  ticker.tell('three');
  await vi.advanceTimersByTimeAsync(5000);
  expect(written).toEqual(['one']);
  ends.shift()!();
  await vi.advanceTimersByTimeAsync(1000);
  expect(written).toEqual(['one', 'three']);
  let hasStopped = false;
  const stopping = ticker.stop().then(() => (hasStopped = true));
  ticker.tell('four');
  await vi.advanceTimersByTimeAsync(5000);
  expect(hasStopped).toBe(false);
  ends.shift()!();
  await stopping;
  expect(written).toEqual(['one', 'three']);
  expect(vi.getTimerCount()).toBe(0);
});
