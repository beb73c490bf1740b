import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Era } from '../src/catalog/era.ts';

/** What both official clients can do, so that one test body serves both. */
export interface TestClient extends AsyncDisposable {
  listTools(): Promise<Record<string, unknown>[]>;
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    options?: { signal?: AbortSignal; onprogress?: (progress: Progress) => void },
  ): Promise<CallResult>;
  /** Reads all pages. */
  listResources(): Promise<Record<string, unknown>[]>;
  listResourceTemplates(): Promise<Record<string, unknown>[]>;
  /** Returns only the contents. */
  readResource(uri: string): Promise<unknown>;
  listPrompts(): Promise<Record<string, unknown>[]>;
  getPrompt(name: string, args?: Record<string, string>): Promise<PromptResult>;
  complete(params: CompleteParams): Promise<unknown>;
  /** The capabilities of the server. */
  capabilities(): Record<string, unknown>;
}

export interface Progress {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}

/** A prompt without the fields that the protocol adds to all results. */
export interface PromptResult {
  description: unknown;
  messages: unknown;
}

export interface CompleteParams {
  ref: { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string };
  argument: { name: string; value: string };
  context?: { arguments?: Record<string, string> };
}

/** A tool result without the fields that the protocol adds to all results. */
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

/** The answer of the person at a client, to every question. */
export type Elicit = (message: string) => Record<string, string | number | boolean>;

interface ConnectOptions {
  /** For hosts that global `fetch` cannot reach. */
  fetch?: typeof fetch;
  /** Without it, the client cannot be asked. */
  elicit?: Elicit;
}

/** The official clients over HTTP: v2 pinned to the revision of 2026, v2 that negotiates, and v1. */
export const connect = toClients(
  (url: string, headers: Record<string, string> = {}, options: ConnectOptions = {}) => {
    const { elicit, ...others } = options;
    const init = [new URL(url), { requestInit: { headers }, ...others }] as const;
    return { elicit, modern: () => new ModernTransport(...init), legacy: () => new LegacyTransport(...init) };
  },
);

/** The same clients, which start the server themselves and speak to it over stdio. */
export const connectStdio = toClients(
  (command: { command: string; args: string[] }, env: Record<string, string> = {}, elicit?: Elicit) => {
    const init = { ...command, env, stderr: 'ignore' } as const;
    return { elicit, modern: () => new ModernStdio(init), legacy: () => new LegacyStdio(init) };
  },
);

interface Connection {
  elicit: Elicit | undefined;
  modern: () => Parameters<ModernClient['connect']>[0];
  legacy: () => Parameters<LegacyClient['connect']>[0];
}

function toClients<TTarget extends unknown[]>(toConnection: (...target: TTarget) => Connection) {
  return {
    '2026-07-28': (...target: TTarget) => connectModern({ pin: '2026-07-28' }, toConnection(...target)),
    auto: (...target: TTarget) => connectModern('auto', toConnection(...target)),
    '2025-11-25': (...target: TTarget) => connectLegacy(toConnection(...target)),
  };
}

async function connectLegacy({ elicit, legacy }: Connection): Promise<TestClient> {
  const client = new LegacyClient(info, elicit && { capabilities: { elicitation: {} } });
  if (elicit) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => ({
      action: 'accept',
      content: elicit(params.message),
    }));
  }
  await client.connect(legacy());
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
}

async function connectModern(
  mode: 'auto' | { pin: string },
  { elicit, modern }: Connection,
): Promise<TestClient> {
  const client = new ModernClient(info, {
    versionNegotiation: { mode },
    ...(elicit && { capabilities: { elicitation: {} } }),
  });
  if (elicit) {
    client.setRequestHandler('elicitation/create', ({ params }) => ({
      action: 'accept',
      content: elicit(params.message),
    }));
  }
  await client.connect(modern());
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

/** The result that a client gets when the tool itself fails. */
export function toolError(text: unknown): CallResult {
  return { content: [{ type: 'text', text }], structuredContent: undefined, isError: true };
}

/** The result that a client gets for a value: the same JSON twice, for programs and for the model. */
export function toolValue(structuredContent: unknown): CallResult {
  const text = JSON.stringify(structuredContent);
  return { content: [{ type: 'text', text }], structuredContent, isError: undefined };
}
