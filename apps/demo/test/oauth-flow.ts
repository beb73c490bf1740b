import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { type Browser, openBrowser } from './browser.ts';

/** The redirect URL of the client. No server listens there. */
export const redirectUri = 'http://127.0.0.1:3998/callback';

export interface Flow {
  /** The URL to which the person is sent. */
  url: string;
  browser: Browser;
  redeem: (code: string, codeVerifier?: string) => Promise<Response>;
  refresh: (refreshToken: string) => Promise<Response>;
}

/**
 * Does the client's part by hand, up to the login page. `more` is added to the query; an empty value removes a
 * parameter.
 */
export async function begin(url: string, more: Record<string, string> = {}): Promise<Flow> {
  const registered = await fetch(`${url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'A <b>client</b>',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      // As clients do that will ask for more scopes later.
      scope: 'backoffice:read',
    }),
  });
  expect(registered.status).toBe(201);
  const { client_id: clientId } = (await registered.json()) as { client_id: string };
  const verifier = randomBytes(32).toString('base64url');
  const query = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'backoffice:read',
    state: 'x',
    resource: `${url}/mcp`,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  };
  const given = Object.entries(query).filter(([, value]) => value !== '');
  const token = (body: Record<string, string>) =>
    fetch(`${url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: clientId, ...body }),
    });
  return {
    url: `${url}/oauth/authorize?${new URLSearchParams(given).toString()}`,
    browser: openBrowser(url),
    redeem: (code: string, codeVerifier = verifier) =>
      token({
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: codeVerifier,
        resource: `${url}/mcp`,
      }),
    refresh: (refreshToken: string) => token({ grant_type: 'refresh_token', refresh_token: refreshToken }),
  };
}
