import { wire, type WireExchange } from '../session/wire.ts';

/**
 * Tells which exchanges belong to a call: its request, the requests that answer its questions, and the notice that it was
 * cancelled. A request belongs to the call with its tool and arguments; of two equal calls, to the one that has none yet.
 * Returns the function that ends it.
 */
export function noteExchanges(
  name: string,
  args: unknown,
  tell: (ids: readonly number[]) => void,
): () => void {
  const call: Call = { name, args: JSON.stringify(args), ids: [], requests: new Set(), tell };
  calls.add(call);
  return () => {
    // The notice of a cancelled call is sent after the call has ended for the client.
    setTimeout(() => calls.delete(call), 1000);
  };
}

interface Call {
  name: string;
  args: string;
  ids: readonly number[];
  /** The JSON-RPC ids of its requests. */
  requests: Set<unknown>;
  tell: (ids: readonly number[]) => void;
}

interface Message {
  id?: unknown;
  method?: string;
  params?: { name?: unknown; arguments?: unknown; inputResponses?: unknown; requestId?: unknown };
  result?: unknown;
}

const calls = new Set<Call>();
let lastSeen = 0;

wire.subscribe(() => {
  const fresh = wire.get().filter(({ id }) => id > lastSeen);
  for (const exchange of fresh) {
    lastSeen = exchange.id;
    const message = calls.size === 0 ? undefined : readMessage(exchange);
    const call = message && findCall(message);
    if (!call) continue;
    if (message.method === 'tools/call') call.requests.add(message.id);
    call.ids = [...call.ids, exchange.id];
    call.tell(call.ids);
  }
});

function findCall({ method, params, result }: Message): Call | undefined {
  const all = [...calls];
  if (method === 'notifications/cancelled')
    return all.find(({ requests }) => requests.has(params?.requestId));
  // An answer to a question of a session does not say which call has asked.
  if (method === undefined) return result !== undefined && all.length === 1 ? all[0] : undefined;
  if (method !== 'tools/call') return undefined;
  const equal = all.filter(
    ({ name, args }) => name === params?.name && args === JSON.stringify(params.arguments ?? {}),
  );
  const isAgain = params?.inputResponses !== undefined;
  return equal.find(({ ids }) => ids.length > 0 === isAgain) ?? equal.at(-1);
}

function readMessage({ requestBody }: WireExchange): Message | undefined {
  if (!requestBody) return undefined;
  try {
    return JSON.parse(requestBody) as Message;
  } catch {
    return undefined;
  }
}
