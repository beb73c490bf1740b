import type { HandlerOptions } from '@trpc-mcp/core';
import type { Connection } from './connection.ts';
import { createOutbox } from './outbox.ts';
import { append, type Entry, readStream } from './stream.ts';

/** What the handler's option `bus` takes. */
export type Bus = NonNullable<HandlerOptions['bus']>;
type Event = Parameters<Bus['publish']>[0];
type Listener = Parameters<Bus['subscribe']>[0];

export interface BusOptions {
  /** For commands that are answered at once. */
  connection: Connection;
  /** For those that wait. */
  reading: Connection;
  key: string;
  onError: (error: Error) => void;
}

export interface OpenBus extends Bus {
  /** Waits for what is being sent, then ends. */
  close(): Promise<void>;
}

/** What may have changed when nobody knows what has. */
const anyChange: Event[] = [
  { kind: 'tools_list_changed' },
  { kind: 'prompts_list_changed' },
  { kind: 'resources_list_changed' },
];

/** Nodes whose last message is remembered. One that restarts is a new one. */
const mostNodes = 10_000;

/**
 * Tells every node of a change: those here at once, whatever Redis does, and the others through a Redis stream. A node
 * that was away reads on where it was; where that is not possible, it tells its listeners that any list may have changed.
 */
export function createBus({ connection, reading, key, onError }: BusOptions): OpenBus {
  const node = crypto.randomUUID();
  const listeners = new Set<Listener>();
  // Of each node, so that a message which was sent twice, because its answer was lost, is heard once.
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
    sumUp: () => anyChange,
    onFailure: (error) =>
      onError(new Error('Other nodes hear of changes here when Redis is back', { cause: error })),
  });

  const stop = readStream({
    connection: reading,
    key,
    onEntry: receive,
    onGap: () => anyChange.forEach(deliver),
    onFailure: (error) =>
      onError(new Error('Changes on other nodes are heard here when Redis is back', { cause: error })),
  });

  return {
    publish(event) {
      deliver(event);
      outbox.add(event);
    },
    subscribe(listener) {
      // The same function may listen twice, and each has its own end.
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
