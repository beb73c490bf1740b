import {
  Client,
  ClientCredentialsProvider,
  type OAuthClientProvider,
  PrivateKeyJwtProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { exportJWK, exportPKCS8, generateKeyPair, SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type StaticClient } from '../../src/options.ts';
import { readSubject } from '../../src/grants/subject-type.ts';
import { type Server, startServer } from './server.ts';
import { createStore } from './store.ts';

const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), kid: 'of the reporter', alg: 'ES256', use: 'sig' };

const nightJob: StaticClient = {
  client_id: 'night-job',
  client_secret: 'the secret of the job',
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_basic',
  scope: 'app:read',
};
const posting: StaticClient = {
  ...nightJob,
  client_id: 'posting',
  token_endpoint_auth_method: 'client_secret_post',
  scope: 'app:read app:write',
};
const reporter: StaticClient = {
  client_id: 'reporter',
  jwks: { keys: [jwk] },
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'private_key_jwt',
  scope: 'app:read app:write',
};
const scopeless: StaticClient = { ...nightJob, client_id: 'scopeless', scope: undefined as never };
const secretless: StaticClient = {
  client_id: 'secretless',
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'none',
  scope: 'app:read',
};
const forPeople: StaticClient = {
  ...nightJob,
  client_id: 'for-people',
  grant_types: ['authorization_code'],
  redirect_uris: ['https://app.example/callback'],
};
const clients = [nightJob, posting, reporter, scopeless, secretless, forPeople];

const insecure = { [oauth.allowInsecureRequests]: true };

async function start(
  settings: { issuer?: string; store?: ReturnType<typeof createStore> } = {},
): Promise<Server> {
  const server = await startServer({ store: createStore(), clients, ...settings });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

interface TokenAnswer {
  status: number;
  body: Record<string, unknown>;
}

async function ask(
  server: Server,
  parameters: Record<string, string> | [string, string][],
  client: StaticClient | undefined = nightJob,
): Promise<TokenAnswer> {
  const headers = new Headers();
  const body = new URLSearchParams(parameters);
  body.set('grant_type', 'client_credentials');
  if (client?.token_endpoint_auth_method === 'client_secret_basic') {
    const [id, secret] = [client.client_id, client.client_secret!].map(encodeURIComponent);
    headers.set('authorization', `Basic ${btoa(`${id}:${secret}`)}`);
  }
  const response = await fetch(`${server.origin}/oauth/token`, { method: 'POST', headers, body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function claimsOf({ body }: TokenAnswer): Record<string, unknown> {
  const [, payload] = String(body['access_token']).split('.');
  return JSON.parse(Buffer.from(payload!, 'base64url').toString()) as Record<string, unknown>;
}

/** What a client authenticates with. A claim that is `undefined` is left out. */
async function assertionFor(
  server: Server,
  claims: Record<string, unknown> = {},
): Promise<Record<'client_assertion' | 'client_assertion_type', string>> {
  const now = Math.floor(Date.now() / 1000);
  const all = {
    iss: 'reporter',
    sub: 'reporter',
    aud: server.issuer,
    iat: now,
    exp: now + 300,
    jti: randomUUID(),
    ...claims,
  };
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await new SignJWT(all)
      .setProtectedHeader({ alg: 'ES256', kid: jwk.kid })
      .sign(privateKey),
  };
}

describe('a client calls a tool for itself: the official client', () => {
  it.each<[string, (issuer: string) => Promise<OAuthClientProvider>, Record<string, unknown>]>([
    [
      'with a secret',
      async (expectedIssuer) =>
        new ClientCredentialsProvider({
          clientId: nightJob.client_id,
          clientSecret: nightJob.client_secret!,
          expectedIssuer,
        }),
      { subject: 'night-job', clientId: 'night-job', scopes: ['app:read'] },
    ],
    [
      'with a key',
      async (expectedIssuer) =>
        new PrivateKeyJwtProvider({
          clientId: reporter.client_id,
          privateKey: await exportPKCS8(privateKey),
          algorithm: 'ES256',
          expectedIssuer,
        }),
      { subject: 'reporter', clientId: 'reporter', scopes: ['app:read', 'app:write'] },
    ],
  ])('%s', async (_, createProvider, caller) => {
    const server = await start();
    const authProvider = await createProvider(server.issuer);
    const client = new Client({ name: 'machine', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.resource), { authProvider }));
    const { structuredContent } = await client.callTool({ name: 'whoami', arguments: {} });
    await client.close();
    expect(structuredContent).toEqual({ ...caller, speaksFor: 'client' });
    expect(server.events).toMatchObject([{ refused: undefined, userId: undefined }]);
  });
});

describe('a client gets a token of RFC 9068 for itself: oauth4webapi', () => {
  it.each<[StaticClient, () => oauth.ClientAuth]>([
    [nightJob, () => oauth.ClientSecretBasic(nightJob.client_secret!)],
    [posting, () => oauth.ClientSecretPost(posting.client_secret!)],
    [reporter, () => oauth.PrivateKeyJwt({ key: privateKey, kid: jwk.kid })],
  ])('$token_endpoint_auth_method', async (machine, authentication) => {
    const server = await start();
    const issuer = new URL(server.issuer);
    const discovered = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' });
    const metadata = await oauth.processDiscoveryResponse(issuer, discovered);
    expect(metadata).toMatchObject({
      grant_types_supported: expect.arrayContaining(['client_credentials']) as string[],
      token_endpoint_auth_methods_supported: expect.arrayContaining([
        'client_secret_basic',
        'private_key_jwt',
      ]) as string[],
      token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['ES256']) as string[],
    });
    const client = { client_id: machine.client_id };
    const parameters = { resource: server.resource, scope: 'app:read' };
    const response = await oauth.clientCredentialsGrantRequest(
      metadata,
      client,
      authentication(),
      parameters,
      insecure,
    );
    const answer = await oauth.processClientCredentialsResponse(metadata, client, response);
    expect(answer).toEqual({
      access_token: expect.any(String) as string,
      token_type: 'bearer',
      expires_in: 600,
      scope: 'app:read',
    });
    const authorization = `Bearer ${answer.access_token}`;
    const claims = await oauth.validateJwtAccessToken(
      metadata,
      new Request(server.resource, { headers: { authorization } }),
      server.resource,
      insecure,
    );
    expect(claims).toMatchObject({
      sub: machine.client_id,
      client_id: machine.client_id,
      sub_type: 'client',
      scope: 'app:read',
    });
  });
});

describe('the token', () => {
  it('is for the endpoint, whether the client names it or not', async () => {
    const server = await start();
    for (const parameters of [{}, { resource: server.resource }]) {
      expect(claimsOf(await ask(server, parameters))['aud']).toBe(server.resource);
    }
  });

  it.each<[string, StaticClient, string | undefined, string | undefined]>([
    ['has all scopes of the client by default', nightJob, undefined, 'app:read'],
    ['has what is asked for', reporter, 'app:write', 'app:write'],
    ['has no scope that the client may not have', nightJob, 'app:read app:write admin', 'app:read'],
    ['has no scopes if the client has none', scopeless, undefined, undefined],
  ])('%s', async (_, client, scope, granted) => {
    const server = await start();
    const authentication = client === reporter ? await assertionFor(server) : {};
    const answer = await ask(server, { ...authentication, ...(scope !== undefined && { scope }) }, client);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body['scope']).toBe(granted);
    expect(claimsOf(answer)['scope']).toBe(granted);
  });
});

describe('a request is refused', () => {
  it.each<[string, StaticClient, Record<string, string>, number, string, RegExp]>([
    [
      'for a scope that the client may not have',
      nightJob,
      { scope: 'app:write' },
      400,
      'invalid_scope',
      /only app:read/,
    ],
    ['for a scope that does not exist', nightJob, { scope: 'admin' }, 400, 'invalid_scope', /only app:read/],
    [
      'for any scope, if the client has none',
      scopeless,
      { scope: 'app:read' },
      400,
      'invalid_scope',
      /no scopes/,
    ],
    [
      'for another endpoint',
      nightJob,
      { resource: 'https://b.example/mcp' },
      400,
      'invalid_target',
      /tokens are for/,
    ],
    [
      'with a wrong secret',
      { ...nightJob, client_secret: 'a guess' },
      {},
      401,
      'invalid_client',
      /authentication failed/,
    ],
    [
      'of an unknown client',
      { ...nightJob, client_id: 'nobody' },
      {},
      401,
      'invalid_client',
      /authentication failed/,
    ],
    [
      'of a client without a secret',
      secretless,
      { client_id: 'secretless' },
      400,
      'unauthorized_client',
      /registered for it/,
    ],
    ['of a client that is for people', forPeople, {}, 400, 'invalid_request', /not allowed for this client/],
  ])('%s', async (_, client, parameters, status, error, description) => {
    const server = await start();
    expect(await ask(server, parameters, client)).toEqual({
      status,
      body: { error, error_description: expect.stringMatching(description) as string },
    });
    expect(server.events).toMatchObject([{ refused: error }]);
  });

  it('with two resources', async () => {
    const server = await start();
    const parameters: [string, string][] = [
      ['resource', server.resource],
      ['resource', 'https://other.example/mcp'],
    ];
    expect(await ask(server, parameters)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('of a client that registered itself, which gets a secret but no token', async () => {
    const server = await start();
    const response = await fetch(`${server.origin}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_types: ['client_credentials'], response_types: [], redirect_uris: [] }),
    });
    expect(response.status).toBe(201);
    const { client_id, client_secret } = (await response.json()) as StaticClient & { client_secret: string };
    expect(await ask(server, {}, { ...nightJob, client_id, client_secret })).toMatchObject({
      status: 400,
      body: { error: 'unauthorized_client' },
    });
  });
});

describe('an assertion that a client authenticates with', () => {
  const now = () => Math.floor(Date.now() / 1000);

  it.each<[string, (server: Server) => string]>([
    ['the issuer', ({ issuer }) => issuer],
    ['the issuer with a slash', ({ issuer }) => `${issuer}/`],
    ['the token endpoint', ({ issuer }) => `${issuer}/oauth/token`],
  ])('may be for %s', async (_, audienceOf) => {
    const server = await start();
    const parameters = await assertionFor(server, { aud: audienceOf(server) });
    expect(await ask(server, parameters, reporter)).toMatchObject({ status: 200 });
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['for another server', () => ({ aud: 'https://other.example' })],
    ['for nobody', () => ({ aud: undefined })],
    ['that has expired', () => ({ iat: now() - 400, exp: now() - 100 })],
    ['that never expires', () => ({ exp: undefined })],
    ['that lasts for more than an hour', () => ({ exp: now() + 3700 })],
    ['without an id', () => ({ jti: undefined })],
    ['in the name of another client', () => ({ iss: 'night-job', sub: 'night-job' })],
    ['of another issuer', () => ({ iss: 'night-job' })],
  ])('is refused: %s', async (_, change) => {
    const server = await start();
    const parameters = await assertionFor(server, change());
    expect(await ask(server, parameters, reporter)).toEqual({
      status: 401,
      body: { error: 'invalid_client', error_description: 'client authentication failed' },
    });
  });

  it('is refused if it is for another server that the request names as its host', async () => {
    const server = await start();
    const parameters = await assertionFor(server, { aud: 'http://other.example/oauth/token' });
    const body = new URLSearchParams({ ...parameters, grant_type: 'client_credentials' }).toString();
    const status = await new Promise((resolve, reject) => {
      const headers = { host: 'other.example', 'content-type': 'application/x-www-form-urlencoded' };
      const sent = request(`${server.origin}/oauth/token`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.end(body);
    });
    expect(status).toBe(401);
  });

  it('is used once, also if two processes with one store get it at the same time', async () => {
    const store = createStore();
    const first = await start({ store });
    const second = await start({ store, issuer: first.issuer });
    const parameters = await assertionFor(first);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => ask(index % 2 === 0 ? first : second, parameters, reporter)),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array(9).fill(401),
    ]);
  });
});

describe('readSubject', () => {
  it.each<[string, Record<string, unknown>, ReturnType<typeof readSubject>]>([
    ['knows a person', { sub: 'ada', client_id: 'agent', sub_type: 'user' }, { type: 'user', id: 'ada' }],
    ['knows a client', { sub: 'job', client_id: 'job', sub_type: 'client' }, { type: 'client', id: 'job' }],
    ['does not take a client for a person by its id', { sub: 'job', client_id: 'job' }, undefined],
    ['does not take a person for a client', { sub: 'ada', client_id: 'job', sub_type: 'client' }, undefined],
    ['does not guess', { sub: 'ada', client_id: 'agent', sub_type: 'group' }, undefined],
    ['needs an id', { client_id: 'agent', sub_type: 'user' }, undefined],
    ['needs an id that is not empty', { sub: '', client_id: '', sub_type: 'client' }, undefined],
  ])('%s', (_, claims, subject) => {
    expect(readSubject(claims)).toEqual(subject);
  });
});
