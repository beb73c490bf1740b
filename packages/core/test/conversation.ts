import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { CallMethod } from '../src/protocol/call-by-name.ts';
import type { ClientKind } from './clients.ts';

/** An official client whose calls take several rounds. */
export interface Conversation extends AsyncDisposable {
  call(
    method: CallMethod,
    params: Record<string, unknown>,
    options?: {
      signal?: AbortSignal;
      onprogress?: (progress: Heard) => void;
      timeout?: number;
      resetTimeoutOnProgress?: boolean;
    },
  ): Promise<Record<string, unknown>>;
  listTools(): Promise<Record<string, unknown>[]>;
}

/** Progress, as the clients report it. */
export interface Heard {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}

/** What a person is shown, as it came over the wire. */
export interface Shown {
  message: string;
  mode?: string | undefined;
  url?: string | undefined;
  requestedSchema?: unknown;
}

export interface Manners {
  headers?: Record<string, string>;
  /** The answer of the person. Without it, the client cannot be asked. */
  onQuestion?: (shown: Shown) => Record<string, unknown> | Promise<Record<string, unknown>>;
}

const info = { name: 'test-client', version: '1.2.3' };
const elicitation = { form: {}, url: {} };

/** Connects the official client of a kind, with or without a person who answers. */
export async function converse(
  kind: ClientKind,
  url: string,
  { headers = {}, onQuestion }: Manners = {},
): Promise<Conversation> {
  const capabilities = onQuestion ? { elicitation } : {};
  const init = { requestInit: { headers } };
  if (kind === '2025-11-25') {
    const client = new LegacyClient(info, { capabilities });
    if (onQuestion) {
      client.setRequestHandler(
        ElicitRequestSchema,
        async ({ params }) => (await onQuestion(params as Shown)) as never,
      );
    }
    await client.connect(new LegacyTransport(new URL(url), init));
    return {
      async call(method, params, options) {
        if (method === 'tools/call') return client.callTool(params as never, undefined, options);
        if (method === 'prompts/get') return client.getPrompt(params as never, options);
        return client.readResource(params as never, options);
      },
      listTools: async () => (await client.listTools()).tools,
      [Symbol.asyncDispose]: () => client.close(),
    };
  }
  const mode = kind === 'auto' ? kind : { pin: kind };
  const client = new ModernClient(info, { capabilities, versionNegotiation: { mode } });
  if (onQuestion) {
    client.setRequestHandler(
      'elicitation/create',
      async ({ params }) => (await onQuestion(params as Shown)) as never,
    );
  }
  await client.connect(new ModernTransport(new URL(url), init));
  return {
    async call(method, params, options) {
      if (method === 'tools/call') return client.callTool(params as never, options);
      if (method === 'prompts/get') return client.getPrompt(params as never, options);
      return client.readResource(params as never, options);
    },
    listTools: async () => (await client.listTools()).tools,
    [Symbol.asyncDispose]: () => client.close(),
  };
}
