import type { SubscriptionFilter } from '@modelcontextprotocol/server';
import type { Caller } from '../../call/caller.ts';
import { errorReply, type Reply } from '../exchange.ts';
import type { MessageId } from '../json-rpc.ts';
import type { Subscriptions } from '../subscription.ts';
import { Listener } from './listener.ts';
import type { Listeners } from './listeners.ts';

/**
 * Makes the reply to a `subscriptions/listen` request of the SDK's response. The SDK has checked the request, and its first
 * event says what it has agreed to. What comes after that is written here, because a stream of the SDK takes twenty times
 * the memory.
 */
export async function toListenReply(
  { status, body }: Response,
  headers: Record<string, string>,
  id: MessageId,
  subscriptions: Subscriptions | undefined,
  listeners: Listeners,
  caller: Caller,
): Promise<Reply> {
  const reader = body!.getReader();
  const { value: hello = new Uint8Array() } = await reader.read();
  const filter = readFilter(hello);
  if (Object.keys(filter).length > 0) {
    void reader.cancel();
    const owner = listeners.ownerOf(caller);
    const refused = listeners.refuse(owner);
    if (refused) return errorReply(200, refused, {}, id);
    const listener = new Listener(listeners, JSON.stringify(id), filter, subscriptions, hello, owner);
    return { status, headers, body: listener };
  }
  // There is nothing that it could hear of, so that the SDK has ended the stream.
  const chunks = [hello];
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) chunks.push(chunk.value);
  return { status, headers, body: chunks };
}

/** Reads what the SDK has agreed to. It writes each message as one line of data. */
function readFilter(hello: Uint8Array): SubscriptionFilter {
  const text = new TextDecoder().decode(hello);
  const json = text.slice(text.indexOf('data: ') + 'data: '.length);
  return (JSON.parse(json) as { params: { notifications: SubscriptionFilter } }).params.notifications;
}
