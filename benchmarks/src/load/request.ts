import type { Protocol } from '../target.ts';

/** What is asked of a server, in whichever protocol it speaks. */
export type Ask =
  | { procedure: string; input?: unknown }
  | { uri: string }
  | { prompt: string; arguments: Record<string, string> }
  | { method: 'tools/list' | 'server/discover' | 'initialize' | 'subscriptions/listen' };

/** Who is let in by the procedures' middleware. */
const user = 'Bearer alice';

/** What the official clients send with each request, by Node's own `fetch`. */
const common = {
  host: '127.0.0.1',
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  authorization: user,
  'accept-language': '*',
  'sec-fetch-mode': 'cors',
  'user-agent': 'node',
  'accept-encoding': 'gzip, deflate',
};

export interface HttpRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** What a request has besides what every client sends. */
export interface Extra {
  headers?: Record<string, string>;
  params?: Record<string, unknown>;
  /** Goes into `_meta`, such as a progress token. */
  meta?: Record<string, unknown>;
}

/** The request as a client of that protocol writes it. MCP clients add a progress token only when asked to. */
export function toHttp(protocol: Protocol, ask: Ask, extra: Extra = {}): HttpRequest {
  if (protocol === 'trpc') {
    if (!('procedure' in ask)) throw new Error(`tRPC knows nothing of ${JSON.stringify(ask)}`);
    return { path: `/trpc/${ask.procedure}`, headers: common, body: JSON.stringify(ask.input) ?? '' };
  }
  const { method, params } = toMessage(ask);
  return protocol === '2026-07-28' ? toModern(method, params, extra) : toLegacy(method, params, extra);
}

type Params = { name?: string; uri?: string; arguments?: unknown };

function toMessage(ask: Ask): { method: string; params: Params } {
  if ('procedure' in ask)
    return { method: 'tools/call', params: { name: ask.procedure, arguments: ask.input ?? {} } };
  if ('uri' in ask) return { method: 'resources/read', params: ask };
  if ('prompt' in ask)
    return { method: 'prompts/get', params: { name: ask.prompt, arguments: ask.arguments } };
  return { method: ask.method, params: {} };
}

function toModern(method: string, params: Params, extra: Extra): HttpRequest {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
    ...extra.meta,
  };
  const name = params.name ?? params.uri;
  const headers = {
    ...common,
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name !== undefined && { 'mcp-name': name }),
    ...extra.headers,
  };
  return { path: '/mcp', headers, body: toJson(method, { ...params, ...extra.params, _meta }) };
}

function toLegacy(method: string, params: Params, { headers: more, meta, ...extra }: Extra): HttpRequest {
  const hello = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1.0.0' },
  };
  const version = method !== 'initialize' && { 'mcp-protocol-version': '2025-11-25' };
  const all = { ...params, ...extra.params, ...(meta && { _meta: meta }) };
  const body = toJson(method, method === 'initialize' ? hello : all);
  return { path: '/mcp', headers: { ...common, ...version, ...more }, body };
}

function toJson(method: string, params: unknown): string {
  return JSON.stringify({ method, params, jsonrpc: '2.0', id: 1 });
}

/** The request as bytes, to be written as they are. */
export function toBytes({ path, headers, body }: HttpRequest, connection: 'keep-alive' | 'close'): Buffer {
  const all = { ...headers, connection, 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
