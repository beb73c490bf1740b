import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
  UnauthorizedError as ModernUnauthorized,
  type OAuthClientProvider,
} from '@modelcontextprotocol/client';
import { UnauthorizedError as LegacyUnauthorized } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

export type Era = (typeof eras)[number];

export const eras = ['2026-07-28', '2025-11-25'] as const;

/** What an official client keeps of its logins at one server. */
export class Login implements OAuthClientProvider {
  /** Nothing listens there: the browser of these tests stops there. */
  readonly redirectUrl = 'http://localhost:3999/callback';
  readonly clientMetadata;
  readonly clientMetadataUrl?: string;
  /** The URLs to which the person was sent. */
  readonly sentTo: URL[] = [];
  // Not typed further, because the types of the two client versions differ.
  #client: unknown;
  #tokens: unknown;
  #discovery: unknown;
  #verifier = '';

  constructor({
    refreshes = true,
    clientMetadataUrl,
  }: { refreshes?: boolean; clientMetadataUrl?: string } = {}) {
    if (clientMetadataUrl !== undefined) this.clientMetadataUrl = clientMetadataUrl;
    this.clientMetadata = {
      client_name: 'Scripted agent',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', ...(refreshes ? ['refresh_token'] : [])],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  clientInformation = () => this.#client as never;
  saveClientInformation(client: unknown): void {
    this.#client = client;
  }
  tokens = () => this.#tokens as never;
  saveTokens(tokens: unknown): void {
    this.#tokens = tokens;
  }
  redirectToAuthorization(url: URL): void {
    this.sentTo.push(url);
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }
  codeVerifier = () => this.#verifier;
  discoveryState = () => this.#discovery as never;
  saveDiscoveryState(state: unknown): void {
    this.#discovery = state;
  }
  invalidateCredentials(scope: string): void {
    if (scope === 'all' || scope === 'client') this.#client = undefined;
    if (scope === 'all' || scope === 'tokens') this.#tokens = undefined;
    if (scope === 'all' || scope === 'discovery') this.#discovery = undefined;
  }

  /** The same, for a test to look at. */
  get now(): { clientId?: string; accessToken?: string; refreshToken?: string; scope?: string } {
    const tokens = (this.#tokens ?? {}) as Record<string, string>;
    return {
      ...(this.#client ? { clientId: (this.#client as { client_id: string }).client_id } : {}),
      ...(tokens['access_token'] && { accessToken: tokens['access_token'] }),
      ...(tokens['refresh_token'] && { refreshToken: tokens['refresh_token'] }),
      ...(tokens['scope'] && { scope: tokens['scope'] }),
    };
  }
}

/** An official client that knows only the URL of the endpoint, and what it has saved. */
export interface OfficialClient extends AsyncDisposable {
  login: Login;
  /** Calls a tool. Throws an `isUnauthorized` error after sending the person somewhere, if it has to. */
  call(name: string, args?: Record<string, unknown>): Promise<unknown>;
  connect: () => Promise<void>;
  /** Gets a token for the code with which the person has come back. */
  finish(answer: URL): Promise<void>;
}

export function createClient(era: Era, mcp: string, login: Login): OfficialClient {
  const info = { name: 'scripted-agent', version: '1.0.0' };
  const url = new URL(mcp);
  let transport: ModernTransport | LegacyTransport;
  let client: ModernClient | LegacyClient;
  return {
    login,
    async connect() {
      if (era === '2026-07-28') {
        client = new ModernClient(info, { versionNegotiation: { mode: { pin: era } } });
        await client.connect((transport = new ModernTransport(url, { authProvider: login })));
      } else {
        client = new LegacyClient(info);
        await client.connect((transport = new LegacyTransport(url, { authProvider: login })));
      }
    },
    async call(name, args = {}) {
      const result = await client.callTool({ name, arguments: args });
      if (result.isError) throw new Error(JSON.stringify(result.content));
      return result.structuredContent;
    },
    async finish({ searchParams }) {
      if (transport instanceof ModernTransport) await transport.finishAuth(searchParams);
      else await transport.finishAuth(searchParams.get('code')!);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** Does the work, and once more after `logIn`, if a login was needed. */
export async function withLogin<TResult>(
  client: OfficialClient,
  logIn: (url: URL) => Promise<URL>,
  work: () => Promise<TResult>,
): Promise<TResult> {
  try {
    return await work();
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
    await client.finish(await logIn(client.login.sentTo.at(-1)!));
    return await work();
  }
}

/** Whether an official client says that the person has to log in first. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof ModernUnauthorized || error instanceof LegacyUnauthorized;
}
