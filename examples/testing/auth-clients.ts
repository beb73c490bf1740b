import {
  Client as ModernClient,
  SdkHttpError,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import {
  StreamableHTTPClientTransport as LegacyTransport,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';

export const revisions = ['2026-07-28', '2025-11-25'] as const;

export interface ConnectedClient extends AsyncDisposable {
  listTools(): Promise<string[]>;
  /** Calls a tool and returns its text. Throws `{ status }` for an HTTP error. */
  callTool(name: string, args?: Record<string, unknown>): Promise<{ isError: boolean; text: string }>;
}

/** Connects the official client of a revision. Rejects with `{ status }` if the endpoint refuses it. */
export async function connect(
  revision: (typeof revisions)[number],
  url: string,
  headers: Record<string, string>,
): Promise<ConnectedClient> {
  const info = { name: 'example', version: '1.0.0' };
  const options = { requestInit: { headers } };
  let client: ModernClient | LegacyClient;
  if (revision === '2026-07-28') {
    client = new ModernClient(info, { versionNegotiation: { mode: { pin: revision } } });
    await client.connect(new ModernTransport(new URL(url), options)).catch(rethrow);
  } else {
    client = new LegacyClient(info);
    await client.connect(new LegacyTransport(new URL(url), options)).catch(rethrow);
  }
  return {
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async callTool(name, args = {}) {
      const result = await client.callTool({ name, arguments: args }).catch(rethrow);
      const [first] = result.content as { text: string }[];
      return { isError: result.isError === true, text: first?.text ?? '' };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

export interface RefusedByStatus {
  status: number | undefined;
}

function rethrow(error: unknown): never {
  const { status } = error instanceof SdkHttpError ? error : { status: undefined };
  const refusal = error instanceof StreamableHTTPError ? error.code : status;
  throw Object.assign(new Error(String(error)), { status: refusal });
}

/** An answer to plain fetch. */
export interface PlainAnswer {
  status: number;
  /** The header `WWW-Authenticate`. */
  challenge: string | null;
  /** The text that a model would read. */
  text: string;
  headers: Headers;
  body: unknown;
}

/** Calls a tool with plain fetch, as a client of revision 2026-07-28 does. */
export async function callTool(
  url: string,
  name: string,
  headers: Record<string, string> = {},
  args: Record<string, unknown> = {},
): Promise<PlainAnswer> {
  return send(url, 'tools/call', { ...headers, 'mcp-name': name }, { name, arguments: args });
}

/** Sends any method with plain fetch. */
export async function send(
  url: string,
  method: string,
  headers: Record<string, string> = {},
  params: Record<string, unknown> = {},
): Promise<PlainAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }),
  });
  const body: unknown = await response.json();
  const { result, error } = body as {
    result?: { content?: { text: string }[] };
    error?: { message: string };
  };
  const text = error?.message ?? result?.content?.[0]?.text ?? '';
  const challenge = response.headers.get('www-authenticate');
  return { status: response.status, challenge, text, headers: response.headers, body };
}

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
