import { InMemoryServerEventBus } from '@modelcontextprotocol/server';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../../call/memory-store.ts';
import { Share } from './share.ts';

test('work that outlasts its lock does not take the lock of the next one away', async () => {
  const store = createMemoryStore();
  const secret = 'a secret of at least thirty-two bytes';
  const share = new Share({ store, bus: new InMemoryServerEventBus(), hasBus: false, secret, idleMs: 1000 });
  await share.alone('a', async () => {
    // The lock has run out, and another process has it now.
    await store.delete('a:lock');
    expect(await store.add('a:lock', 'of another process', 60_000)).toBe(true);
  });
  expect(await store.get('a:lock')).toBe('of another process');
  await store.delete('a:lock');
  expect(await share.alone('a', async () => 1)).toBe(1);
  expect(await store.get('a:lock')).toBeUndefined();
});
