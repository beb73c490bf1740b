import {
  Client,
  CrossAppAccessProvider,
  discoverAndRequestJwtAuthGrant,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { generateKeyPair } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { jwtBearerGrant } from '../../src/grants/id-jag.ts';
import type { StaticClient } from '../../src/options.ts';
import {
  type Header,
  idpClientId,
  type IdentityProvider,
  startIdentityProvider,
} from './identity-provider.ts';
import { type Server, type ServerSettings, startServer, type User } from './server.ts';
import { createStore } from './store.ts';

const agent: StaticClient = {
  client_id: 'agent',
  client_secret: 'the secret of the agent',
  grant_types: [jwtBearerGrant],
  token_endpoint_auth_method: 'client_secret_basic',
};
const other: StaticClient = { ...agent, client_id: 'other', client_secret: 'the secret of the other' };
const secretless: StaticClient = {
  client_id: 'secretless',
  grant_types: [jwtBearerGrant],
  token_endpoint_auth_method: 'none',
};
const withoutGrant: StaticClient = {
  ...agent,
  client_id: 'without-grant',
  grant_types: ['authorization_code'],
  redirect_uris: ['https://app.example/callback'],
};
/** Gets tokens for itself, and has the id of a person. */
const machine: StaticClient = { ...agent, client_id: 'night-job', grant_types: ['client_credentials'] };

/** Has keys that no identity provider publishes. */
const stranger = await generateKeyPair('ES256');

const insecure = { [oauth.allowInsecureRequests]: true };

interface Setting {
  server: Server;
  idp: IdentityProvider;
  store: ReturnType<typeof createStore>;
}

interface SetUp {
  findUser?: (claims: Readonly<Record<string, unknown>>) => User | undefined;
  grants?: NonNullable<ServerSettings['enterprise']>['grants'];
  defaultScopes?: readonly string[];
}

/** Starts an identity provider and an app that trusts it, for one test. */
async function setUp({ findUser = userOf, ...options }: SetUp = {}): Promise<Setting> {
  const idp = await startIdentityProvider(agent.client_id);
  const store = createStore();
  const enterprise = { issuers: [{ issuer: idp.issuer, jwksUri: idp.jwksUri }], findUser };
  const clients = [agent, other, secretless, withoutGrant, machine];
  const server = await startServer({ store, clients, enterprise: { enterprise, ...options } });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await idp[Symbol.asyncDispose]();
  });
  return { server, idp, store };
}

/** The people of the app have the local part of their address at the company as their id. */
function userOf({ sub }: Readonly<Record<string, unknown>>): User | undefined {
  const [id, host] = String(sub).split('@');
  return id && host === 'acme.example' ? { id } : undefined;
}

function claimsFor(
  { issuer, resource }: Server,
  claims: Record<string, unknown> = {},
): Record<string, unknown> {
  return { sub: 'ada@acme.example', aud: issuer, resource, client_id: 'agent', scope: 'app:read', ...claims };
}

interface TokenAnswer {
  status: number;
  body: Record<string, unknown>;
}

async function exchange(
  server: Server,
  assertion: string | undefined,
  parameters: Record<string, string> = {},
  client = agent,
): Promise<TokenAnswer> {
  const headers = new Headers();
  const body = new URLSearchParams({ grant_type: jwtBearerGrant, ...parameters });
  if (assertion !== undefined) body.set('assertion', assertion);
  if (client.client_secret === undefined) body.set('client_id', client.client_id);
  else {
    const [id, secret] = [client.client_id, client.client_secret].map(encodeURIComponent);
    headers.set('authorization', `Basic ${btoa(`${id}:${secret}`)}`);
  }
  const response = await fetch(`${server.origin}/oauth/token`, { method: 'POST', headers, body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function payloadOf({ body }: TokenAnswer): Record<string, unknown> {
  const [, payload] = String(body['access_token']).split('.');
  return JSON.parse(Buffer.from(payload!, 'base64url').toString()) as Record<string, unknown>;
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a client of the company', () => {
  it('calls a tool for a person who is asked nothing: the official client', async () => {
    const { server, idp } = await setUp();
    const idToken = await idp.idToken('ada@acme.example');
    const authProvider = new CrossAppAccessProvider({
      clientId: agent.client_id,
      clientSecret: agent.client_secret!,
      expectedIssuer: server.issuer,
      async assertion({ authorizationServerUrl: audience, resourceUrl: resource, scope, fetchFn }) {
        const { jwtAuthGrant } = await discoverAndRequestJwtAuthGrant({
          idpUrl: idp.issuer,
          audience,
          resource,
          idToken,
          clientId: idpClientId,
          fetchFn,
          ...(scope !== undefined && { scope }),
        });
        return jwtAuthGrant;
      },
    });
    const client = new Client({ name: 'agent', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.resource), { authProvider }));
    const { structuredContent } = await client.callTool({ name: 'whoami', arguments: {} });
    await client.close();

    expect(structuredContent).toEqual({
      subject: 'ada',
      clientId: 'agent',
      scopes: ['app:read', 'app:write'],
      speaksFor: 'user',
    });
    expect(server.events).toEqual([
      { refused: undefined, clientId: 'agent', userId: 'ada', message: 'A token was issued.' },
    ]);
  });

  it('gets an access token of RFC 9068 and no refresh token: oauth4webapi', async () => {
    const { server, idp } = await setUp();
    const issuer = new URL(server.issuer);
    const discovered = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' });
    const metadata = await oauth.processDiscoveryResponse(issuer, discovered);
    expect(metadata.grant_types_supported).toContain(jwtBearerGrant);
    expect(metadata['authorization_grant_profiles_supported']).toEqual([
      'urn:ietf:params:oauth:grant-profile:id-jag',
    ]);

    const assertion = await idp.sign(claimsFor(server));
    const client = { client_id: agent.client_id };
    const response = await oauth.genericTokenEndpointRequest(
      metadata,
      client,
      oauth.ClientSecretBasic(agent.client_secret!),
      jwtBearerGrant,
      { assertion },
      insecure,
    );
    const answer = await oauth.processGenericTokenEndpointResponse(metadata, client, response);
    expect(answer).toEqual({
      access_token: expect.any(String) as string,
      token_type: 'bearer',
      expires_in: 600,
      scope: 'app:read',
    });
    const request = new Request(server.resource, {
      headers: { authorization: `Bearer ${answer.access_token}` },
    });
    expect(await oauth.validateJwtAccessToken(metadata, request, server.resource, insecure)).toMatchObject({
      iss: server.issuer,
      aud: server.resource,
      sub: 'ada',
      sub_type: 'user',
      client_id: 'agent',
      scope: 'app:read',
    });
  });

  it('may write the issuer and the only aud as libraries do: with a slash, in a list', async () => {
    const { server, idp } = await setUp();
    for (const aud of [`${server.issuer}/`, [server.issuer]]) {
      expect(await exchange(server, await idp.sign(claimsFor(server, { aud })))).toMatchObject({
        status: 200,
      });
    }
  });

  it('may name the endpoint in the request', async () => {
    const { server, idp } = await setUp();
    const assertion = await idp.sign(claimsFor(server));
    const answer = await exchange(server, assertion, { resource: server.resource });
    expect(payloadOf(answer)).toMatchObject({ aud: server.resource, sub: 'ada' });
  });
});

describe('the scopes of the token', () => {
  it.each<[string, { claim?: string; asked?: string; may?: string[]; granted: string | undefined }]>([
    ['are those of the assertion', { claim: 'app:read app:write', granted: 'app:read app:write' }],
    [
      'are what is asked for among them',
      { claim: 'app:read app:write', asked: 'app:write', granted: 'app:write' },
    ],
    [
      'are not more than the assertion has',
      { claim: 'app:read', asked: 'app:read app:write openid', granted: 'app:read' },
    ],
    [
      'are what is asked for, if the assertion names none',
      { asked: 'app:write openid', granted: 'app:write' },
    ],
    ['are the usual ones, if nobody names any', { granted: 'app:read' }],
    [
      'are what the person may allow',
      { claim: 'app:read app:write', may: ['app:write'], granted: 'app:write' },
    ],
    [
      'are not more than was asked for, whatever the app returns',
      { claim: 'app:read', may: ['app:read', 'app:write', 'admin'], granted: 'app:read' },
    ],
    ['are none, if the assertion allows none', { claim: '', granted: undefined }],
  ])('%s', async (_, { claim, asked, may, granted }) => {
    const grants = may && (() => may);
    const { server, idp } = await setUp({ defaultScopes: ['app:read'], ...(grants && { grants }) });
    const assertion = await idp.sign(claimsFor(server, { scope: claim }));
    const answer = await exchange(server, assertion, asked === undefined ? {} : { scope: asked });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body['scope']).toBe(granted);
    expect(payloadOf(answer)['scope']).toBe(granted);
  });

  it('asks the app with what the assertion allows', async () => {
    const asked: unknown[] = [];
    const { server, idp } = await setUp({
      grants(user, scopes) {
        asked.push(user, scopes);
        return scopes;
      },
    });
    await exchange(server, await idp.sign(claimsFor(server)), { scope: 'app:read app:write' });
    expect(asked).toEqual([{ id: 'ada' }, ['app:read']]);
  });
});

describe('an assertion is refused', () => {
  const now = () => Math.floor(Date.now() / 1000);

  it.each<[string, (server: Server, idp: IdentityProvider) => Record<string, unknown>, RegExp, string?]>([
    ['of another issuer', () => ({ iss: 'https://idp.example' }), /issuer that is not accepted/],
    [
      'whose issuer has a slash more',
      (_, { issuer }) => ({ iss: `${issuer}/` }),
      /issuer that is not accepted/,
    ],
    ['without an issuer', () => ({ iss: undefined }), /issuer that is not accepted/],
    ['for another server', () => ({ aud: 'https://other.example' }), /not for http/],
    ['for the endpoint', ({ resource }) => ({ aud: resource }), /not for http/],
    ['for no server', () => ({ aud: undefined }), /not for http/],
    ['for two servers', ({ issuer }) => ({ aud: [issuer, 'https://other.example'] }), /more than one server/],
    ['for another client', () => ({ client_id: 'other' }), /for another client/],
    ['for no client', () => ({ client_id: undefined }), /for another client/],
    ['for another endpoint', ({ resource }) => ({ resource: `${resource}2` }), /its resource is not/],
    [
      'for several endpoints',
      ({ resource }) => ({ resource: [resource, 'https://a.example'] }),
      /its resource is not/,
    ],
    ['for no endpoint', () => ({ resource: undefined }), /its resource is not/],
    ['about nobody', () => ({ sub: undefined }), /has no sub/],
    ['about nobody in particular', () => ({ sub: '' }), /has no sub/],
    ['without an id', () => ({ jti: undefined }), /has no jti/],
    ['that never expires', () => ({ exp: undefined }), /does not say when it expires/],
    ['that has expired', () => ({ iat: now() - 400, exp: now() - 100 }), /has expired/],
    ['that is not valid yet', () => ({ nbf: now() + 100 }), /not valid yet/],
    ['of unknown age', () => ({ iat: undefined }), /has no iat/],
    ['from the future', () => ({ iat: now() + 100 }), /issued in the future/],
    ['that lasts for more than an hour', () => ({ exp: now() + 3700 }), /more than an hour/],
    ['that is bound to a key', () => ({ cnf: { jkt: 'abc' } }), /bound to a key/],
    ['with more than scopes', () => ({ authorization_details: [{ type: 'a' }] }), /authorization_details/],
    ['whose scope is no text', () => ({ scope: 5 }), /its scope is not a text/],
    [
      'with a scope that does not exist',
      () => ({ scope: 'app:read admin' }),
      /do not exist here: admin/,
      'invalid_scope',
    ],
    [
      'about a person whom the app does not know',
      () => ({ sub: 'eve@other.example' }),
      /does not know the person/,
    ],
    ['about a person with the id of a machine', () => ({ sub: 'night-job@acme.example' }), /id of a client/],
  ])('%s', async (_, change, description, error = 'invalid_grant') => {
    const { server, idp } = await setUp();
    const answer = await exchange(server, await idp.sign(claimsFor(server, change(server, idp))));
    expect(answer).toEqual({
      status: 400,
      body: { error, error_description: expect.stringMatching(description) as string },
    });
    expect(server.events).toMatchObject([
      { refused: error, clientId: 'agent', message: expect.stringMatching(description) as string },
    ]);
  });

  it.each<[string, Header, RegExp]>([
    ['of another type', { typ: 'JWT' }, /its typ is not oauth-id-jag\+jwt/],
    ['that is an access token', { typ: 'at+jwt' }, /its typ is not oauth-id-jag\+jwt/],
    ['without a type', { typ: undefined }, /its typ is not oauth-id-jag\+jwt/],
    ['with a secret for a signature', { alg: 'HS256', key: new Uint8Array(32) }, /signed in a way/],
    ['that somebody else has signed', { key: stranger.privateKey }, /signature is not valid/],
    [
      'that is signed with an unknown key',
      { key: stranger.privateKey, kid: 'new' },
      /key that its issuer does not have/,
    ],
  ])('%s', async (_, header, description) => {
    const { server, idp } = await setUp();
    const answer = await exchange(server, await idp.sign(claimsFor(server), header));
    expect(answer).toEqual({
      status: 400,
      body: { error: 'invalid_grant', error_description: expect.stringMatching(description) as string },
    });
  });

  it('without a signature', async () => {
    const { server, idp } = await setUp();
    const [, payload] = (await idp.sign(claimsFor(server))).split('.');
    const header = btoa(JSON.stringify({ alg: 'none', typ: 'oauth-id-jag+jwt' })).replaceAll('=', '');
    const { status, body } = await exchange(server, `${header}.${payload}.`);
    expect({ status, error: body['error'] }).toEqual({ status: 400, error: 'invalid_grant' });
  });

  it('that is none', async () => {
    const { server } = await setUp();
    expect(await exchange(server, 'abc')).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'the assertion is not accepted: it is not a JWT' },
    });
    expect(await exchange(server, undefined)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
  });

  it('that another of the trusted issuers signed in the name of this one', async () => {
    const [first, second] = [await startIdentityProvider('agent'), await startIdentityProvider('agent')];
    const issuers = [first, second].map(({ issuer, jwksUri }) => ({ issuer, jwksUri }));
    await using server = await startServer({
      store: createStore(),
      clients: [agent],
      enterprise: { enterprise: { issuers, findUser: userOf } },
    });
    const forged = await second.sign(claimsFor(server, { iss: first.issuer }));
    expect(await exchange(server, forged)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    // The same `jti` of two issuers is two assertions.
    for (const idp of [first, second]) {
      const assertion = await idp.sign(claimsFor(server, { jti: 'one' }));
      expect(await exchange(server, assertion)).toMatchObject({ status: 200 });
    }
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
  });
});

describe('a request is refused', () => {
  it('of a client that does not authenticate, also if the assertion is for it', async () => {
    const { server, idp } = await setUp();
    const assertion = await idp.sign(claimsFor(server, { client_id: 'secretless' }));
    expect(await exchange(server, assertion, {}, secretless)).toMatchObject({
      status: 400,
      body: { error: 'unauthorized_client' },
    });
  });

  it('of a client with a wrong secret', async () => {
    const { server, idp } = await setUp();
    const assertion = await idp.sign(claimsFor(server));
    const guess = { ...agent, client_secret: 'a guess' };
    expect(await exchange(server, assertion, {}, guess)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    expect(server.events).toMatchObject([{ refused: 'invalid_client', clientId: 'agent' }]);
  });

  it('of a client that has got hold of another client’s assertion', async () => {
    const { server, idp } = await setUp();
    const assertion = await idp.sign(claimsFor(server));
    expect(await exchange(server, assertion, {}, other)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    // The assertion is not used up by that.
    expect(await exchange(server, assertion)).toMatchObject({ status: 200 });
  });

  it('of a client whose registration does not have the grant', async () => {
    const { server, idp } = await setUp();
    const assertion = await idp.sign(claimsFor(server, { client_id: 'without-grant' }));
    expect(await exchange(server, assertion, {}, withoutGrant)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
  });

  it('for another endpoint', async () => {
    const { server, idp } = await setUp();
    const assertion = await idp.sign(claimsFor(server));
    expect(await exchange(server, assertion, { resource: 'https://other.example/mcp' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_target' },
    });
  });

  it('for scopes that the assertion does not have', async () => {
    const { server, idp } = await setUp();
    const assertion = await idp.sign(claimsFor(server));
    expect(await exchange(server, assertion, { scope: 'app:write' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    });
  });

  it('if the person may allow nothing', async () => {
    const { server, idp } = await setUp({ grants: () => [] });
    expect(await exchange(server, await idp.sign(claimsFor(server)))).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    });
    expect(server.events).toMatchObject([{ refused: 'invalid_scope', clientId: 'agent', userId: 'ada' }]);
  });

  it('with two assertions', async () => {
    const { server, idp } = await setUp();
    const body = new URLSearchParams({ grant_type: jwtBearerGrant, client_id: agent.client_id });
    body.append('assertion', await idp.sign(claimsFor(server)));
    body.append('assertion', await idp.sign(claimsFor(server)));
    const headers = { authorization: `Basic ${btoa(`agent:${encodeURIComponent(agent.client_secret!)}`)}` };
    const response = await fetch(`${server.origin}/oauth/token`, { method: 'POST', headers, body });
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
  });

  it('where the grant is not configured', async () => {
    await using idp = await startIdentityProvider('agent');
    const client = { ...agent, grant_types: ['client_credentials'] };
    await using server = await startServer({ store: createStore(), clients: [client] });
    expect(await exchange(server, await idp.sign(claimsFor(server)), {}, client)).toMatchObject({
      status: 400,
      body: { error: 'unsupported_grant_type' },
    });
  });

  it('with a 500 if the app fails, which leaves the assertion as it is', async () => {
    let fails = true;
    const { server, idp } = await setUp({
      findUser(claims) {
        if (fails) throw new Error('the table of people is locked');
        return userOf(claims);
      },
    });
    const assertion = await idp.sign(claimsFor(server));
    expect(await exchange(server, assertion)).toEqual({
      status: 500,
      body: { error: 'server_error', error_description: expect.any(String) as string },
    });
    expect(server.events).toMatchObject([
      { refused: 'server_error', message: 'the table of people is locked' },
    ]);
    fails = false;
    expect(await exchange(server, assertion)).toMatchObject({ status: 200 });
  });
});

describe('an assertion is used once', () => {
  it('at one server', async () => {
    const { server, idp, store } = await setUp();
    const assertion = await idp.sign(claimsFor(server, { jti: 'the id of this assertion' }));
    expect(await exchange(server, assertion)).toMatchObject({ status: 200 });
    expect(await exchange(server, assertion)).toEqual({
      status: 400,
      body: {
        error: 'invalid_grant',
        error_description: 'the assertion was used before; ask the identity provider for another',
      },
    });
    expect(server.events).toMatchObject([
      { refused: undefined },
      { refused: 'invalid_grant', userId: 'ada' },
    ]);
    // It is remembered for longer than it lasts, and the store does not see what it says.
    const [[key, ttlMs]] = [...store.keys] as [[string, number]];
    expect(ttlMs).toBeGreaterThan(300_000);
    expect(key).not.toMatch(/the id/);
  });

  it('at two processes with one store, if both get it at the same time', async () => {
    const { server, idp, store } = await setUp();
    const enterprise = { issuers: [{ issuer: idp.issuer, jwksUri: idp.jwksUri }], findUser: userOf };
    await using second = await startServer({
      store,
      clients: [agent],
      enterprise: { enterprise },
      issuer: server.issuer,
    });
    const assertion = await idp.sign(claimsFor(server));
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => exchange(index % 2 === 0 ? server : second, assertion)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body['error'] === 'invalid_grant')).toHaveLength(9);
  });
});

describe('the keys of the identity provider', () => {
  const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

  it('are read once for many assertions, and again after a rotation', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { server, idp } = await setUp();
    for (let count = 0; count < 3; count += 1) {
      expect(await exchange(server, await idp.sign(claimsFor(server)))).toMatchObject({ status: 200 });
    }
    expect(idp.reads).toBe(1);

    const old = await idp.sign(claimsFor(server, { exp: Math.floor(Date.now() / 1000) + 3600 }));
    await idp.rotate();
    later(11_000);
    expect(await exchange(server, await idp.sign(claimsFor(server)))).toMatchObject({ status: 200 });
    expect(idp.reads).toBe(2);
    // A key that was taken from the list signs nothing any more.
    expect(await exchange(server, old)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('still work while it is down, and a client is asked to come back if they were never read', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { server, idp } = await setUp();
    idp.down = true;
    const assertion = await idp.sign(claimsFor(server));
    expect(await exchange(server, assertion)).toEqual({
      status: 503,
      body: {
        error: 'temporarily_unavailable',
        error_description: 'the keys of the identity provider cannot be read now; try again later',
      },
    });
    expect(server.events).toMatchObject([{ refused: 'temporarily_unavailable', clientId: 'agent' }]);

    idp.down = false;
    later(6000);
    expect(await exchange(server, assertion)).toMatchObject({ status: 200 });

    idp.down = true;
    later(3_600_000);
    expect(await exchange(server, await idp.sign(claimsFor(server)))).toMatchObject({ status: 200 });
  });
});
