import { setTimeout as sleep } from 'node:timers/promises';

/** What a client does that needs more than one request. Rejects if an answer is wrong, or does not end. */
export type Visit = (port: number) => Promise<void>;

const revision = '2025-11-25';
const deadlineMs = 30_000;
const user = 'Bearer alice';
const keys = Array.from({ length: 100 }, (_, index) => `key ${index}`);

/** A batch cancels one of its own requests: what is left of it is answered. */
const cancelInBatch: Visit = async (port) => {
  const batch = shuffle([call(1, 'wait'), call(2, 'hello', { name: 'Ada' }), cancel(1)]);
  const { status, text } = await post(port, batch);
  const answers = text.match(/"id":\d/g) ?? [];
  if (status !== 200 || answers.join() !== '"id":2')
    throw new Error(`a batch: ${status} ${text.slice(0, 200)}`);
};

/** A call of a session is cancelled: its response ends, and the session goes on. Some sessions are left open. */
const cancelInSession: Visit = async (port) => {
  const clientInfo = { name: 'soak', version: '1.0.0' };
  const hello = { protocolVersion: revision, capabilities: {}, clientInfo };
  const opened = await post(port, { jsonrpc: '2.0', id: 0, method: 'initialize', params: hello });
  const session = opened.headers.get('mcp-session-id');
  if (session === null) throw new Error(`no session: ${opened.status} ${opened.text.slice(0, 200)}`);
  const headers = { 'mcp-session-id': session };
  const waiting = post(port, call(1, 'wait'), headers);
  await sleep(Math.random() * 10);
  await post(port, cancel(1), headers);
  await waiting;
  const { status, text } = await post(port, call(2, 'hello', { name: 'Ada' }), headers);
  // Others may have opened so many sessions that this one had to end.
  if (status !== 404 && !text.includes('Hello Ada'))
    throw new Error(`a session: ${status} ${text.slice(0, 200)}`);
  if (Math.random() < 0.5)
    await fetch(urlOf(port), { method: 'DELETE', headers: { ...headers, authorization: user } });
};

/** Clients that wait for the answer of one key hang up, the one whose call runs included. */
const abandonKey: Visit = async (port) => {
  const _idempotencyKey = keys[Math.floor(Math.random() * keys.length)];
  const leaving = Array.from({ length: 3 }, async () => {
    const signal = AbortSignal.timeout(Math.ceil(Math.random() * 15));
    await post(port, call(1, 'pay', { _idempotencyKey }), {}, signal).catch(() => undefined);
  });
  await Promise.all(leaving);
};

const visits = [cancelInBatch, cancelInSession, abandonKey];

export function pickVisit(): Visit {
  return visits[Math.floor(Math.random() * visits.length)]!;
}

function call(id: number, name: string, args: Record<string, unknown> = {}): object {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } };
}

function cancel(requestId: number): object {
  return { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } };
}

function shuffle<TItem>(items: TItem[]): TItem[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}/mcp`;
}

async function post(
  port: number,
  body: object,
  headers: Record<string, string> = {},
  signal: AbortSignal = AbortSignal.timeout(deadlineMs),
): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(urlOf(port), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': revision,
      authorization: user,
      ...headers,
    },
    body: JSON.stringify(body),
    signal,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
