import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

export const revisions = ['2026-07-28', '2025-11-25'] as const;

export type Revision = (typeof revisions)[number];

/** What both official clients can do, so that one test body serves both. */
export interface ConnectedClient extends AsyncDisposable {
  listTools(): Promise<string[]>;
  callTool(
    name: string,
    args?: Record<string, unknown>,
    onProgress?: (progress: { progress: number }) => void,
  ): Promise<{ content: unknown; structuredContent: unknown; isError: boolean }>;
}

const info = { name: 'example', version: '1.0.0' };

export async function connectHttp(
  revision: Revision,
  url: string,
  headers: Record<string, string>,
): Promise<ConnectedClient> {
  const options = { requestInit: { headers } };
  const client = createClient(revision);
  if (client instanceof ModernClient) await client.connect(new ModernHttp(new URL(url), options));
  else await client.connect(new LegacyHttp(new URL(url), options));
  return toConnected(client);
}

export interface Command {
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  stderr?: 'ignore';
}

export async function connectStdio(revision: Revision, command: Command): Promise<ConnectedClient> {
  const client = createClient(revision);
  if (client instanceof ModernClient) await client.connect(new ModernStdio(command));
  else await client.connect(new LegacyStdio(command));
  return toConnected(client);
}

function createClient(revision: Revision): ModernClient | LegacyClient {
  if (revision === '2025-11-25') return new LegacyClient(info);
  return new ModernClient(info, { versionNegotiation: { mode: { pin: revision } } });
}

function toConnected(client: ModernClient | LegacyClient): ConnectedClient {
  return {
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async callTool(name, args = {}, onProgress) {
      const params = { name, arguments: args };
      const options = onProgress && { onprogress: onProgress };
      const { content, structuredContent, isError } =
        client instanceof ModernClient
          ? await client.callTool(params, options)
          : await client.callTool(params, undefined, options);
      return { content, structuredContent, isError: isError === true };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
