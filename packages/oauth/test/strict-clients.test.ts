import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { describe, expect, it } from 'vitest';
import { type App, startApp } from './app.ts';
import { allow, openBrowser } from './browser.ts';
import { ada } from './people.ts';

/** Where the client waits. Nothing listens there: the browser of these tests stops there. */
const redirectUri = 'http://127.0.0.1:3997/callback';

/** The servers of these tests are on this machine, over http. */
const insecure = { [oauth.allowInsecureRequests]: true };

const metadata = {
  client_name: 'A strict client',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  application_type: 'native',
};

const machine = {
  client_id: 'night-job',
  client_secret: 'the secret of the night job',
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_basic' as const,
  scope: 'app:read',
};

describe('oauth4webapi, which checks every answer', () => {
  const discover = async (app: App, algorithm: 'oauth2' | 'oidc') => {
    const issuer = new URL(app.url);
    const response = await oauth.discoveryRequest(issuer, { ...insecure, algorithm });
    return oauth.processDiscoveryResponse(issuer, response);
  };
  const register = async (server: oauth.AuthorizationServer, method: string): Promise<oauth.Client> => {
    const response = await oauth.dynamicClientRegistrationRequest(
      server,
      { ...metadata, token_endpoint_auth_method: method },
      insecure,
    );
    return oauth.processDynamicClientRegistrationResponse(response);
  };
  /** Sends the person to the server, and gets tokens for the code that they come back with. */
  const logIn = async (
    app: App,
    server: oauth.AuthorizationServer,
    client: oauth.Client,
    authentication: oauth.ClientAuth,
    scope: string,
  ) => {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(server.authorization_endpoint!);
    url.search = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      state,
      resource: app.mcp,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString();
    const answer = await allow(openBrowser(app.url), url, ada.id);
    expect(answer.origin + answer.pathname).toBe(redirectUri);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      oauth.validateAuthResponse(server, client, answer, state),
      redirectUri,
      verifier,
      { ...insecure, additionalParameters: { resource: app.mcp } },
    );
    return oauth.processAuthorizationCodeResponse(server, client, response);
  };
  const claimsOf = (app: App, server: oauth.AuthorizationServer, token: string) =>
    oauth.validateJwtAccessToken(
      server,
      new Request(app.mcp, { headers: { authorization: `Bearer ${token}` } }),
      app.mcp,
      insecure,
    );

  it('finds the same server at both well-known places, with everything that MCP clients look for', async () => {
    await using app = await startApp();
    const server = await discover(app, 'oauth2');
    expect(await discover(app, 'oidc')).toEqual(server);
    expect(server).toMatchObject({
      issuer: app.url,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    });
    expect(server.token_endpoint_auth_methods_supported).toContain('none');
    expect(server.grant_types_supported).toEqual(
      expect.arrayContaining(['authorization_code', 'refresh_token']),
    );
    expect(server.grant_types_supported).not.toContain('implicit');
    expect(server.scopes_supported).toEqual(expect.arrayContaining(['app:read', 'app:write']));
  });

  it('finds the server from the metadata of the endpoint', async () => {
    await using app = await startApp();
    const resource = new URL(app.mcp);
    const response = await oauth.resourceDiscoveryRequest(resource, insecure);
    const found = await oauth.processResourceDiscoveryResponse(resource, response);
    expect(found.authorization_servers).toEqual([app.url]);
  });

  it.each(['none', 'client_secret_basic', 'client_secret_post'] as const)(
    'registers with %s, gets a token that is an RFC 9068 JWT, refreshes it and takes it back',
    async (method) => {
      await using app = await startApp();
      const server = await discover(app, 'oauth2');
      const client = await register(server, method);
      expect(client.token_endpoint_auth_method).toBe(method);
      expect(client['client_secret'] === undefined).toBe(method === 'none');
      const secret = (client['client_secret'] ?? 'it has none') as string;
      const authentication = {
        none: oauth.None(),
        client_secret_basic: oauth.ClientSecretBasic(secret),
        client_secret_post: oauth.ClientSecretPost(secret),
      }[method];

      const tokens = await logIn(app, server, client, authentication, 'app:read');
      expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'app:read', expires_in: 600 });
      const claims = await claimsOf(app, server, tokens.access_token);
      expect(claims).toMatchObject({
        iss: app.url,
        aud: app.mcp,
        sub: ada.id,
        client_id: client.client_id,
        scope: 'app:read',
      });
      expect(claims.exp - claims.iat).toBe(600);

      const refresh = async (token: string) => {
        const more = { ...insecure, additionalParameters: { resource: app.mcp } };
        const response = await oauth.refreshTokenGrantRequest(server, client, authentication, token, more);
        return oauth.processRefreshTokenResponse(server, client, response);
      };
      const second = await refresh(tokens.refresh_token!);
      expect(second.refresh_token).not.toBe(tokens.refresh_token);
      expect(await claimsOf(app, server, second.access_token)).toMatchObject({
        sub: ada.id,
        scope: 'app:read',
      });

      const revoked = await oauth.revocationRequest(
        server,
        client,
        authentication,
        second.refresh_token!,
        insecure,
      );
      await oauth.processRevocationResponse(revoked);
      await expect(refresh(second.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' });
      expect(app.events.filter(({ type }) => type === 'failure')).toEqual([]);
    },
  );

  it('gets the error of the server with its issuer when the person refuses', async () => {
    await using app = await startApp();
    const server = await discover(app, 'oauth2');
    const client = await register(server, 'none');
    const state = oauth.generateRandomState();
    const url = new URL(server.authorization_endpoint!);
    url.search = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'app:read',
      state,
      resource: app.mcp,
      code_challenge: await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()),
      code_challenge_method: 'S256',
    }).toString();
    const browser = openBrowser(app.url);
    const login = await browser.open(url);
    const consent = await browser.press(login, { person: ada.id });
    const { url: answer } = await browser.press(consent, { decision: 'deny' });
    expect(answer.searchParams.get('iss')).toBe(app.url);
    expect(() => oauth.validateAuthResponse(server, client, answer, state)).toThrow(
      expect.objectContaining({ error: 'access_denied' }),
    );
  });

  it('gets a token for itself, for the scopes that the app gave it, if that is configured', async () => {
    await using app = await startApp({ options: { clientCredentials: true, clients: [machine] } });
    const server = await discover(app, 'oauth2');
    const ask = async (scope: string) => {
      const response = await oauth.clientCredentialsGrantRequest(
        server,
        machine,
        oauth.ClientSecretBasic(machine.client_secret),
        { scope, resource: app.mcp },
        insecure,
      );
      return oauth.processClientCredentialsResponse(server, machine, response);
    };
    const tokens = await ask('app:read');
    expect(tokens.refresh_token).toBeUndefined();
    expect(await claimsOf(app, server, tokens.access_token)).toMatchObject({
      aud: app.mcp,
      client_id: machine.client_id,
      scope: 'app:read',
    });
    await expect(ask('app:write')).rejects.toMatchObject({ error: 'invalid_scope' });
  });

  it('gets no token for itself by default', async () => {
    await using app = await startApp();
    const server = await discover(app, 'oauth2');
    expect(server.grant_types_supported).not.toContain('client_credentials');
    const client = await register(server, 'client_secret_basic');
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretBasic(client['client_secret'] as string),
      { resource: app.mcp },
      insecure,
    );
    await expect(oauth.processClientCredentialsResponse(server, client, response)).rejects.toMatchObject({
      error: expect.stringMatching(/^(unsupported_grant_type|unauthorized_client)$/),
    });
  });
});

describe('openid-client', () => {
  const options = (algorithm: 'oauth2' | 'oidc') => ({
    algorithm,
    execute: [openid.allowInsecureRequests],
  });

  it.each(['oauth2', 'oidc'] as const)(
    'does the whole dance after a discovery with the algorithm of %s',
    async (algorithm) => {
      await using app = await startApp();
      const config = await openid.dynamicClientRegistration(
        new URL(app.url),
        { ...metadata, token_endpoint_auth_method: 'none' },
        openid.None(),
        options(algorithm),
      );
      const verifier = openid.randomPKCECodeVerifier();
      const state = openid.randomState();
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'app:read app:write',
        resource: app.mcp,
        state,
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      const answer = await allow(openBrowser(app.url), url, ada.id);
      const tokens = await openid.authorizationCodeGrant(
        config,
        answer,
        { pkceCodeVerifier: verifier, expectedState: state },
        { resource: app.mcp },
      );
      expect(tokens.scope?.split(' ').toSorted()).toEqual(['app:read', 'app:write']);
      expect(tokens.claims()).toBeUndefined();

      const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token!, { resource: app.mcp });
      expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
      const answered = await openid.fetchProtectedResource(
        config,
        refreshed.access_token,
        new URL(app.mcp),
        'POST',
        JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'me', arguments: {} },
        }),
        new Headers({
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-11-25',
        }),
      );
      expect(await answered.text()).toContain('Ada Lovelace');

      await openid.tokenRevocation(config, refreshed.refresh_token!);
      await expect(
        openid.refreshTokenGrant(config, refreshed.refresh_token!, { resource: app.mcp }),
      ).rejects.toMatchObject({ error: 'invalid_grant' });
    },
  );

  it('refuses an answer that names another issuer', async () => {
    await using app = await startApp();
    const config = await openid.dynamicClientRegistration(
      new URL(app.url),
      { ...metadata, token_endpoint_auth_method: 'none' },
      openid.None(),
      options('oauth2'),
    );
    const verifier = openid.randomPKCECodeVerifier();
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'app:read',
      resource: app.mcp,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const answer = await allow(openBrowser(app.url), url, ada.id);
    answer.searchParams.set('iss', 'https://elsewhere.example');
    await expect(
      openid.authorizationCodeGrant(config, answer, { pkceCodeVerifier: verifier }),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining('"iss" (issuer)') } });
  });
});
