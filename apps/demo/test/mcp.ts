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
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect } from 'vitest';

export type Era = (typeof eras)[number];

export const eras = ['2026-07-28', '2025-11-25'] as const;

export interface ListedTool {
  name: string;
  title?: string | undefined;
  description?: string | undefined;
  inputSchema: { properties?: Record<string, unknown> | undefined };
  annotations?: { readOnlyHint?: boolean | undefined } | undefined;
}

export interface ListedResource {
  uri: string;
  name: string;
  title?: string | undefined;
  description?: string | undefined;
  mimeType?: string | undefined;
}

/** The contents of a resource: text, or bytes in base64. */
export interface Contents {
  uri: string;
  mimeType?: string | undefined;
  text?: string;
  blob?: string;
}

/** The prompt or resource whose argument is completed. */
export type Reference = { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string };

/** The progress of a call, as the client gets it. */
export interface Progress {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}

/** What an agent can do, with either official client. */
export interface Agent extends AsyncDisposable {
  instructions: () => string | undefined;
  listTools: () => Promise<ListedTool[]>;
  /** Calls a tool and returns its result. Throws a `Refusal` if the server answers with an error status. */
  call: <T>(
    name: string,
    args?: Record<string, unknown>,
    onprogress?: (progress: Progress) => void,
  ) => Promise<T>;
  /** The content blocks of a call. */
  content: (name: string, args?: Record<string, unknown>) => Promise<unknown[]>;
  /** The whole result of a call, as a host passes it on to an MCP App. */
  result: (name: string, args?: Record<string, unknown>) => Promise<Record<string, unknown>>;
  /** Reads one page of the list of resources. */
  listResources: (
    cursor?: string,
  ) => Promise<{ resources: ListedResource[]; nextCursor?: string | undefined }>;
  listTemplates: () => Promise<{ uriTemplate: string; name: string; mimeType?: string | undefined }[]>;
  read: (uri: string) => Promise<Contents>;
  listPrompts: () => Promise<{ name: string; title?: string | undefined; arguments?: unknown }[]>;
  /** Returns the text of a prompt that has one message. */
  prompt: (name: string, args?: Record<string, string>) => Promise<string>;
  complete: (ref: Reference, argument: string, value: string) => Promise<string[]>;
}

/** The errors of the official clients for HTTP 401 and 403, in one form. */
export class Refusal extends Error {
  readonly status: number | undefined;

  constructor(error: SdkHttpError | StreamableHTTPError) {
    super(error.message);
    this.status = error instanceof SdkHttpError ? error.status : error.code;
  }
}

/** The answer of the person when they are asked. */
export type Person = (
  question: string,
) => { action: 'accept'; content: Record<string, never> } | { action: 'decline' };

const agreeable: Person = () => ({ action: 'accept', content: {} });

/** Connects the official client of an era, with a bearer token and a person who agrees to everything. */
export async function connectAgent(
  era: Era,
  mcp: string,
  token: string,
  person: Person = agreeable,
): Promise<Agent> {
  const connect = era === '2026-07-28' ? connectModern : connectLegacy;
  const client = await connect(mcp, token, person).catch(rethrow);
  return {
    instructions: () => client.getInstructions(),
    listTools: async () => (await client.listTools()).tools,
    async call<T>(
      name: string,
      args: Record<string, unknown> = {},
      onprogress?: (progress: Progress) => void,
    ) {
      const request = { name, arguments: args };
      const result = await callTool(client, request, onprogress).catch(rethrow);
      if (result.isError) throw new Error(JSON.stringify(result.content));
      return unwrap(result.structuredContent) as T;
    },
    async content(name, args = {}) {
      const result = await callTool(client, { name, arguments: args }).catch(rethrow);
      return result.content as unknown[];
    },
    result: (name, args = {}) => callTool(client, { name, arguments: args }).catch(rethrow),
    listResources: (cursor) => client.listResources(cursor === undefined ? {} : { cursor }).catch(rethrow),
    listTemplates: async () => (await client.listResourceTemplates()).resourceTemplates,
    async read(uri) {
      const { contents } = await client.readResource({ uri }).catch(rethrow);
      expect(contents.length).toBe(1);
      return contents[0] as Contents;
    },
    listPrompts: async () => (await client.listPrompts()).prompts,
    async prompt(name, args = {}) {
      const { messages } = await client.getPrompt({ name, arguments: args }).catch(rethrow);
      expect(messages).toEqual([{ role: 'user', content: { type: 'text', text: expect.any(String) } }]);
      return (messages[0]!.content as { text: string }).text;
    },
    async complete(ref, name, value) {
      const { completion } = await client.complete({ ref, argument: { name, value } }).catch(rethrow);
      return completion.values;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

const info = { name: 'scripted-agent', version: '1.0.0' };
const capabilities = { elicitation: { form: {} } };

function callTool(
  client: ModernClient | LegacyClient,
  request: { name: string; arguments: Record<string, unknown> },
  onprogress?: (progress: Progress) => void,
) {
  if (!onprogress) return client.callTool(request);
  return client instanceof ModernClient
    ? client.callTool(request, { onprogress })
    : client.callTool(request, undefined, { onprogress });
}

async function connectModern(mcp: string, token: string, answer: Person): Promise<ModernClient> {
  const client = new ModernClient(info, {
    capabilities,
    versionNegotiation: { mode: { pin: '2026-07-28' } },
  });
  client.setRequestHandler('elicitation/create', ({ params }) => answer(params.message));
  await client.connect(new ModernTransport(new URL(mcp), withToken(token)));
  return client;
}

async function connectLegacy(mcp: string, token: string, answer: Person): Promise<LegacyClient> {
  const client = new LegacyClient(info, { capabilities });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => answer(params.message));
  await client.connect(new LegacyTransport(new URL(mcp), withToken(token)));
  return client;
}

function withToken(token: string) {
  return { requestInit: { headers: { authorization: `Bearer ${token}` } } };
}

// Clients of 2025 accept only objects, so a list is sent to them as `{ result }`.
function unwrap(content: unknown): unknown {
  return typeof content === 'object' && content && 'result' in content ? content.result : content;
}

function rethrow(error: unknown): never {
  throw error instanceof SdkHttpError || error instanceof StreamableHTTPError ? new Refusal(error) : error;
}
