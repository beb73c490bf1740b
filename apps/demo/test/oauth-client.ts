import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
  UnauthorizedError as ModernUnauthorized,
  type OAuthClientProvider,
} from '@modelcontextprotocol/client';
import { UnauthorizedError as LegacyUnauthorized } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { allow, type Browser } from './login.ts';
import type { Era } from './mcp.ts';

/** The redirect URL. No server listens there: the browser of these tests stops there and reads the code. */
const redirectUrl = 'http://localhost:3999/callback';

/** The login data of an app on a person's machine, for the official clients. */
export class Login implements OAuthClientProvider {
  readonly redirectUrl = redirectUrl;
  readonly clientMetadata;
  /** The URLs to which the person was sent. */
  readonly sentTo: URL[] = [];
  // Not typed further, because the types of the two client versions differ.
  #client: unknown;
  #tokens: unknown;
  #discovery: unknown;
  #verifier = '';

  constructor(grantTypes: string[]) {
    this.clientMetadata = {
      client_name: 'Scripted agent',
      redirect_uris: [redirectUrl],
      grant_types: grantTypes,
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
  /** The scopes that the person has allowed. */
  scope = () => (this.#tokens as { scope?: string } | undefined)?.scope;
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
}

/** An official client that knows only the endpoint's URL. */
export interface LoggedInClient extends AsyncDisposable {
  login: Login;
  /** Calls a tool, and logs in again if the tool needs more scopes. */
  call: (name: string, args?: Record<string, unknown>) => Promise<unknown>;
  listTools: () => Promise<string[]>;
}

/** Connects a client, which sends the person to the app. There the person with this email address signs in and allows it. */
export async function connectByLogin(
  era: Era,
  mcp: string,
  browser: Browser,
  email: string,
): Promise<LoggedInClient> {
  // If the client of 2025 has a refresh token, it answers every challenge with it. It then gets the same scopes
  // again, and never asks the person for more.
  const refreshes = era === '2026-07-28' ? ['refresh_token'] : [];
  const login = new Login(['authorization_code', ...refreshes]);
  const info = { name: 'scripted-agent', version: '1.0.0' };
  const url = new URL(mcp);
  let transport: ModernTransport | LegacyTransport;
  let client: ModernClient | LegacyClient;
  const start = async () => {
    if (era === '2026-07-28') {
      client = new ModernClient(info, { versionNegotiation: { mode: { pin: era } } });
      await client.connect((transport = new ModernTransport(url, { authProvider: login })));
    } else {
      client = new LegacyClient(info);
      await client.connect((transport = new LegacyTransport(url, { authProvider: login })));
    }
  };
  /** Does the work, and repeats it after a login if one was needed. */
  const withLogin = async <TResult>(work: () => Promise<TResult>): Promise<TResult> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ModernUnauthorized || error instanceof LegacyUnauthorized)) throw error;
      const { searchParams } = await allow(browser, login.sentTo.at(-1)!, email);
      if (transport instanceof ModernTransport) await transport.finishAuth(searchParams);
      else await transport.finishAuth(searchParams.get('code')!);
      return await work();
    }
  };
  await withLogin(start);
  return {
    login,
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (name, args = {}) =>
      withLogin(async () => {
        const result = await client.callTool({ name, arguments: args });
        if (result.isError) throw new Error(JSON.stringify(result.content));
        return result.structuredContent;
      }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}
