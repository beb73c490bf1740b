import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';

/**
 * Carries changes within one process, as the `InMemoryServerEventBus` of the SDK does. It is made at mount, when the SDK is
 * not loaded yet.
 */
export function createEventBus(): ServerEventBus {
  const listeners = new Set<Listener>();
  return {
    publish(event) {
      for (const { hear } of listeners) {
        try {
          hear(event);
        } catch {
          // The other listeners hear of it all the same.
        }
      }
    },
    subscribe(hear) {
      // An object for each subscription: a function that subscribes twice hears until it has left twice.
      const listener = { hear };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

interface Listener {
  hear: (event: ServerEvent) => void;
}
