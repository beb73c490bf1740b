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

export type Era = (typeof eras)[number];

export const eras = ['2026-07-28', '2025-11-25'] as const;

export interface ListedTool {
  name: string;
  title?: string | undefined;
  description?: string | undefined;
  inputSchema: { properties?: Record<string, unknown> | undefined };
  annotations?: { readOnlyHint?: boolean | undefined } | undefined;
}

/** What an agent has in its hands, whichever official client it uses. */
export interface Agent extends AsyncDisposable {
  instructions: () => string | undefined;
  listTools: () => Promise<ListedTool[]>;
  /** Calls a tool and returns what it found. Throws a `Refusal` where the server answers with a status of its own. */
  call: <T>(name: string, args?: Record<string, unknown>) => Promise<T>;
}

/** What the official clients throw for HTTP 401 and 403, in one form. */
export class Refusal extends Error {
  readonly status: number | undefined;

  constructor(error: SdkHttpError | StreamableHTTPError) {
    super(error.message);
    this.status = error instanceof SdkHttpError ? error.status : error.code;
  }
}

/** Connects the official client of an era, with a bearer token. */
export async function connectAgent(era: Era, mcp: string, token: string): Promise<Agent> {
  const client = era === '2026-07-28' ? await connectModern(mcp, token) : await connectLegacy(mcp, token);
  return {
    instructions: () => client.getInstructions(),
    listTools: async () => (await client.listTools()).tools,
    async call<T>(name: string, args: Record<string, unknown> = {}) {
      const result = await client.callTool({ name, arguments: args }).catch(rethrow);
      if (result.isError) throw new Error(JSON.stringify(result.content));
      return unwrap(result.structuredContent) as T;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

const info = { name: 'scripted-agent', version: '1.0.0' };

async function connectModern(mcp: string, token: string): Promise<ModernClient> {
  const client = new ModernClient(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new ModernTransport(new URL(mcp), withToken(token)));
  return client;
}

async function connectLegacy(mcp: string, token: string): Promise<LegacyClient> {
  const client = new LegacyClient(info);
  await client.connect(new LegacyTransport(new URL(mcp), withToken(token)));
  return client;
}

function withToken(token: string) {
  return { requestInit: { headers: { authorization: `Bearer ${token}` } } };
}

// Clients of 2025 take objects only, so a list travels to them as `{ result }`.
function unwrap(content: unknown): unknown {
  return typeof content === 'object' && content && 'result' in content ? content.result : content;
}

function rethrow(error: unknown): never {
  throw error instanceof SdkHttpError || error instanceof StreamableHTTPError ? new Refusal(error) : error;
}
