import { type Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { wire, type WireExchange } from '../session/wire.ts';
import type { Stream } from './stream-state.ts';

/**
 * Follows the stream of a session of 2025: the GET that the client opens and, when it was dropped, opens again. Returns the
 * function that ends it.
 */
export function watchSessionStream(client: Client, tell: (stream: Stream) => void): () => void {
  const { transport } = client;
  if (!(transport instanceof StreamableHTTPClientTransport) || transport.sessionId === undefined) {
    tell({ kind: 'off', reason: withoutSession, isFinal: true });
    return () => undefined;
  }
  const started = Date.now();
  let last: WireExchange | undefined;
  const look = () => {
    // Requests that are long past are forgotten, also this one. It is still open then.
    const found = wire.get().findLast(({ method, at }) => method === 'GET' && at >= started - slack);
    if (!found || found === last) return;
    last = found;
    tell(toStream(found));
  };
  tell({ kind: 'opening' });
  look();
  return wire.subscribe(look);
}

/** The stream is asked for while the client still connects, a moment before anybody knows that it has. */
const slack = 5000;

const withoutSession =
  'The endpoint serves clients of revision 2025-11-25 without sessions, so that no stream is open on which it could tell of changes. ' +
  'It can with the option legacy: ‘sessions’, and to clients of 2026 always.';

function toStream({ status, ms, failure }: WireExchange): Stream {
  if (failure !== undefined) return { kind: 'dropped', reason: failure, ms: undefined };
  if (status === undefined) return { kind: 'opening' };
  if (status === 405)
    return { kind: 'off', reason: 'The endpoint has no stream for its sessions.', isFinal: true };
  if (status !== 200) return { kind: 'dropped', reason: `The endpoint answered ${status}.`, ms: undefined };
  return ms === undefined
    ? { kind: 'open' }
    : { kind: 'dropped', reason: 'The stream was cut.', ms: undefined };
}
