import type { ServerEvent } from '@modelcontextprotocol/server';
import { expect, test } from 'vitest';
import { createEventBus } from './event-bus.ts';

const event: ServerEvent = { kind: 'tools_list_changed' };

test('every listener hears of an event at once, also when another one throws', () => {
  const bus = createEventBus();
  const heard: string[] = [];
  bus.subscribe(() => {
    heard.push('first');
    throw new Error('no');
  });
  bus.subscribe(({ kind }) => heard.push(kind));
  bus.publish(event);
  expect(heard).toEqual(['first', 'tools_list_changed']);
});

test('a listener that leaves while an event is told hears no more, and the others do', () => {
  const bus = createEventBus();
  const heard: string[] = [];
  const leave = bus.subscribe(() => {
    heard.push('first');
    leave();
  });
  bus.subscribe(() => heard.push('second'));
  bus.publish(event);
  bus.publish(event);
  leave();
  expect(heard).toEqual(['first', 'second', 'second']);
});
