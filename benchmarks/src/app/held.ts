import { Server } from '@modelcontextprotocol/server';
import { IncomingMessage } from 'node:http';
import { queryObjects } from 'node:v8';
import { countRunning } from './long.ts';
import { sharedStore } from './shared-store.ts';

/** What a server holds that has to go away when nobody uses it. */
export type Held = Record<string, number>;

// Timers that keep no process alive are handles of nobody, and Node does not tell of them.
const Timeout = setTimeout(() => {}, 0).constructor as unknown as Constructor;

type Constructor = new (...args: unknown[]) => unknown;

/** Counts live objects, of all classes whose objects stand for something that was begun. It walks through the heap. */
export function countHeld(): Held {
  const classes: [string, unknown][] = [
    ['timers', Timeout],
    ['sessions and other servers of the SDK', Server],
    ['requests', IncomingMessage],
    ['streams', ReadableStream],
    ['signals', AbortSignal],
  ];
  return {
    ...Object.fromEntries(classes.map(([name, of]) => [name, queryObjects(of as Constructor)])),
    'calls that run': countRunning(),
    'entries of the shared store': sharedStore.size,
  };
}
