import {
  Client,
  SdkHttpError,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { type Finding, missing, ok } from './finding.ts';
import { toObject } from './request.ts';

export interface Listed {
  finding: Finding;
  serverName?: string;
  toolNames?: readonly string[];
  /** True if the endpoint refused the credential, or wants one. */
  isRefused?: boolean;
}

/** Connects with the official client, and lists the tools. */
export async function listTools(url: string, headers: Record<string, string>): Promise<Listed> {
  const client = new Client({ name: 'trpc-mcp', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  // Without a provider for OAuth, a 401 is an error and no attempt to sign in.
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  try {
    await client.connect(transport, { timeout: 30_000 });
    const { tools } = await client.listTools(undefined, { timeout: 30_000 });
    const count = tools.length === 1 ? '1 tool' : `${tools.length} tools`;
    const serverName = client.getServerVersion()?.name;
    return {
      finding: ok('mcp', `The official client lists ${count}.`),
      ...(serverName !== undefined && { serverName }),
      toolNames: tools.map(({ name }) => name),
    };
  } catch (error) {
    const { status } = error instanceof SdkHttpError ? error : { status: undefined };
    const isRefused = status === 401 || status === 403 || error instanceof UnauthorizedError;
    const message = wordsOf(error as Error);
    const fix = isRefused
      ? "check the token: --header 'Authorization: Bearer …'"
      : 'look at the log of the server; onError of mcpHandler gets what went wrong';
    return { finding: missing('mcp', `The official client fails: ${message}`, fix), isRefused };
  } finally {
    await client.close().catch(() => undefined);
  }
}

/** The sentence of a JSON-RPC error in the body that an error quotes, or its own first line. */
function wordsOf({ message }: Error): string {
  const quoted = toObject(message.slice(Math.max(message.indexOf('{'), 0)))?.['error'] as
    { message?: unknown } | undefined;
  return typeof quoted?.message === 'string' ? quoted.message : message.split('\n')[0]!.slice(0, 300);
}
