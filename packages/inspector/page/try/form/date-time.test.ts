import { afterEach, expect, test, vi } from 'vitest';
import { fromDateTime, toDateTime } from './date-time.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('a moment is the same before and after, in every zone', () => {
  for (const TZ of ['UTC', 'Asia/Kolkata', 'America/New_York', 'Pacific/Kiritimati']) {
    vi.stubEnv('TZ', TZ);
    for (const text of [
      '2026-01-31T09:00:00Z',
      '2026-07-01T08:30:15.250Z',
      '2026-03-08T07:30:00+05:30',
      '1999-12-31T23:59:59-11:00',
    ]) {
      const { local, zone: read } = fromDateTime(text)!;
      expect(new Date(toDateTime(local, read)).getTime()).toBe(new Date(text).getTime());
    }
  }
});

test('a schema that takes no zone gets what the clock shows', () => {
  vi.stubEnv('TZ', 'Asia/Kolkata');
  expect(toDateTime('2026-01-31T09:00', 'local')).toBe('2026-01-31T03:30:00Z');
  expect(toDateTime('2026-01-31T09:00', 'utc')).toBe('2026-01-31T09:00:00Z');
  expect(toDateTime('2026-01-31T09:00', 'local', (text) => !text.endsWith('Z'))).toBe('2026-01-31T09:00:00');
});
