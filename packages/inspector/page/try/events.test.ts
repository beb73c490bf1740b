import { expect, test } from 'vitest';
import { readEvents } from './events.ts';

test('events are read as they came, comments and unfinished ones left out', () => {
  const text =
    ': hello\n\nevent: message\nid: 1\ndata: {"a":1}\n\ndata: x\r\ndata:y\r\n\r\ndata\n\ndata: unfinished';
  expect(readEvents(text)).toEqual([
    { name: 'message', id: '1', data: '{"a":1}' },
    { name: undefined, id: undefined, data: 'x\ny' },
    { name: undefined, id: undefined, data: '' },
  ]);
});
