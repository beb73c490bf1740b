import type { Client, JSONRPCMessage } from '@modelcontextprotocol/client';
import { noteNotice } from '../session/notices.ts';

/** Notes the notifications that the client keeps to itself: how far calls are, and what the endpoint has cancelled. */
export function noteProgress(client: Client): void {
  const { transport } = client;
  const deliver = transport?.onmessage;
  if (!transport || !deliver) return;
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a transport has one listener
  transport.onmessage = (message: JSONRPCMessage, extra) => {
    if ('method' in message && !('id' in message) && kept.has(message.method))
      noteNotice(message.method, message.params);
    deliver(message, extra);
  };
}

const kept = new Set(['notifications/progress', 'notifications/cancelled']);
