import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Era } from '../src/catalog/tool.ts';

/** What both official clients can do, so that one test body serves both. */
export interface TestClient extends AsyncDisposable {
  listTools(): Promise<Record<string, unknown>[]>;
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    options?: { signal?: AbortSignal },
  ): Promise<CallResult>;
}

/** A tool result without what the protocol stamps on all of them. */
export interface CallResult {
  content: unknown;
  structuredContent: unknown;
  isError: unknown;
}

export type ClientKind = keyof typeof connect;

export const clientKinds = ['2026-07-28', 'auto', '2025-11-25'] as const;

/** The era that a client speaks with this server. */
export const eraOf: Record<ClientKind, Era> = {
  '2026-07-28': 'modern',
  auto: 'modern',
  '2025-11-25': 'legacy',
};

const info = { name: 'test-client', version: '1.2.3' };

/** The official clients: v2 pinned to the revision of 2026, v2 that negotiates, and v1. */
export const connect = {
  '2026-07-28': (url: string, headers: Record<string, string> = {}) =>
    connectModern(url, headers, { pin: '2026-07-28' }),
  auto: (url: string, headers: Record<string, string> = {}) => connectModern(url, headers, 'auto'),
  async '2025-11-25'(url: string, headers: Record<string, string> = {}): Promise<TestClient> {
    const client = new LegacyClient(info);
    await client.connect(new LegacyTransport(new URL(url), { requestInit: { headers } }));
    return {
      listTools: async () => (await client.listTools()).tools,
      callTool: async (params, options) => toCallResult(await client.callTool(params, undefined, options)),
      [Symbol.asyncDispose]: () => client.close(),
    };
  },
};

async function connectModern(
  url: string,
  headers: Record<string, string>,
  mode: 'auto' | { pin: string },
): Promise<TestClient> {
  const client = new ModernClient(info, { versionNegotiation: { mode } });
  await client.connect(new ModernTransport(new URL(url), { requestInit: { headers } }));
  return {
    listTools: async () => (await client.listTools()).tools,
    callTool: async (params, options) => toCallResult(await client.callTool(params, options)),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function toCallResult({ content, structuredContent, isError }: Record<string, unknown>): CallResult {
  return { content, structuredContent, isError };
}

/** What a client gets when the tool itself says that something went wrong. */
export function toolError(text: unknown): CallResult {
  return { content: [{ type: 'text', text }], structuredContent: undefined, isError: true };
}

/** What a client gets for a value: the same JSON twice, for programs and for the model. */
export function toolValue(structuredContent: unknown): CallResult {
  const text = JSON.stringify(structuredContent);
  return { content: [{ type: 'text', text }], structuredContent, isError: undefined };
}
