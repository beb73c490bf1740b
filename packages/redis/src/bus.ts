import type { HandlerOptions } from '@trpc-mcp/core';
import type { Connection } from './connection.ts';
import { createOutbox } from './outbox.ts';
import { append, type Entry, readStream } from './stream.ts';

/** The type of the handler's option `bus`. */
export type Bus = NonNullable<HandlerOptions['bus']>;
type Event = Parameters<Bus['publish']>[0];
type Listener = Parameters<Bus['subscribe']>[0];

export interface BusOptions {
  /** For commands that Redis answers at once. */
  connection: Connection;
  /** For commands that wait until there is something to read. */
  reading: Connection;
  key: string;
  onError: (error: Error) => void;
}

export interface OpenBus extends Bus {
  /** Sends what is waiting, then ends. */
  close(): Promise<void>;
}

/** Sent when changes were missed, so that listeners read every list again. */
const anyChange: Event[] = [
  { kind: 'tools_list_changed' },
  { kind: 'prompts_list_changed' },
  { kind: 'resources_list_changed' },
];

const changeKinds = new Set<string>([...anyChange.map(({ kind }) => kind), 'resource_updated']);

/** The number of nodes whose last message is remembered. A node that restarts counts as a new one. */
const mostNodes = 10_000;

/** How many signals of sessions are kept when too much is waiting. */
const mostSignals = 500;

/** Any change stands for all changes. What processes tell each other of sessions is no change, and the newest of it stays. */
function sumUp(waiting: Event[]): Event[] {
  const changes = waiting.filter(({ kind }) => changeKinds.has(kind));
  const signals = waiting.filter(({ kind }) => !changeKinds.has(kind));
  return [...(changes.length > 0 ? anyChange : []), ...signals.slice(-mostSignals)];
}

/**
 * Makes a bus that tells all nodes of a change: the listeners of this node at once, even when Redis is down, and the other
 * nodes through a Redis stream. A node that lost its connection reads on from where it was. When that is not possible, it
 * tells its listeners that any list may have changed.
 */
export function createBus({ connection, reading, key, onError }: BusOptions): OpenBus {
  const node = crypto.randomUUID();
  const listeners = new Set<Listener>();
  // The last number of each node. A message that was sent twice, because its answer was lost, is delivered only once.
  const heard = new Map<string, number>();

  const deliver = (event: Event) => {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (thrown) {
        onError(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    }
  };

  const receive = ({ fields: { from, number, event } }: Entry) => {
    if (from === undefined || event === undefined || from === node) return;
    if (Number(number) <= (heard.get(from) ?? 0)) return;
    heard.delete(from);
    heard.set(from, Number(number));
    for (const oldest of heard.keys()) {
      if (heard.size <= mostNodes) break;
      heard.delete(oldest);
    }
    deliver(JSON.parse(event) as Event);
  };

  const outbox = createOutbox<Event>({
    async send(event, sequence) {
      const fields = { from: node, number: String(sequence), event: JSON.stringify(event) };
      await append(connection, key, fields);
    },
    sumUp,
    onFailure: (error) =>
      onError(
        new Error('Redis cannot be reached; other nodes are told of changes on this node when it is back', {
          cause: error,
        }),
      ),
  });

  const stop = readStream({
    connection: reading,
    key,
    onEntry: receive,
    onGap: () => anyChange.forEach(deliver),
    onFailure: (error) =>
      onError(
        new Error('Redis cannot be reached; this node is told of changes on other nodes when it is back', {
          cause: error,
        }),
      ),
  });

  return {
    publish(event) {
      deliver(event);
      outbox.add(event);
    },
    subscribe(listener) {
      // A new function for each call, because the same listener may subscribe twice.
      const own: Listener = (event) => listener(event);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    async close() {
      stop();
      await outbox.flush();
      outbox.close();
    },
  };
}
