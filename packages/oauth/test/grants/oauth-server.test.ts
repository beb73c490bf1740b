import {
  Client,
  ClientCredentialsProvider,
  CrossAppAccessProvider,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { SetupError } from '@trpc-mcp/core';
import { describe, expect, it } from 'vitest';
import {
  memoryOAuthStore,
  oauthServer,
  type OAuthServerOptions,
  type OAuthStore,
  type StaticClient,
} from '../../src/index.ts';
import { type App, startApp } from '../app.ts';
import { keys, secret } from '../keys.ts';
import { ada, type Person } from '../people.ts';
import type { Scope } from '../router.ts';
import { type IdentityProvider, startIdentityProvider } from './identity-provider.ts';

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const agent = {
  client_id: 'agent',
  client_secret: 'the secret of the agent',
  grant_types: [jwtBearer],
} satisfies StaticClient;

/** Has the id of a person. */
const machine = {
  client_id: ada.id,
  client_secret: 'the secret of the machine',
  grant_types: ['client_credentials'],
  scope: 'app:read',
} satisfies StaticClient;

function optionsFor(
  { issuer, jwksUri }: IdentityProvider,
  findUser: (claims: Readonly<Record<string, unknown>>) => Person | undefined,
): Partial<OAuthServerOptions<Person, Scope>> {
  return { clients: [agent], enterprise: { issuers: [{ issuer, jwksUri }], findUser } };
}

async function call(app: App, authProvider: OAuthClientProvider, name: string): Promise<unknown> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(app.mcp), { authProvider }));
  const { structuredContent } = await client.callTool({ name, arguments: {} });
  await client.close();
  return structuredContent;
}

interface TokenAnswer {
  status: number;
  body: Record<string, unknown>;
}

async function post(
  url: string,
  { client_id: id, client_secret }: StaticClient,
  parameters: Record<string, string>,
): Promise<TokenAnswer> {
  const body = new URLSearchParams(parameters);
  const headers = { authorization: `Basic ${btoa(`${id}:${encodeURIComponent(client_secret!)}`)}` };
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

const exchange = (app: App, assertion: string, origin = app.url) =>
  post(`${origin}/oauth/token`, agent, { grant_type: jwtBearer, assertion });

const claimsFor = (app: App, claims: Record<string, unknown> = {}) => ({
  sub: 'ada at acme',
  aud: app.url,
  resource: app.mcp,
  client_id: agent.client_id,
  ...claims,
});

describe('enterprise-managed authorization', () => {
  it('lets the client of the company call a tool as the person, without a page', async () => {
    await using idp = await startIdentityProvider(agent.client_id);
    await using app = await startApp({
      options: optionsFor(idp, ({ sub }) => (sub === 'ada at acme' ? ada : undefined)),
    });
    const authProvider = new CrossAppAccessProvider({
      clientId: agent.client_id,
      clientSecret: agent.client_secret,
      expectedIssuer: app.url,
      assertion: ({ authorizationServerUrl: aud, resourceUrl: resource, scope }) =>
        idp.sign(claimsFor(app, { aud, resource, scope })),
    });
    expect(await call(app, authProvider, 'me')).toEqual({ user: ada });
    expect(app.events.filter(({ type }) => type === 'token')).toMatchObject([
      {
        refused: false,
        clientId: 'agent',
        userId: ada.id,
        address: expect.stringContaining('127.0.0.1') as string,
      },
    ]);
  });

  it('refuses a token that was revoked, and one of a person who may not use the app any more', async () => {
    await using idp = await startIdentityProvider(agent.client_id);
    let isGone = false;
    await using app = await startApp({
      options: { ...optionsFor(idp, () => ada), loadUser: () => (isGone ? undefined : ada) },
    });
    const statusOf = async (token: unknown) => {
      const headers = {
        authorization: `Bearer ${String(token)}`,
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
      };
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
      return (await fetch(app.mcp, { method: 'POST', headers, body })).status;
    };
    const [one, other] = [
      (await exchange(app, await idp.sign(claimsFor(app)))).body['access_token'],
      (await exchange(app, await idp.sign(claimsFor(app)))).body['access_token'],
    ];
    expect([await statusOf(one), await statusOf(other)]).not.toContain(401);
    expect(await post(`${app.url}/oauth/revoke`, agent, { token: String(one) })).toMatchObject({
      status: 200,
    });
    expect(await statusOf(one)).toBe(401);
    expect(await statusOf(other)).not.toBe(401);
    isGone = true;
    expect(await statusOf(other)).toBe(401);
  });

  it('asks the app what the person may allow', async () => {
    await using idp = await startIdentityProvider(agent.client_id);
    await using app = await startApp({
      options: {
        ...optionsFor(idp, () => ada),
        grants: (_, asked) => asked.filter((scope) => scope === 'app:read'),
      },
    });
    const { body } = await exchange(app, await idp.sign(claimsFor(app, { scope: 'app:read app:write' })));
    expect(body['scope']).toBe('app:read');
  });

  it('gives the scopes that clients usually ask for, if nobody names any', async () => {
    await using idp = await startIdentityProvider(agent.client_id);
    const options = optionsFor(idp, () => ada);
    await using app = await startApp({ options: { ...options, scopesSupported: ['app:write'] } });
    expect((await exchange(app, await idp.sign(claimsFor(app)))).body['scope']).toBe('app:write');
  });

  it('accepts an assertion at one of two processes, and answers 503 while the store is down', async () => {
    await using idp = await startIdentityProvider(agent.client_id);
    const kept = memoryOAuthStore();
    let isDown = true;
    const store: OAuthStore = {
      ...kept,
      add: (...record) => (isDown ? Promise.reject(new Error('no route to the store')) : kept.add(...record)),
    };
    const options = optionsFor(idp, () => ada);
    await using first = await startApp({ store, options });
    await using second = await startApp({
      store,
      options: { ...options, url: first.url, resource: first.mcp },
    });
    const assertion = await idp.sign(claimsFor(first));
    expect(await exchange(first, assertion)).toMatchObject({
      status: 503,
      body: { error: 'temporarily_unavailable' },
    });
    isDown = false;
    const answers = await Promise.all(
      [first.url, second.url].map((origin) => exchange(first, assertion, origin)),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400]);
  });

  it('is off by default', async () => {
    await using idp = await startIdentityProvider(agent.client_id);
    await using app = await startApp();
    const response = await fetch(`${app.url}/.well-known/oauth-authorization-server`);
    const metadata = (await response.json()) as Record<string, unknown>;
    expect(metadata['grant_types_supported']).not.toContain(jwtBearer);
    expect(metadata).not.toHaveProperty('authorization_grant_profiles_supported');
    expect(idp.reads).toBe(0);
  });
});

describe('client credentials', () => {
  const options = { clientCredentials: true, clients: [machine] };

  it('lets a client call a tool for itself, and never as the person who has its id', async () => {
    await using app = await startApp({ options });
    const authProvider = new ClientCredentialsProvider({
      clientId: machine.client_id,
      clientSecret: machine.client_secret,
      expectedIssuer: app.url,
    });
    expect(await call(app, authProvider, 'list')).toEqual({ apples: ['Boskoop', 'Elstar'] });
    expect(await call(app, authProvider, 'me')).toEqual({ user: null });
  });

  it('gives the person who has the id of such a client no token', async () => {
    await using idp = await startIdentityProvider(agent.client_id);
    const enterprise = optionsFor(idp, () => ada);
    await using app = await startApp({ options: { ...enterprise, ...options, clients: [agent, machine] } });
    expect(await exchange(app, await idp.sign(claimsFor(app)))).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect(app.events).toMatchObject([
      {
        type: 'token',
        refused: true,
        userId: ada.id,
        message: expect.stringContaining('is also the id of a client') as string,
      },
    ]);
  });
});

describe('the options are refused', () => {
  const set = async (options: Partial<OAuthServerOptions<Person>>) => {
    const error: unknown = await oauthServer<Person>({
      url: 'https://acme.example',
      resource: 'https://acme.example/mcp',
      scopes: { 'app:read': 'See your apples' },
      findUser: () => undefined,
      loadUser: () => undefined,
      loginUrl: '/login',
      store: memoryOAuthStore(),
      keys,
      secret,
      ...options,
    }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return error instanceof SetupError ? error.problems.map(({ code, path }) => [code, path]) : error;
  };
  const jwksUri = 'https://idp.example/keys';
  const findUser = () => undefined;

  it.each<[string, Partial<OAuthServerOptions<Person>>, [string, string][]]>([
    [
      'no identity provider',
      { enterprise: { issuers: [], findUser } },
      [['ISSUER_MISSING', 'oauthServer.enterprise.issuers']],
    ],
    [
      'nothing at all',
      { enterprise: {} as never },
      [
        ['ISSUER_MISSING', 'oauthServer.enterprise.issuers'],
        ['OPTION_INVALID', 'oauthServer.enterprise.findUser'],
      ],
    ],
    [
      'an identity provider without a name, and one twice',
      {
        enterprise: {
          issuers: ['', 'https://idp.example', 'https://idp.example'].map((issuer) => ({ issuer, jwksUri })),
          findUser,
        },
      },
      [
        ['ISSUER_MISSING', 'oauthServer.enterprise.issuers[0].issuer'],
        ['OPTION_INVALID', 'oauthServer.enterprise.issuers[2].issuer'],
      ],
    ],
    [
      'keys that anybody on the way can change',
      {
        enterprise: {
          issuers: [{ issuer: 'https://idp.example', jwksUri: 'http://idp.example/keys' }],
          findUser,
        },
      },
      [['JWKS_URI_INVALID', 'oauthServer.enterprise.issuers[0].jwksUri']],
    ],
    [
      'no client for the grant',
      { clientCredentials: true },
      [['OPTION_INVALID', 'oauthServer.clientCredentials']],
    ],
    [
      'a client that anybody can be',
      { clientCredentials: true, clients: [{ client_id: 'job', grant_types: ['client_credentials'] }] },
      [['OPTION_INVALID', 'oauthServer.clients[0].token_endpoint_auth_method']],
    ],
    [
      'a secret that clients send in two ways, and a scope that does not exist',
      {
        clientCredentials: true,
        clients: [
          { client_id: 'job', client_secret: 'a+b', grant_types: ['client_credentials'], scope: 'admin' },
        ],
      },
      [
        ['SCOPE_INVALID', 'oauthServer.clients[0].scope'],
        ['OPTION_INVALID', 'oauthServer.clients[0].client_secret'],
      ],
    ],
  ])('with %s', async (_, options, problems) => {
    expect(await set(options)).toEqual(problems);
  });
});
