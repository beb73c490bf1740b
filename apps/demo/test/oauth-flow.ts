import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';

/** The redirect URL of the client. No server listens there. */
export const redirectUri = 'http://127.0.0.1:3998/callback';

export interface Flow {
  /** The URL to which the person is sent. */
  url: string;
  /** Exchanges the code for tokens. */
  redeem: (code: string) => Promise<{ access_token: string; scope: string }>;
}

/** Does the client's part by hand, up to the URL to which the person is sent. */
export async function begin(url: string, scope = 'backoffice:read'): Promise<Flow> {
  const registered = await fetch(`${url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'A <b>client</b>',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    }),
  });
  expect(registered.status).toBe(201);
  const { client_id: clientId } = (await registered.json()) as { client_id: string };
  const verifier = randomBytes(32).toString('base64url');
  const query = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    state: 'x',
    resource: `${url}/mcp`,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  return {
    url: `${url}/oauth/authorize?${new URLSearchParams(query).toString()}`,
    redeem: async (code) => {
      const response = await fetch(`${url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          client_id: clientId,
          grant_type: 'authorization_code',
          code,
          redirect_uri: redirectUri,
          code_verifier: verifier,
          resource: `${url}/mcp`,
        }),
      });
      expect(response.status).toBe(200);
      return (await response.json()) as { access_token: string; scope: string };
    },
  };
}
