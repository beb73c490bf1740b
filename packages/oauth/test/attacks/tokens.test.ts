import { createHmac, createPublicKey } from 'node:crypto';
import { importJWK, type JWK, type JWTPayload, SignJWT, type JWTHeaderParameters } from 'jose';
import { describe, expect, it } from 'vitest';
import { generateKey, memoryOAuthStore, oauthServer } from '../../src/index.ts';
import type { App } from '../app.ts';
import { openBrowser, signIn } from '../browser.ts';
import { keys, secret } from '../keys.ts';
import { scopes } from '../router.ts';
import {
  authorizationUrl,
  callMe,
  connect,
  getCode,
  open,
  post,
  readAnswer,
  redeem,
  redirectUri,
  refresh,
  register,
  startTarget,
  tokensOf,
} from './target.ts';

const [key] = keys as [JWK];
const invalidGrant = { status: 400, json: { error: 'invalid_grant' } };

const partsOf = (token: string) =>
  token.split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8'));
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claimsOf = (token: string) => JSON.parse(partsOf(token)[1]!) as JWTPayload;

/** Signs claims with the key of the server, as only the server can, or with another. */
async function sign(
  claims: JWTPayload,
  header: Partial<JWTHeaderParameters> = {},
  by: JWK = key,
): Promise<string> {
  const full = { alg: 'RS256', typ: 'at+jwt', kid: key.kid!, ...header };
  return await new SignJWT(claims).setProtectedHeader(full).sign(await importJWK(by, 'RS256'));
}

describe('a token that this server has not made for this endpoint', () => {
  it('lets nobody in', async () => {
    await using app = await startTarget();
    const client = await register(app);
    const { accessToken, refreshToken } = await connect(app, client, {
      parameters: { scope: 'openid app:read' },
    });
    const claims = claimsOf(accessToken);
    expect(await callMe(app, await sign(claims))).toBe('ada');

    const [, body = '', signature = ''] = accessToken.split('.');
    const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...publicJwk } = key;
    const pem = createPublicKey({ key: publicJwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    const stranger = { ...(await generateKey()), kid: key.kid! };
    const now = Math.floor(Date.now() / 1000);
    const hmac = (header: object, by: string | Buffer) => {
      const text = `${encode(header)}.${body}`;
      return `${text}.${createHmac('sha256', by).update(text).digest('base64url')}`;
    };
    const { login: _login, ...withoutLogin } = claims;
    const { exp: _exp, ...withoutEnd } = claims;
    const { aud: _aud, ...withoutAudience } = claims;
    const { sub: _sub, ...withoutSubject } = claims;
    const forged: Record<string, string> = {
      'of another issuer with the same keys': await sign({ ...claims, iss: 'https://evil.example' }),
      'of the issuer with a slash': await sign({ ...claims, iss: `${app.url}/` }),
      'for another endpoint': await sign({ ...claims, aud: `${app.url}/other` }),
      'for another endpoint of the same beginning': await sign({ ...claims, aud: `${app.mcp}/more` }),
      'for the client': await sign({ ...claims, aud: client.id }),
      'for nobody': await sign(withoutAudience),
      expired: await sign({ ...claims, exp: now - 3600 }),
      'without an end': await sign(withoutEnd),
      'not yet valid': await sign({ ...claims, nbf: now + 3600 }),
      'of a stranger with our key id': await sign(claims, {}, stranger),
      'of a stranger with a key id of a path': await sign(claims, { kid: '../../dev/null' }, stranger),
      'of a stranger with a key in the header': await sign(
        claims,
        { kid: undefined as never, jwk: stranger },
        stranger,
      ),
      'of a stranger with a place for the key': await sign(
        claims,
        { jku: 'https://evil.example/keys' },
        stranger,
      ),
      'with another kind of signature': `${encode({ alg: 'RS512', typ: 'at+jwt', kid: key.kid })}.${body}.${signature}`,
      unsigned: `${encode({ alg: 'none', typ: 'at+jwt' })}.${body}.`,
      'unsigned in capitals': `${encode({ alg: 'NONE', typ: 'at+jwt', kid: key.kid })}.${body}.`,
      'unsigned with the old signature': `${encode({ alg: 'none', typ: 'at+jwt' })}.${body}.${signature}`,
      'signed with the public key': hmac({ alg: 'HS256', typ: 'at+jwt', kid: key.kid }, pem),
      'signed with the public modulus': hmac({ alg: 'HS256', typ: 'at+jwt', kid: key.kid }, key.n!),
      'signed with nothing': hmac({ alg: 'HS256', typ: 'at+jwt', kid: key.kid }, ''),
      'with a critical header': `${encode({ alg: 'RS256', typ: 'at+jwt', crit: ['x'], x: 1 })}.${body}.${signature}`,
      'an ID token': await sign({ ...claims, nonce: 'n' }, { typ: 'JWT' }),
      'without a type': await sign(claims, { typ: undefined as never }),
      'of another person': `${accessToken.split('.')[0]}.${encode({ ...claims, sub: 'ben' })}.${signature}`,
      'with more scopes': `${accessToken.split('.')[0]}.${encode({ ...claims, scope: 'app:read app:write' })}.${signature}`,
      'cut off': accessToken.slice(0, -10),
      'without its signature': accessToken.replace(/[^.]+$/, ''),
      'without a person': await sign(withoutSubject),
      'of a client that says it is a person': await sign({
        ...withoutLogin,
        sub: client.id,
        sub_type: 'user',
      }),
      'of a login that there never was': await sign({ ...claims, login: 'Grant:none' }),
      'a refresh token': refreshToken,
      'a long one': 'a'.repeat(7000),
    };
    for (const [name, token] of Object.entries(forged))
      expect([name, await callMe(app, token)]).toEqual([name, 401]);
    // This is not how a token is sent.
    for (const token of ['', `${accessToken} ${accessToken}`]) expect(await callMe(app, token)).toBe(400);
    expect(app.failures()).toEqual([]);
  });

  it('does not come out of a code that is redeemed for another endpoint', async () => {
    await using app = await startTarget();
    const client = await register(app);
    for (const resource of [
      'https://evil.example/mcp',
      `${app.url}/other`,
      `${app.mcp}/../admin`,
      `${app.mcp}?a=1`,
      `${app.mcp}#a`,
      'mcp',
      'https://',
      `${app.url}@evil.example/mcp`,
    ]) {
      app.forget();
      const answer = await open(authorizationUrl(app, client, { resource }));
      const location = new URL(answer.headers.get('location')!);
      expect([resource, location.searchParams.get('error')]).toEqual([resource, 'invalid_target']);
      expect(location.searchParams.get('iss')).toBe(app.url);
      expect(app.refusals()).toEqual([expect.stringMatching(/^authorization: /)]);
      const code = await getCode(app, client);
      expect(await redeem(app, client, code, { resource })).toMatchObject({
        status: 400,
        json: { error: 'invalid_target' },
      });
      expect(app.refusals()).toHaveLength(2);
      expect(app.printed).toHaveLength(2);
    }
    const both = await open(
      authorizationUrl(app, client, { resource: [app.mcp, 'https://evil.example/mcp'] }),
    );
    expect(both.headers.get('location')).toContain('error=invalid_target');
  });

  it('is always for the endpoint, for its own scopes, and never an ID token', async () => {
    await using app = await startTarget();
    const client = await register(app);
    const code = await getCode(app, client, {
      parameters: {
        scope: 'openid profile email offline_access app:read',
        nonce: 'n',
        claims: '{"id_token":{"email":null}}',
      },
    });
    const { json } = await redeem(app, client, code);
    expect(Object.keys(json).toSorted()).toEqual(expect.arrayContaining(['access_token', 'refresh_token']));
    expect(claimsOf(String(json['access_token']))).toMatchObject({
      aud: app.mcp,
      iss: app.url,
      scope: 'app:read',
    });
    if (json['id_token'] !== undefined) expect(await callMe(app, json['id_token'] as string)).toBe(401);
  });
});

describe('the names of the server', () => {
  it('stay the same, whatever host a request claims', async () => {
    await using app = await startTarget();
    const client = await register(app);
    const spoofed = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-prefix': '/evil',
      'x-forwarded-port': '666',
      'x-original-url': '/evil',
      'x-rewrite-url': '/evil',
      forwarded: 'host=evil.example;proto=https',
    };
    const paths = [
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/.well-known/oauth-protected-resource/mcp',
    ];
    for (const path of paths) {
      const honest = await readAnswer(await fetch(app.url + path));
      const answer = await readAnswer(await fetch(app.url + path, { headers: spoofed }));
      expect(answer.json).toEqual(honest.json);
      expect(answer.text + JSON.stringify([...answer.headers])).not.toContain('evil');
    }
    const challenge = await fetch(app.mcp, { method: 'POST', headers: spoofed });
    expect(challenge.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify([...challenge.headers]) + (await challenge.text())).not.toContain('evil');
    for (const parameters of [{}, { prompt: 'none' }, { scope: 'root', resource: 'https://other.example' }]) {
      const answer = await open(authorizationUrl(app, client, parameters), spoofed);
      expect(answer.headers.get('location')).toMatch(/^\/oauth\/interaction\/|iss=http%3A%2F%2F127\.0\.0\.1/);
      expect(JSON.stringify([...answer.headers]) + answer.text).not.toContain('evil');
    }
    const code = await getCode(app, client);
    const answer = await post(
      app,
      '/oauth/token',
      client,
      { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: 'x' },
      spoofed,
    );
    expect(answer.text + JSON.stringify([...answer.headers])).not.toContain('evil');
    const { accessToken } = await connect(app, client);
    expect(claimsOf(accessToken).iss).toBe(app.url);
  });

  it('are in every answer of a login, also when the person refuses', async () => {
    await using app = await startTarget();
    const client = await register(app);
    const browser = openBrowser(app.url);
    const page = await signIn(browser, authorizationUrl(app, client), 'ada');
    const { url } = await browser.press(page, { decision: 'deny' });
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      error: 'access_denied',
      iss: app.url,
      state: 'the state',
    });
    expect(app.refusals()).toContain('consent: the person refused');
    const allowed = await signIn(browser, authorizationUrl(app, client), 'ada');
    const { url: answer } = await browser.press(allowed, { decision: 'allow' });
    expect(answer.searchParams.get('iss')).toBe(app.url);
  });
});

describe('a refresh token', () => {
  it('that is used twice ends the login, with the newer tokens and the access tokens', async () => {
    await using app = await startTarget();
    const client = await register(app);
    const first = await connect(app, client);
    const second = tokensOf(await refresh(app, client, first.refreshToken));
    expect(await callMe(app, second.accessToken)).toBe('ada');
    app.forget();

    expect(await refresh(app, client, first.refreshToken)).toMatchObject(invalidGrant);
    expect(app.events.find(({ type }) => type === 'reuse')).toMatchObject({
      refused: true,
      clientId: client.id,
      userId: 'ada',
    });
    expect(app.printed[0]).toContain('OAuth reuse: refresh token already used');
    expect(await refresh(app, client, second.refreshToken)).toMatchObject(invalidGrant);
    expect(await callMe(app, second.accessToken)).toBe(401);
    expect(await callMe(app, first.accessToken)).toBe(401);
  });

  it('that is used twice at once ends the login', async () => {
    await using app = await startTarget();
    const client = await register(app);
    const first = await connect(app, client);
    app.forget();
    const answers = await Promise.all([1, 2, 3, 4].map(() => refresh(app, client, first.refreshToken)));
    const got = answers.filter(({ status }) => status === 200).map(tokensOf);
    expect(got.length).toBeLessThanOrEqual(1);
    for (const { accessToken, refreshToken } of [first, ...got]) {
      expect(await callMe(app, accessToken)).toBe(401);
      expect(await refresh(app, client, refreshToken)).toMatchObject(invalidGrant);
    }
    expect(app.events.some(({ type }) => type === 'reuse')).toBe(true);
    expect(app.failures()).toEqual([]);
  });

  it('is of no use to another client, without the secret, or for more scopes', async () => {
    await using app = await startTarget();
    const client = await register(app, { token_endpoint_auth_method: 'client_secret_post' });
    const attacker = await register(app);
    const { refreshToken } = await connect(app, client);
    app.forget();
    expect(await refresh(app, attacker, refreshToken)).toMatchObject(invalidGrant);
    expect(await refresh(app, { ...client, secret: undefined }, refreshToken)).toMatchObject({ status: 401 });
    expect(await refresh(app, { ...client, secret: attacker.id }, refreshToken)).toMatchObject({
      status: 401,
    });
    expect(await refresh(app, client, refreshToken, { scope: 'app:read app:write' })).toMatchObject({
      status: 400,
      json: { error: 'invalid_scope' },
    });
    expect(app.refusals()).toHaveLength(4);
    expect(app.printed).toHaveLength(4);
    // None of this has used it up.
    const tokens = tokensOf(await refresh(app, client, refreshToken));
    expect(claimsOf(tokens.accessToken)).toMatchObject({ scope: 'app:read' });
    expect(
      await refresh(app, client, tokens.refreshToken, { resource: 'https://evil.example/' }),
    ).toMatchObject({
      status: 400,
      json: { error: 'invalid_target' },
    });
  });

  it('cannot be revoked by another client, nor the access token', async () => {
    await using app = await startTarget();
    const [client, attacker] = [await register(app), await register(app)];
    const { refreshToken, accessToken } = await connect(app, client);
    for (const token of [refreshToken, accessToken])
      expect((await post(app, '/oauth/revoke', attacker, { token })).status).toBe(200);
    expect(await callMe(app, accessToken)).toBe('ada');
    expect((await refresh(app, client, refreshToken)).status).toBe(200);
  });
});

describe('an access token that was ended before its time', () => {
  const endings: [
    name: string,
    end: (
      app: App,
      client: Awaited<ReturnType<typeof register>>,
      tokens: { accessToken: string; refreshToken: string },
    ) => Promise<unknown>,
  ][] = [
    ['revoked', (app, client, { accessToken }) => post(app, '/oauth/revoke', client, { token: accessToken })],
    [
      'whose refresh token was revoked',
      (app, client, { refreshToken }) => post(app, '/oauth/revoke', client, { token: refreshToken }),
    ],
    [
      'whose connection the person has ended',
      async (app) => {
        const browser = openBrowser(app.url);
        const page = await signIn(browser, `${app.url}/oauth/connections`, 'ada');
        await browser.press(page, { '': '' });
      },
    ],
    ['of a person who is gone', async (app) => app.people.remove('ada')],
  ];
  it.each(endings)(
    'is refused at once, at the endpoint and by callerOf, with its refresh token: %s',
    async (_name, end) => {
      const store = memoryOAuthStore();
      await using app = await startTarget({ store });
      const client = await register(app);
      const tokens = await connect(app, client);
      // Another process of the same app.
      const oauth = await oauthServer({
        url: app.url,
        resource: app.mcp,
        scopes,
        findUser: () => undefined,
        loadUser: (id) => app.people.find(id),
        loginUrl: '/login',
        store,
        keys,
        secret,
        onEvent: () => {},
      });
      const ask = () =>
        oauth.auth.callerOf(
          new Request(app.mcp, { headers: { authorization: `Bearer ${tokens.accessToken}` } }),
        );
      expect(oauth.userOf(await ask())).toMatchObject({ id: 'ada' });
      expect(await callMe(app, tokens.accessToken)).toBe('ada');
      app.forget();

      await end(app, client, tokens);
      expect(await callMe(app, tokens.accessToken)).toBe(401);
      await expect(ask()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
      const answer = await refresh(app, client, tokens.refreshToken);
      expect(answer).toMatchObject(invalidGrant);
      expect(app.events.length).toBeGreaterThan(0);
      expect(app.failures()).toEqual([]);
    },
  );

  it('and its code too, when the connection ends before the code is redeemed', async () => {
    await using app = await startTarget();
    const client = await register(app);
    const code = await getCode(app, client);
    const browser = openBrowser(app.url);
    const page = await signIn(browser, `${app.url}/oauth/connections`, 'ada');
    await browser.press(page, { '': '' });
    app.forget();
    expect(await redeem(app, client, code)).toMatchObject(invalidGrant);
    expect(app.refusals()).toEqual(['token: grant not found']);
    const gone = await getCode(app, client);
    app.people.remove('ada');
    expect(await redeem(app, client, gone)).toMatchObject(invalidGrant);
  });
});
