import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFailureCounter } from './failure-limit.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const limit = { max: 2, windowMs: 60_000 };
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

test('an address waits for the end of the window that its first failure began', () => {
  const failures = createFailureCounter(limit);
  failures.count('192.0.2.1');
  expect(failures.msToWait('192.0.2.1')).toBe(0);
  pass(20_000);
  failures.count('192.0.2.1');
  expect([failures.msToWait('192.0.2.1'), failures.msToWait('192.0.2.2')]).toEqual([40_000, 0]);
  pass(39_500);
  expect(failures.msToWait('192.0.2.1')).toBe(500);
  pass(500);
  expect(failures.msToWait('192.0.2.1')).toBe(0);
  failures.count('192.0.2.1');
  expect(failures.msToWait('192.0.2.1')).toBe(0);
});

test.each([
  ['2001:db8:0:7::1', '2001:db8:0:7:ffff::2', true],
  ['2001:db8:0:7::1', '2001:0DB8:0000:0007:0:0:0:9', true],
  ['2001:db8:0:7::1', '2001:db8:0:8::1', false],
  ['fe80::1%eth0', 'fe80::2%eth1', true],
  ['::1', '::2', true],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
  ['user-1', 'user-2', false],
])('%s and %s count together: %s', (one, other, verdict) => {
  const failures = createFailureCounter({ max: 1, windowMs: 60_000 });
  failures.count(one);
  expect(failures.msToWait(other) > 0).toBe(verdict);
});

test('ten thousand addresses are remembered, and no more', () => {
  const failures = createFailureCounter({ max: 1, windowMs: 60_000 });
  const addressOf = (index: number) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
  for (let index = 0; index <= 10_000; index++) failures.count(addressOf(index));
  expect(failures.msToWait(addressOf(0))).toBe(0);
  expect(failures.msToWait(addressOf(1))).toBe(60_000);
  expect(failures.msToWait(addressOf(10_000))).toBe(60_000);
});
