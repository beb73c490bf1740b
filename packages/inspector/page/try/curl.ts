import type { Tool } from '@modelcontextprotocol/client';
import type { Caller } from './caller.ts';
import { mostOfArgument, quote, quoteWithToken, toHeredoc } from './shell.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** Writes the call as a `curl` command for bash. `$TOKEN` stands for the credential. */
export function toCurl(tool: Tool, args: Arguments, caller: Caller): string {
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool.name, arguments: args } };
  if (caller.era === '2026') {
    const params = { ...call.params, _meta: envelope };
    const headers = {
      ...headersOf('2026-07-28'),
      'mcp-method': 'tools/call',
      'mcp-name': encode(tool.name),
      ...paramHeaders(tool, args),
    };
    return post({ ...call, params }, headers, caller);
  }
  const headers = headersOf('2025-11-25');
  if (!caller.hasSession) return post(call, headers, caller);
  const initialize = {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
  };
  const { 'mcp-protocol-version': _, ...first } = headers;
  // The endpoint answers a client of 2025 within a session, which begins with another request.
  return [
    `SESSION=$(${post(initialize, first, caller, ['-D -', '-o /dev/null'])} | tr -d '\\r' | sed -n 's/^[Mm]cp-[Ss]ession-[Ii]d: //p')`,
    post({ jsonrpc: '2.0', method: 'notifications/initialized' }, headers, caller, [
      '-H "mcp-session-id: $SESSION"',
    ]),
    post(call, headers, caller, ['-H "mcp-session-id: $SESSION"']),
  ].join('\n');
}

const clientInfo = { name: 'curl', version: '1' };
const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': clientInfo,
  'io.modelcontextprotocol/clientCapabilities': {},
};

function headersOf(version: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': version,
  };
}

/** Arguments that the schema also wants as headers, those inside of objects included. */
function paramHeaders({ inputSchema }: Pick<Tool, 'inputSchema'>, args: unknown): Record<string, string> {
  if (typeof args !== 'object' || args === null) return {};
  const properties = (inputSchema.properties ?? {}) as Record<
    string,
    (Tool['inputSchema'] & { 'x-mcp-header'?: unknown }) | undefined
  >;
  const found: Record<string, string> = {};
  for (const [name, property] of Object.entries(properties)) {
    const value: unknown = Object.hasOwn(args, name) ? (args as Arguments)[name] : undefined;
    const header = property?.['x-mcp-header'];
    if (typeof value === 'object' && property)
      Object.assign(found, paramHeaders({ inputSchema: property }, value));
    else if (typeof header === 'string' && value !== undefined)
      found[`mcp-param-${header}`] = encode(typeof value === 'string' ? value : JSON.stringify(value));
  }
  return found;
}

/** A header has characters of ASCII only. Others are sent in base64. */
function encode(value: string): string {
  const isPlain =
    /^[\x20-\x7E\t]*$/.test(value) && value === value.trim() && !/^=\?base64\?.*\?=$/.test(value);
  if (isPlain) return value;
  const binary = Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join('');
  return `=?base64?${btoa(binary)}?=`;
}

function post(
  body: unknown,
  headers: Record<string, string>,
  { url, secret }: Caller,
  more: string[] = [],
): string {
  const text = JSON.stringify(body);
  const isLong = text.length > mostOfArgument;
  const lines = [
    `curl -sS -X POST ${quote(url)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(secret ? [`-H ${quoteWithToken(`${secret.name}: ${secret.before}`)}`] : []),
    ...more,
    isLong ? `--data-binary @- ${toHeredoc(text)}` : `--data-raw ${quote(text)}`,
  ];
  return lines.join(' \\\n  ');
}
