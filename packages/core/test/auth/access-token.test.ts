import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bearer,
  introspection,
  type IntrospectionOptions,
  jwt,
  type JwtOptions,
  type SetupError,
  type VerifyToken,
} from '../../src/index.ts';
import { type AuthorizationServer, resource, startAuthorizationServer } from './authorization-server.ts';

let server: AuthorizationServer;
beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const jwtVerify = (more: Partial<JwtOptions> = {}) =>
  jwt({ issuer: server.issuer, jwksUri: server.jwksUri, ...more });
const introspect = (more: Partial<IntrospectionOptions> = {}) =>
  introspection({
    endpoint: server.introspectionEndpoint,
    clientId: 'notes',
    clientSecret: 'secret',
    cacheMs: 0,
    ...more,
  });

const issueAs = (header: { typ?: string }, claims: JWTPayload = {}) => {
  const { kid, privateKey } = server.key();
  return new SignJWT({ iss: server.issuer, aud: resource, sub: 'ada', exp: inSeconds(300), ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: kid!, ...header })
    .sign(privateKey);
};

/** What `verify` says by itself: the subject, or why it refuses. */
async function saidOf(verify: VerifyToken, token: string, to = resource): Promise<unknown> {
  try {
    return (await verify(token, { resource: to }))?.subject;
  } catch (thrown) {
    expect(thrown).toMatchObject({ name: 'TRPCError', code: 'UNAUTHORIZED' });
    return (thrown as Error).message;
  }
}

const notAnAccessToken = 'the token is not an access token; an ID token or a refresh token is not taken here';

describe('jwt', () => {
  test('says which type it wants, and which one came', async () => {
    const said = (typ?: string) => issueAs(typ === undefined ? {} : { typ });
    expect(await saidOf(jwtVerify(), await said('JWT'))).toBe(
      'the token is not an access token: its typ is "JWT", and at+jwt is taken here',
    );
    expect(await saidOf(jwtVerify(), await said())).toBe(
      'the token is not an access token: its typ is missing, and at+jwt is taken here',
    );
  });

  test.each([
    [['JWT'], 'JWT', true],
    [['jwt'], 'JWT', true],
    [['JWT'], 'application/jwt', true],
    [['JWT'], undefined, true],
    [['JWT'], 'at+jwt', false],
    [['JWT', 'at+jwt'], 'application/at+jwt', true],
    [['acme-access+jwt'], 'acme-access+jwt', true],
    [['acme-access+jwt'], undefined, false],
    [['JWT'], 'application/x/jwt', false],
    [['JWT'], '', false],
  ])('with the types %j and the typ %j: %j', async (types, typ, isTaken) => {
    const said = await saidOf(jwtVerify({ types }), await issueAs(typ === undefined ? {} : { typ }));
    if (isTaken) expect(said).toBe('ada');
    else expect(said).toMatch(/not an access token/);
  });

  const idTokens: [string, JWTPayload][] = [
    ['a nonce', { nonce: 'n' }],
    ['the hash of an access token', { at_hash: 'h' }],
    ['the hash of a code', { c_hash: 'h' }],
    ['the typ ID, as Keycloak writes it', { typ: 'ID' }],
    ['the typ Refresh, as Keycloak writes it', { typ: 'Refresh' }],
    ['the use id, as Cognito writes it', { token_use: 'id' }],
    ['its client as the audience', { aud: 'notes', azp: 'notes' }],
    ['its client as the only one of a list', { aud: ['notes'], client_id: 'notes' }],
  ];
  test.each(idTokens)('refuses an ID token whatever the types are, one with %s', async (_, claims) => {
    const verify = jwtVerify({ types: ['JWT', 'at+jwt'], audience: ['notes', resource] });
    expect(await saidOf(verify, await issueAs({ typ: 'JWT' }))).toBe('ada');
    expect(await saidOf(verify, await issueAs({ typ: 'JWT' }, claims))).toBe(notAnAccessToken);
  });

  test.each([
    ['at+jwt', { aud: 'notes', client_id: 'notes' }],
    ['JWT', { aud: 'notes', azp: 'editor', typ: 'Bearer' }],
    ['JWT', { aud: ['notes', 'https://login.example.com/userinfo'], azp: 'notes', token_use: 'access' }],
    ['JWT', { aud: ['notes', resource], azp: 'notes' }],
  ])('takes an access token of the type %s with the claims %j', async (typ, claims) => {
    const verify = jwtVerify({ types: ['JWT', 'at+jwt'], audience: 'notes' });
    expect(await saidOf(verify, await issueAs({ typ }, claims))).toBe('ada');
  });
});

describe('introspection', () => {
  const answer = (more: object = {}) => ({
    active: true,
    sub: 'ada',
    aud: resource,
    exp: inSeconds(60),
    ...more,
  });

  test.each([
    ['a nonce', { nonce: 'n' }],
    ['the typ Refresh, as Keycloak writes it', { typ: 'Refresh' }],
    ['the use refresh_token, as Hydra writes it', { token_use: 'refresh_token' }],
  ])('refuses what is no access token: one with %s', async (_, more) => {
    server.introspect = () => answer({ typ: 'Bearer', token_use: 'access_token' });
    expect(await saidOf(introspect(), 'token')).toBe('ada');
    server.introspect = () => answer(more);
    expect(await saidOf(introspect(), 'token')).toBe(notAnAccessToken);
  });

  test('of one resource does not take what is kept for another', async () => {
    server.introspect = () => answer();
    const verify = introspect({ cacheMs: 30_000 });
    expect(await saidOf(verify, 'token')).toBe('ada');
    expect(await saidOf(verify, 'token', 'https://app.example.com/other')).toBe(
      'the token is not for https://app.example.com/other',
    );
    expect(await saidOf(verify, 'token')).toBe('ada');
  });
});

test.each([
  ['jwt', () => jwtVerify(), () => server.issue()],
  ['jwt with an audience', () => jwtVerify({ audience: resource }), () => server.issue()],
  ['introspection', () => introspect(), async () => 'token'],
])('verify of %s refuses everything without a resource', async (_, make, issue) => {
  server.introspect = () => ({ active: true, aud: [undefined, ''], exp: inSeconds(60) });
  const verify = make() as (token: string, options?: { resource?: string }) => Promise<unknown>;
  for (const options of [undefined, {}, { resource: '' }]) {
    await expect(verify(await issue(), options)).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining('without { resource }'),
    });
  }
});

describe('jwt with keys of its own', () => {
  const issuer = 'https://issuer.example';
  const codesOf = (options: Partial<JwtOptions>) => {
    try {
      jwt({ issuer, ...options } as JwtOptions);
      return [];
    } catch (error) {
      return (error as SetupError).problems.map(({ code, path }) => `${code} at ${path}`);
    }
  };
  const publicKey = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' };

  test.each<[string, Partial<JwtOptions>, string[]]>([
    ['neither jwks nor jwksUri', {}, ['JWKS_MISSING at jwt.jwksUri']],
    [
      'both of them',
      { jwks: { keys: [publicKey] }, jwksUri: `${issuer}/keys` },
      ['JWKS_INVALID at jwt.jwks'],
    ],
    ['no keys', { jwks: { keys: [] } }, ['JWKS_INVALID at jwt.jwks']],
    ['something else', { jwks: [publicKey] as never }, ['JWKS_INVALID at jwt.jwks']],
    ['null', { jwks: null as never }, ['JWKS_INVALID at jwt.jwks']],
    [
      'a private key',
      { jwks: { keys: [publicKey, { ...publicKey, d: 'd' }] } },
      ['JWKS_INVALID at jwt.jwks'],
    ],
    ['a shared secret', { jwks: { keys: [{ kty: 'oct', k: 'k' }] } }, ['JWKS_INVALID at jwt.jwks']],
    ['no types', { jwks: { keys: [publicKey] }, types: [] }, ['TOKEN_TYPE_INVALID at jwt.types']],
  ])('is a set-up problem with %s', (_, options, codes) => {
    expect(codesOf(options)).toEqual(codes);
  });

  test('refuses a token that does not say which of two keys it is signed with', async () => {
    const pairs = await Promise.all([1, 2].map(() => generateKeyPair('ES256', { extractable: true })));
    const jwks: JSONWebKeySet = { keys: await Promise.all(pairs.map((pair) => exportJWK(pair.publicKey))) };
    const token = await new SignJWT({ iss: issuer, aud: resource, exp: inSeconds(60) })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
      .sign(pairs[0]!.privateKey);
    expect(await saidOf(jwt({ issuer, jwks }), token)).toBe(
      'the token does not say which key it is signed with',
    );
    expect(await saidOf(jwt({ issuer, jwks: { keys: [jwks.keys[0]!] } }), token)).toBeUndefined();
  });
});

describe('callerOf', () => {
  const protect = (more: object = {}) =>
    bearer({ verify: jwtVerify(), resource, authorizationServers: [server.issuer], ...more });
  const thrownBy = (caller: Promise<unknown>) => caller.catch((error: unknown) => error);

  test('refuses a token that lacks a scope which every token needs, as MCP does', async () => {
    const oauth = protect({ requiredScopes: ['notes:read', 'notes:list'] });
    const request = { headers: { authorization: `Bearer ${await server.issue()}` } };
    expect(await thrownBy(oauth.callerOf(request))).toMatchObject({
      code: 'FORBIDDEN',
      message: 'the token lacks the scope notes:list',
    });
    expect(await oauth.callerOf({ headers: {} })).toBeUndefined();
  });

  test('says that the token cannot be checked now, and does not call it bad', async () => {
    await using own = await startAuthorizationServer();
    const oauth = protect({ verify: jwt({ issuer: own.issuer, jwksUri: own.jwksUri }) });
    own.state = 'down';
    const request = { headers: { authorization: `Bearer ${await own.issue()}` } };
    expect(await thrownBy(oauth.callerOf(request))).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: 'the authorization server cannot be reached to check the token; try again later',
    });
  });

  test('reads a header whatever its case, and refuses two of them', async () => {
    const token = await server.issue();
    const of = (headers: Record<string, string | string[]>) => thrownBy(protect().callerOf({ headers }));
    expect(await of({ Authorization: `bearer ${token}` })).toMatchObject({ subject: 'ada' });
    expect(await of({ authorization: [`Bearer ${token}`, 'Bearer x'] })).toMatchObject({
      code: 'UNAUTHORIZED',
      message: 'the Authorization header is malformed; send one token, as: Bearer <token>',
    });
  });

  test.each(['/trpc/list?access_token=x', '/trpc/list?batch=1&access_token=', '//x?access_token=x#y'])(
    'refuses a token in the URL: %s',
    async (url) => {
      expect(await thrownBy(protect().callerOf({ url, headers: {} }))).toMatchObject({
        code: 'UNAUTHORIZED',
        message: 'a token in the URL is not taken; send it in the Authorization header',
      });
    },
  );
});
