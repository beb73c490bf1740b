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
  /** All pages of them. */
  listResources(): Promise<Record<string, unknown>[]>;
  listResourceTemplates(): Promise<Record<string, unknown>[]>;
  /** The contents alone. */
  readResource(uri: string): Promise<unknown>;
  listPrompts(): Promise<Record<string, unknown>[]>;
  getPrompt(name: string, args?: Record<string, string>): Promise<PromptResult>;
  complete(params: CompleteParams): Promise<unknown>;
  /** What the server says it can do. */
  capabilities(): Record<string, unknown>;
}

/** A prompt without what the protocol stamps on all results. */
export interface PromptResult {
  description: unknown;
  messages: unknown;
}

export interface CompleteParams {
  ref: { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string };
  argument: { name: string; value: string };
  context?: { arguments?: Record<string, string> };
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
      async listResources() {
        const all: Record<string, unknown>[] = [];
        let cursor: string | undefined;
        do {
          const page = await client.listResources(cursor === undefined ? {} : { cursor });
          all.push(...page.resources);
          cursor = page.nextCursor;
        } while (cursor !== undefined);
        return all;
      },
      listResourceTemplates: async () => (await client.listResourceTemplates()).resourceTemplates,
      readResource: async (uri) => (await client.readResource({ uri })).contents,
      listPrompts: async () => (await client.listPrompts()).prompts,
      getPrompt: async (name, args) => toPromptResult(await client.getPrompt(toPromptParams(name, args))),
      complete: async (params) => (await client.complete(params)).completion,
      capabilities: () => ({ ...client.getServerCapabilities() }),
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
    listResources: async () => (await client.listResources()).resources,
    listResourceTemplates: async () => (await client.listResourceTemplates()).resourceTemplates,
    readResource: async (uri) => (await client.readResource({ uri })).contents,
    listPrompts: async () => (await client.listPrompts()).prompts,
    getPrompt: async (name, args) => toPromptResult(await client.getPrompt(toPromptParams(name, args))),
    complete: async (params) => (await client.complete(params)).completion,
    capabilities: () => ({ ...client.getServerCapabilities() }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function toCallResult({ content, structuredContent, isError }: Record<string, unknown>): CallResult {
  return { content, structuredContent, isError };
}

function toPromptParams(name: string, args?: Record<string, string>) {
  return { name, ...(args && { arguments: args }) };
}

function toPromptResult({ description, messages }: Record<string, unknown>): PromptResult {
  return { description, messages };
}

/** The protocol error that a request is answered with. v1 puts the code into the message too. */
export async function protocolErrorOf(
  answer: Promise<unknown>,
): Promise<{ code: unknown; message: string; data: unknown }> {
  const { code, message, data } = await answer.then(
    () => {
      throw new Error('it was answered with a result');
    },
    (thrown: unknown) => thrown as { code: unknown; message: string; data: unknown },
  );
  return { code, message: message.replace(/^MCP error -\d+: /, ''), data };
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
