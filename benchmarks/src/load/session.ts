import { open } from './connection.ts';
import { type Ask, type Extra, toBytes, toHttp } from './request.ts';

/** Opens a session of a client of 2025, as far as such a client does before its first call. Returns its id. */
export async function openSession(port: number): Promise<string> {
  const connection = await open(port);
  const opened = await connection.send(toBytes(toHttp('2025-11-25', { method: 'initialize' }), 'keep-alive'));
  const id = /\r\nmcp-session-id: ([^\r]+)/i.exec(opened.bytes().toString('latin1'))?.[1];
  if (id === undefined) throw new Error(`no session: ${opened.bytes().toString().slice(0, 400)}`);
  const ready = toHttp('2025-11-25', { method: 'tools/list' }, { headers: { 'mcp-session-id': id } });
  const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const { status } = await connection.send(toBytes({ ...ready, body }, 'keep-alive'));
  if (status !== 202) throw new Error(`a session was not ready: the answer is ${status}`);
  connection.close();
  return id;
}

/** A request in a session. */
export function inSession(id: string, ask: Ask, extra: Extra = {}): Buffer {
  const headers = { ...extra.headers, 'mcp-session-id': id };
  return toBytes(toHttp('2025-11-25', ask, { ...extra, headers }), 'keep-alive');
}
