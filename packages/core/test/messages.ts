import http from 'node:http';
import type { Era } from '../src/catalog/era.ts';

/** An answer as it arrived over the wire. */
export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON. */
  body: unknown;
}

export const eras = ['modern', 'legacy'] as const satisfies Era[];

/** Sends one request of an era, as its clients would. */
export function request(
  url: string,
  era: Era,
  method: string,
  params: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const message = toMessage(era, method, params);
  return post(url, message, { ...headersOf(era, method, params), ...headers });
}

export function call(
  url: string,
  era: Era,
  name: string,
  args?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return request(url, era, 'tools/call', { name, ...(args !== undefined && { arguments: args }) }, headers);
}

export function toMessage(
  era: Era,
  method: string,
  params: Record<string, unknown>,
): Record<string, unknown> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    ...(params['_meta'] as object | undefined),
  };
  return { jsonrpc: '2.0', id: 1, method, params: era === 'modern' ? { ...params, _meta } : params };
}

export function headersOf(
  era: Era,
  method: string,
  params: Record<string, unknown> = {},
): Record<string, string> {
  if (era === 'legacy') return { 'mcp-protocol-version': '2025-11-25' };
  const called = params['name'] ?? params['uri'];
  const name = typeof called === 'string' ? { 'mcp-name': called } : {};
  return { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...name };
}

/** Posts a message, or a body that is no message. */
export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return toAnswer(
    await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  );
}

export async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = text !== '' && response.headers.get('content-type')?.startsWith('application/json');
  const body: unknown = isJson ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body };
}

/** The answer's status and body, for tests that assert both. */
export async function seen(answer: Promise<Answer>): Promise<{ status: number; body: unknown }> {
  const { status, body } = await answer;
  return { status, body };
}

/** The whole body of a JSON-RPC error on the wire. */
export function rpcError(code: number, message: unknown, id: unknown = null): unknown {
  return { jsonrpc: '2.0', error: { code, message }, id };
}

/** Sends requests that fetch cannot send: with any Host, or with headers that announce a body which never arrives. */
export function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: string,
): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        sent.destroy();
        const isJson = response.headers['content-type'] === 'application/json';
        resolve({ status: response.statusCode, body: isJson ? (JSON.parse(text) as unknown) : text });
      });
    });
    sent.once('error', reject);
    if (body === undefined) sent.flushHeaders();
    else sent.end(body);
  });
}
