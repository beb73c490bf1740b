import {
  type ServerEvent,
  SUBSCRIPTION_ID_META_KEY,
  type SubscriptionFilter,
} from '@modelcontextprotocol/server';
import { toEvent } from '../event-stream.ts';

/** The notifications that a client of 2026 can listen for, each with the name that a filter has for it. */
const kinds: Record<ServerEvent['kind'], readonly [method: string, filter: FilterName]> = {
  tools_list_changed: ['notifications/tools/list_changed', 'toolsListChanged'],
  prompts_list_changed: ['notifications/prompts/list_changed', 'promptsListChanged'],
  resources_list_changed: ['notifications/resources/list_changed', 'resourcesListChanged'],
  resource_updated: ['notifications/resources/updated', 'resourceSubscriptions'],
};

type FilterName = keyof SubscriptionFilter;

/** What a client is told. For ten thousand clients it is serialized once: only the ids of their subscriptions differ. */
export class Change {
  /** The name that a filter has for it. */
  readonly filter: FilterName;
  /** The resource that has changed, if it is about one. */
  readonly uri: string | undefined;
  /** All of it but the id, and so the same for changes that repeat each other. */
  readonly head: string;
  #id: string | undefined;
  #bytes: Uint8Array | undefined;

  constructor(event: ServerEvent) {
    const [method, filter] = kinds[event.kind];
    const uri = event.kind === 'resource_updated' ? event.uri : undefined;
    const { _meta, ...params } = { ...event.params, ...(uri !== undefined && { uri }) } as {
      _meta?: Record<string, unknown>;
    };
    const { [SUBSCRIPTION_ID_META_KEY]: _, ...meta } = _meta ?? {};
    const stamped = { ...params, _meta: { ...meta, [SUBSCRIPTION_ID_META_KEY]: 0 } };
    this.filter = filter;
    this.uri = uri;
    this.head = JSON.stringify({ jsonrpc: '2.0', method, params: stamped }).slice(0, -'0}}}'.length);
  }

  /** Writes it for the subscription with this id, which is JSON. Most clients give their first one the same. */
  toEvent(id: string): Uint8Array {
    if (this.#bytes && this.#id === id) return this.#bytes;
    this.#id = id;
    return (this.#bytes = toEvent(`${this.head}${id}}}}`));
  }
}

/** Makes the change that an event of the bus tells of. Other events are for sessions. */
export function toChange(event: ServerEvent): Change | undefined {
  return Object.hasOwn(kinds, event.kind) ? new Change(event) : undefined;
}
