import { createHash, randomBytes } from 'node:crypto';

/** A client that does its part of the protocol by hand, and can send each request to another process. */
export interface CodeFlow {
  clientId: string;
  /** Where the person is sent. */
  url: URL;
  redeem(at: string, answer: URL): Promise<TokenAnswer>;
  refresh(at: string, refreshToken: string): Promise<TokenAnswer>;
}

/** The answer of the token endpoint. */
export interface TokenAnswer {
  status: number;
  error?: string;
  access_token?: string;
  refresh_token?: string;
}

export interface FlowOptions {
  /** The process where it registers. By default the public address. */
  registerAt?: string;
  /** By default a port where nothing listens: the browser of these tests stops there. */
  redirectUri?: string;
  /** The redirect URI that it registers. By default the one that it uses. */
  registeredUri?: string;
}

/** Registers. `url` is the public address of the app. */
export async function beginFlow(
  url: string,
  { registerAt = url, redirectUri = unusedUri, registeredUri = redirectUri }: FlowOptions = {},
): Promise<CodeFlow> {
  const registered = await register(registerAt, registeredUri);
  if (registered.status !== 201) throw new Error(`not registered: ${await registered.text()}`);
  const { client_id: clientId } = (await registered.json()) as { client_id: string };
  const verifier = randomBytes(32).toString('base64url');
  const authorize = new URL(`${url}/oauth/authorize`);
  authorize.search = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'app:read',
    state: 'x',
    resource: `${url}/mcp`,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const ask = async (at: string, body: Record<string, string>): Promise<TokenAnswer> => {
    const response = await fetch(`${at}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: clientId, resource: `${url}/mcp`, ...body }),
    });
    return { status: response.status, ...((await response.json()) as object) };
  };
  return {
    clientId,
    url: authorize,
    redeem: (at, answer) =>
      ask(at, {
        grant_type: 'authorization_code',
        code: answer.searchParams.get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }),
    refresh: (at, refreshToken) => ask(at, { grant_type: 'refresh_token', refresh_token: refreshToken }),
  };
}

const unusedUri = 'http://127.0.0.1:3998/callback';

export function register(at: string, redirectUri: string = unusedUri): Promise<Response> {
  return fetch(`${at}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'A client by hand',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    }),
  });
}

/** Lists the tools with this token. Returns the status. */
export async function statusWith(mcpAt: string, accessToken: string | undefined): Promise<number> {
  const response = await fetch(mcpAt, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  await response.body?.cancel();
  return response.status;
}
