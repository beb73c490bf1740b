import { describe, expect, it } from 'vitest';
import {
  authorizationUrl,
  callMe,
  challengeOf,
  connect,
  createVerifier,
  defaultVerifier,
  getCode,
  open,
  type Parameters,
  post,
  redeem,
  redirectUri,
  refresh,
  register,
  startTarget,
  tokensOf,
} from './target.ts';

const refused = { status: 400, json: { error: 'invalid_grant' } };

describe('a stolen code', () => {
  it.each<[name: string, parameters: Parameters, error: string, message: string]>([
    [
      'with a verifier of the attacker',
      { code_verifier: createVerifier() },
      'invalid_grant',
      'code_verifier does not match code_challenge',
    ],
    [
      'with the challenge as verifier',
      { code_verifier: challengeOf(defaultVerifier) },
      'invalid_grant',
      'code_verifier does not match code_challenge',
    ],
    ['without a verifier', { code_verifier: undefined }, 'invalid_grant', 'code_verifier must be provided'],
    ['with an empty verifier', { code_verifier: '' }, 'invalid_grant', 'code_verifier must be provided'],
    [
      'with a verifier that is too short',
      { code_verifier: 'short' },
      'invalid_request',
      'code_verifier must be a string with a minimum length of 43 characters',
    ],
    [
      'with two verifiers',
      { code_verifier: [createVerifier(), defaultVerifier] },
      'invalid_request',
      "'code_verifier' parameter must not be provided twice",
    ],
    [
      'for another redirect URI of the same program',
      { redirect_uri: 'http://127.0.0.1:3998/callback' },
      'invalid_grant',
      'authorization code redirect_uri mismatch',
    ],
    [
      'without a redirect URI',
      { redirect_uri: undefined },
      'invalid_request',
      "missing required parameter 'redirect_uri'",
    ],
  ])('gives no token %s, and stays good for its client', async (_name, parameters, error, message) => {
    await using app = await startTarget();
    // With one redirect URI, leaving it out would be no mistake: OAuth 2.1 does not ask for it.
    const client = await register(app, { redirect_uris: [redirectUri, 'http://127.0.0.1:3997/other'] });
    const code = await getCode(app, client);
    app.forget();

    expect(await redeem(app, client, code, parameters)).toMatchObject({ status: 400, json: { error } });
    expect(app.refusals()).toEqual([`token: ${message}`]);
    expect(app.printed).toEqual([
      expect.stringContaining(`OAuth token: ${JSON.stringify(message).slice(1, -1)} clientId="${client.id}"`),
    ]);
    expect(await callMe(app, tokensOf(await redeem(app, client, code)).accessToken)).toBe('ada');
  });

  it('gives no token to another client, and stays good for its own', async () => {
    await using app = await startTarget();
    const [victim, attacker] = [await register(app), await register(app)];
    const code = await getCode(app, victim);
    app.forget();

    expect(await redeem(app, attacker, code)).toMatchObject(refused);
    expect(app.events).toEqual([
      expect.objectContaining({
        type: 'token',
        refused: true,
        error: 'invalid_grant',
        message: 'client mismatch',
        clientId: attacker.id,
      }),
    ]);
    expect(app.printed).toEqual([expect.stringMatching(/^OAuth token: client mismatch clientId=/)]);
    expect(await callMe(app, tokensOf(await redeem(app, victim, code)).accessToken)).toBe('ada');
  });

  it('gives no token to somebody without the secret of a confidential client, nor without its verifier', async () => {
    await using app = await startTarget();
    const client = await register(app, { token_endpoint_auth_method: 'client_secret_post' });
    const code = await getCode(app, client);
    app.forget();

    expect(await redeem(app, { ...client, secret: undefined }, code)).toMatchObject({
      status: 401,
      json: { error: 'invalid_client' },
    });
    expect(await redeem(app, { ...client, secret: 'a guess' }, code)).toMatchObject({
      status: 401,
      json: { error: 'invalid_client' },
    });
    expect(await redeem(app, client, code, { code_verifier: undefined })).toMatchObject(refused);
    expect(app.refusals()).toEqual([
      'token: the provided authentication mechanism does not match the registered client authentication method',
      'token: invalid secret provided',
      'token: code_verifier must be provided',
    ]);
    expect(app.printed).toHaveLength(3);
  });
});

describe('a code that is used twice', () => {
  it('ends the login, one use after the other, with its access token', async () => {
    await using app = await startTarget();
    const client = await register(app);
    const code = await getCode(app, client);
    const { accessToken, refreshToken } = tokensOf(await redeem(app, client, code));
    expect(await callMe(app, accessToken)).toBe('ada');
    app.forget();

    expect(await redeem(app, client, code)).toMatchObject(refused);
    expect(await callMe(app, accessToken)).toBe(401);
    expect(await refresh(app, client, refreshToken)).toMatchObject(refused);
    expect(app.refusals()[0]).toBe('reuse: authorization code already consumed');
    expect(app.printed[0]).toContain('OAuth reuse: authorization code already consumed');
    expect(app.printed[0]).toContain(client.id);
  });

  it('ends the login, both uses at once', async () => {
    await using app = await startTarget();
    const client = await register(app);
    const code = await getCode(app, client);
    app.forget();

    const answers = await Promise.all([1, 2, 3, 4].map(() => redeem(app, client, code)));
    const got = answers.filter(({ status }) => status === 200).map(tokensOf);
    expect(got.length).toBeLessThanOrEqual(1);
    expect(answers.filter(({ json }) => json['error'] === 'invalid_grant')).toHaveLength(4 - got.length);
    for (const { accessToken, refreshToken } of got) {
      expect(await callMe(app, accessToken)).toBe(401);
      expect(await refresh(app, client, refreshToken)).toMatchObject(refused);
    }
    expect(app.events.some(({ type, clientId }) => type === 'reuse' && clientId === client.id)).toBe(true);
    expect(app.printed.some((line) => line.startsWith('OAuth reuse: '))).toBe(true);
    expect(app.failures()).toEqual([]);
  });

  it('does not end the other logins of the person', async () => {
    await using app = await startTarget();
    const client = await register(app);
    const other = await connect(app, client);
    const code = await getCode(app, client);
    await redeem(app, client, code);
    await redeem(app, client, code);
    expect(await callMe(app, other.accessToken)).toBe('ada');
  });
});

describe('an authorization request that weakens PKCE', () => {
  const verifier = createVerifier();
  const methods = ['none', 'client_secret_post'];
  it.each<[name: string, parameters: Parameters, message: string]>([
    [
      'no challenge',
      { code_challenge: undefined, code_challenge_method: undefined },
      'Authorization Server policy requires PKCE to be used for this request',
    ],
    [
      'only the method',
      { code_challenge: undefined },
      'code_challenge must be provided with code_challenge_method',
    ],
    [
      'an empty challenge',
      { code_challenge: '' },
      'code_challenge must be provided with code_challenge_method',
    ],
    [
      'the method plain',
      { code_challenge: verifier, code_challenge_method: 'plain' },
      'not supported value of code_challenge_method',
    ],
    [
      'no method, which means plain',
      { code_challenge: verifier, code_challenge_method: undefined },
      'code_challenge_method must be provided',
    ],
    [
      'the method in lower case',
      { code_challenge_method: 's256' },
      'not supported value of code_challenge_method',
    ],
    [
      'a short challenge',
      { code_challenge: 'abc' },
      'code_challenge must be a string with a minimum length of 43 characters',
    ],
    [
      'two challenges',
      { code_challenge: [challengeOf(verifier), challengeOf(verifier)] },
      "'code_challenge' parameter must not be provided twice",
    ],
  ])('is refused before anybody is asked: %s', async (_name, parameters, message) => {
    await using app = await startTarget();
    for (const method of methods) {
      const client = await register(app, { token_endpoint_auth_method: method });
      app.forget();
      const answer = await open(authorizationUrl(app, client, parameters));
      const location = new URL(answer.headers.get('location')!);
      expect(location.origin + location.pathname).toBe(redirectUri);
      expect(Object.fromEntries(location.searchParams)).toEqual({
        error: 'invalid_request',
        error_description: message,
        state: 'the state',
        iss: app.url,
      });
      expect(app.events).toEqual([
        expect.objectContaining({ type: 'authorization', refused: true, message, clientId: client.id }),
      ]);
      expect(app.printed).toEqual([expect.stringContaining(`OAuth authorization: ${message}`)]);
    }
  });
});

it('refuses grants that it does not offer', async () => {
  await using app = await startTarget();
  const client = await register(app);
  app.forget();
  for (const grantType of [
    'password',
    'client_credentials',
    'implicit',
    'urn:ietf:params:oauth:grant-type:device_code',
    '__proto__',
    'constructor',
  ]) {
    const answer = await post(app, '/oauth/token', client, {
      grant_type: grantType,
      username: 'ada',
      password: 'ada',
    });
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toMatch(/^(?:unsupported_grant_type|unauthorized_client)$/);
  }
  expect(app.failures()).toEqual([]);
  expect(app.printed).toHaveLength(6);
  for (const responseType of ['token', 'id_token', 'code token', 'code id_token', 'none', '']) {
    const answer = await open(authorizationUrl(app, client, { response_type: responseType, nonce: 'n' }));
    expect(answer.headers.get('location') ?? answer.text).not.toMatch(/access_token=|id_token=|code=/);
  }
});
