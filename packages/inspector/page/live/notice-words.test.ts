import { expect, test } from 'vitest';
import { kindOf, toNoticeWords } from './notice-words.ts';

test.each([
  ['notifications/resources/updated', { uri: 'x://a' }, 'The resource x://a has changed.'],
  [
    'notifications/progress',
    { progress: 2, total: 5, message: 'reading' },
    'A call goes on: 2 of 5, reading',
  ],
  ['notifications/progress', { progress: 2 }, 'A call goes on: 2.'],
  [
    'notifications/message',
    { level: 'warning', logger: 'db', data: { slow: true } },
    'The endpoint logs, at level warning (db): {"slow":true}',
  ],
  ['notifications/message', 'nonsense', 'The endpoint logs, at level unknown: nothing'],
  ['notifications/made/up', undefined, 'This page does not know this notification.'],
])('%s of %j is told in words', (method, params, expected) => {
  expect(toNoticeWords(method, params)).toBe(expected);
});

test('each method has a kind', () => {
  expect(
    ['tools/list_changed', 'resources/updated', 'progress', 'message', 'cancelled'].map((method) =>
      kindOf(`notifications/${method}`),
    ),
  ).toEqual(['lists', 'resources', 'progress', 'logs', 'others']);
});
