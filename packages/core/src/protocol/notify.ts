import type { Server, ServerEvent, ServerEventBus, ServerNotifier } from '@modelcontextprotocol/server';
import type { Subscriptions } from './subscription.ts';

/** Makes the functions that publish changes on a bus. */
export function createNotifier(bus: ServerEventBus): ServerNotifier {
  return {
    toolsChanged: () => bus.publish({ kind: 'tools_list_changed' }),
    promptsChanged: () => bus.publish({ kind: 'prompts_list_changed' }),
    resourcesChanged: () => bus.publish({ kind: 'resources_list_changed' }),
    resourceUpdated: (uri) => bus.publish({ kind: 'resource_updated', uri }),
  };
}

/**
 * Sends a change to the client of a server. `subscribed` are the resources that the client has subscribed to, unless the
 * SDK itself knows them.
 */
export async function notifyClient(
  server: Server,
  subscribed: Subscriptions | undefined,
  event: ServerEvent,
): Promise<void> {
  switch (event.kind) {
    case 'tools_list_changed':
      return server.sendToolListChanged();
    case 'prompts_list_changed':
      return server.sendPromptListChanged();
    case 'resources_list_changed':
      return server.sendResourceListChanged();
    case 'resource_updated':
      if (subscribed && (await subscribed.hear(event.uri)).kind !== 'hears') return;
      await server.sendResourceUpdated({ uri: event.uri });
  }
}
