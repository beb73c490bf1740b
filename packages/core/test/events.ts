/** An event as it is on the wire. */
export interface WireEvent {
  id?: string;
  retry?: string;
  data: string;
}

/** A response of a session: a stream of events, or one body. */
export interface EventResponse {
  status: number;
  headers: Headers;
  /** The next event, or `undefined` at the end. */
  next(): Promise<WireEvent | undefined>;
  /** Everything up to the end. */
  rest(): Promise<WireEvent[]>;
  /** The body of a response that is no stream. */
  body(): Promise<unknown>;
  hangUp(): void;
}

const version = { 'mcp-protocol-version': '2025-11-25' };

export const hello = (protocolVersion = '2025-11-25', capabilities: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion, capabilities, clientInfo: { name: 'raw', version: '1' } },
});

export const toolCall = (name: string, id: number | string = 2, _meta?: object) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, ...(_meta && { _meta }) },
});

/** Sends a message of a session, or with `undefined` a GET. */
export async function sendRaw(
  url: string,
  message: unknown,
  headers: Record<string, string> = {},
): Promise<EventResponse> {
  const abort = new AbortController();
  const response = await fetch(url, {
    method: message === undefined ? 'GET' : 'POST',
    headers: {
      ...version,
      accept: message === undefined ? 'text/event-stream' : 'application/json, text/event-stream',
      ...(message !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(message !== undefined && { body: JSON.stringify(message) }),
    signal: abort.signal,
  });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  const reader = isStream ? response.body!.getReader() : undefined;
  const decoder = new TextDecoder();
  const waiting: WireEvent[] = [];
  let rest = '';
  const next = async (): Promise<WireEvent | undefined> => {
    while (waiting.length === 0) {
      const { done, value } = await reader!.read();
      if (done) return undefined;
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
      rest = blocks.pop()!;
      waiting.push(...blocks.map(toWireEvent).filter((event) => event !== undefined));
    }
    return waiting.shift();
  };
  return {
    status: response.status,
    headers: response.headers,
    next,
    async rest() {
      const all: WireEvent[] = [];
      for (let event = await next(); event; event = await next()) all.push(event);
      return all;
    },
    async body() {
      const text = await response.text();
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    },
    hangUp: () => abort.abort(),
  };
}

/** Opens a session. Returns the headers for its requests. */
export async function openRaw(
  url: string,
  headers: Record<string, string> = {},
  opening: unknown = hello(),
): Promise<Record<string, string>> {
  const opened = await sendRaw(url, opening, headers);
  await opened.body();
  return { ...headers, 'mcp-session-id': opened.headers.get('mcp-session-id')! };
}

/** Goes on after an event. */
export function resumeRaw(url: string, session: Record<string, string>, id: string): Promise<EventResponse> {
  return sendRaw(url, undefined, { ...session, 'last-event-id': id });
}

export function dataOf(event: WireEvent | undefined): Record<string, unknown> {
  return JSON.parse(event!.data) as Record<string, unknown>;
}

/** Reads the lines of one event. Comments keep a connection alive, and are left out. */
function toWireEvent(block: string): WireEvent | undefined {
  const fields = block
    .split('\n')
    .filter((line) => !line.startsWith(':'))
    .map((line) => /^(\w+): ?(.*)$/.exec(line)!.slice(1) as [string, string]);
  return fields.length === 0 ? undefined : (Object.fromEntries(fields) as unknown as WireEvent);
}
