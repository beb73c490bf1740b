import { Client as ModernClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, ListToolsResultSchema } from '@modelcontextprotocol/sdk/types.js';
import type { createApp } from '../server.ts';
import { tokens } from '../store/store.ts';

export const eras = ['modern', 'legacy'] as const;
export type Era = (typeof eras)[number];

/** A schema as it came over the wire. */
export type Schema = Record<string, unknown>;

export interface ListedTool {
  name: string;
  description?: string | undefined;
  inputSchema: Schema;
  outputSchema?: Schema | undefined;
}

export interface CallResult {
  isError?: boolean | undefined;
  structuredContent?: unknown;
  _meta?: Record<string, unknown> | undefined;
}

/** An official client of one era, which speaks with the app in memory. */
export interface Connection {
  /** The list as it came, whatever the client makes of it. */
  list(): Promise<ListedTool[]>;
  /** Whether the client itself takes the list, with all its schemas. */
  acceptsList(): Promise<boolean>;
  /** Calls a tool, and looks at no schema of it. */
  call(name: string, args: Record<string, unknown>): Promise<CallResult>;
}

type App = ReturnType<typeof createApp>['app'];

const url = new URL('http://localhost/mcp');
const info = { name: 'figures', version: '1.0.0' };

/** Somebody who may do everything, so that it is their arguments which decide. */
const requestInit = { headers: { authorization: `Bearer ${tokens.ada}` } };

export const connect: Record<Era, (app: App) => Promise<Connection>> = {
  modern: async (app) => {
    const client = new ModernClient(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(new StreamableHTTPClientTransport(url, { fetch: fetchOf(app), requestInit }));
    return {
      list: async () => (await client.request({ method: 'tools/list' })).tools,
      acceptsList: () => succeeds(client.listTools()),
      call: (name, args) => client.request({ method: 'tools/call', params: { name, arguments: args } }),
    };
  },
  legacy: async (app) => {
    const client = new LegacyClient(info);
    const transport = new LegacyTransport(url, { fetch: fetchOf(app), requestInit });
    await client.connect(transport);
    return {
      list: async () => (await client.request({ method: 'tools/list' }, ListToolsResultSchema)).tools,
      acceptsList: () => succeeds(client.listTools()),
      call: (name, args) =>
        client.request({ method: 'tools/call', params: { name, arguments: args } }, CallToolResultSchema),
    };
  },
};

function fetchOf(app: App) {
  return async (address: string | URL, init?: RequestInit): Promise<Response> =>
    app.fetch(new Request(address, init));
}

function succeeds(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => true,
    () => false,
  );
}
