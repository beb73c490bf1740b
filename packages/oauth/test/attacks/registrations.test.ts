import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { memoryOAuthStore, type OAuthStore, oauthServer } from '../../src/index.ts';
import { unusedClientMs } from '../../src/adapter.ts';
import { networkOf } from '../../src/address.ts';
import { People } from '../people.ts';
import { scopes } from '../router.ts';
import {
  authorizationUrl,
  connect,
  open,
  redirectUri,
  register,
  sendRegistration,
  startTarget,
} from './target.ts';

const good = { client_name: 'A client', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' };
const hour = 3_600_000;

describe('a flood of registrations', () => {
  it('is stopped for one address, and not for others', async () => {
    let address = '192.0.2.1';
    await using app = await startTarget({
      options: {
        registration: { perAddress: { points: 3, durationMs: hour } },
        addressOf: () => address,
      },
    });
    const statuses = async (count: number) => {
      const answers = [];
      for (let index = 0; index < count; index++) answers.push(await sendRegistration(app, good));
      return answers;
    };
    const answers = await statuses(5);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 429, 429]);
    expect(answers[4]).toMatchObject({ json: { error: 'temporarily_unavailable' } });
    expect(Number(answers[4]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(app.refusals()).toEqual(
      Array.from({ length: 2 }, () => 'registration: too many clients have registered; try again later'),
    );
    expect(app.printed).toHaveLength(2);
    expect(app.printed[0]).toContain('address="192.0.2.1"');
    address = '192.0.2.2';
    expect((await statuses(1))[0]!.status).toBe(201);
  });

  it('is stopped for a whole IPv6 network of 64 bits, however its addresses are written', async () => {
    let address = '';
    await using app = await startTarget({
      options: {
        registration: { perAddress: { points: 2, durationMs: hour } },
        addressOf: () => address,
      },
    });
    const statuses: number[] = [];
    for (address of [
      '2001:db8:1:2::1',
      '2001:db8:1:2:ffff:ffff:ffff:ffff',
      '2001:0DB8:0001:0002::3',
      '2001:db8:1:2::4%eth0',
      '2001:db8:1:3::1',
    ])
      statuses.push((await sendRegistration(app, good)).status);
    expect(statuses).toEqual([201, 201, 429, 429, 201]);
    expect(new Set(['::ffff:192.0.2.1', '192.0.2.1', '::FFFF:192.0.2.1'].map(networkOf))).toEqual(
      new Set(['192.0.2.1']),
    );
  });

  it('is stopped from many addresses together, and at once', async () => {
    let index = 0;
    await using app = await startTarget({
      options: {
        registration: { total: { points: 5, durationMs: hour } },
        addressOf: () => `192.0.2.${index++}`,
      },
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => sendRegistration(app, good)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
    expect(app.refusals()).toHaveLength(15);
  });

  it('from one address does not use up what is left for all others', async () => {
    let address = '192.0.2.1';
    await using app = await startTarget({
      options: {
        registration: { perAddress: { points: 2, durationMs: hour }, total: { points: 5, durationMs: hour } },
        addressOf: () => address,
      },
    });
    for (let index = 0; index < 10; index++) await sendRegistration(app, good);
    address = '192.0.2.2';
    expect((await sendRegistration(app, good)).status).toBe(201);
  });

  it('counts what is refused, too', async () => {
    await using app = await startTarget({
      options: { registration: { perAddress: { points: 2, durationMs: hour } } },
    });
    const statuses = [];
    for (const body of ['{', '[]', '{}', JSON.stringify(good)])
      statuses.push((await sendRegistration(app, body)).status);
    expect(statuses).toEqual([400, 400, 429, 429]);
  });

  it.each(['x-forwarded-for', 'x-real-ip', 'forwarded', 'cf-connecting-ip', 'true-client-ip'])(
    'is not hidden by the header %s, which nobody has said to trust',
    async (name) => {
      await using app = await startTarget({
        options: { registration: { perAddress: { points: 1, durationMs: hour } } },
      });
      expect((await sendRegistration(app, good, { [name]: '192.0.2.1' })).status).toBe(201);
      expect((await sendRegistration(app, good, { [name]: 'for=192.0.2.2' })).status).toBe(429);
      expect(app.events.map(({ address }) => address)).toEqual(['127.0.0.1', '127.0.0.1']);
    },
  );

  it('is told with the address that Express found, if the app trusts its proxy', async () => {
    const app = express().set('trust proxy', 'loopback');
    const addresses: (string | undefined)[] = [];
    const people = new People();
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const oauth = await oauthServer({
      url,
      resource: `${url}/mcp`,
      scopes,
      findUser: () => undefined,
      loadUser: (id) => people.find(id),
      loginUrl: '/login',
      registration: { perAddress: { points: 1, durationMs: hour } },
      store: memoryOAuthStore(),
      secret: 'a secret of this test that is long enough',
      keys: [(await import('../keys.ts')).keys[0]!],
      onEvent: ({ address }) => addresses.push(address),
    });
    app.use(express.json(), oauth.router);
    const send = async (address: string) => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': address };
      const body = JSON.stringify(good);
      return (await fetch(`${url}/oauth/register`, { method: 'POST', headers, body })).status;
    };
    expect([await send('192.0.2.1'), await send('192.0.2.1'), await send('192.0.2.2')]).toEqual([
      201, 429, 201,
    ]);
    expect(addresses).toEqual(['192.0.2.1', '192.0.2.1', '192.0.2.2']);
    server.closeAllConnections();
    server.close();
  });

  it('leaves nothing behind after a day, unless a person has used the client', async () => {
    const kept = new Map<string, number>();
    const memory = memoryOAuthStore();
    const store: OAuthStore = {
      ...memory,
      async set(key, value, ttlMs, groups) {
        if (key.startsWith('Client:')) kept.set(key, ttlMs);
        await memory.set(key, value, ttlMs, groups);
      },
    };
    await using app = await startTarget({ store });
    for (let index = 0; index < 5; index++) await register(app);
    expect([...kept.values()]).toEqual(Array.from({ length: 5 }, () => unusedClientMs));
    expect(unusedClientMs).toBe(86_400_000);
    const client = await register(app);
    // To begin a login proves nothing: anybody can.
    await fetch(authorizationUrl(app, client), { redirect: 'manual' });
    expect([...kept.values()].at(-1)).toBe(unusedClientMs);
    await connect(app, client);
    expect([...kept.values()].at(-1)).toBeGreaterThan(unusedClientMs);
  });
});

describe('a registration of a strange kind', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const refused: [name: string, status: number, body: string | object, headers?: Record<string, string>][] = [
    ['a name of 1 MB', 413, { ...good, client_name: 'a'.repeat(1_000_000) }],
    [
      '1,000 redirect URIs',
      413,
      {
        ...good,
        redirect_uris: Array.from({ length: 1000 }, (_, index) => `https://client.example/${index}`),
      },
    ],
    [
      '21 redirect URIs',
      400,
      { ...good, redirect_uris: Array.from({ length: 21 }, (_, index) => `https://client.example/${index}`) },
    ],
    ['no JSON', 400, 'client_name=a'],
    ['nothing', 400, ''],
    ['half of a JSON', 400, '{"redirect_uris":["https://client.example/"'],
    ['null', 400, 'null'],
    ['a list', 400, '[{}]'],
    ['a number', 400, '1e999'],
    ['a text', 400, '"client"'],
    ['4,000 lists in each other', 400, nested(4000)],
    ['4,000 lists in each other as redirect URIs', 400, `{"redirect_uris":${nested(4000)}}`],
    [
      '4,000 lists in each other as a name',
      400,
      `{"redirect_uris":["${redirectUri}"],"client_name":${nested(3900)}}`,
    ],
    ['4,000 lists in each other as keys', 400, `{"redirect_uris":["${redirectUri}"],"jwks":${nested(3900)}}`],
    ['a name that is a number', 400, { ...good, client_name: 7 }],
    ['a name that is a list', 400, { ...good, client_name: ['a'] }],
    ['a name that is an object', 400, { ...good, client_name: { toString: 'a' } }],
    ['an authentication that is a list', 400, { ...good, token_endpoint_auth_method: ['none'] }],
    ['an authentication that there is not', 400, { ...good, token_endpoint_auth_method: '__proto__' }],
    ['keys that are a text', 400, { ...good, jwks: 'keys' }],
    ['keys that are secret', 400, { ...good, jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }],
    [
      'keys without end',
      400,
      {
        ...good,
        jwks: { keys: Array.from({ length: 500 }, () => ({})) },
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: 'https://client.example',
      },
    ],
    [
      'keys at an address that is none',
      400,
      { ...good, jwks_uri: 'javascript:1', token_endpoint_auth_method: 'private_key_jwt' },
    ],
    ['no type', 400, JSON.stringify(good), { 'content-type': 'text/plain' }],
    ['the type of a form', 400, 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a longer type', 400, JSON.stringify(good), { 'content-type': 'application/jsonp' }],
    ['compressed', 400, 'see below', { 'content-encoding': 'gzip' }],
  ];
  it.each(refused)('is refused: %s', async (name, status, body, headers) => {
    await using app = await startTarget();
    const sent = name === 'compressed' ? gzipSync(JSON.stringify(good)) : body;
    const response = await fetch(`${app.url}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof sent === 'string' || Buffer.isBuffer(sent) ? (sent as string) : JSON.stringify(sent),
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      status,
      expect.stringContaining('application/json'),
    ]);
    const json = (await response.json()) as Record<string, unknown>;
    expect(json['error']).toMatch(/^invalid_(?:client_metadata|redirect_uri)$/);
    expect(app.refusals()).toEqual([expect.stringMatching(/^registration: /)]);
    expect(app.printed).toEqual([expect.stringMatching(/^OAuth registration: [^\r\n]{1,500}$/)]);
  });

  it('is cut off when it is larger than it says, or does not say how large it is', async () => {
    await using app = await startTarget();
    const { port } = new URL(app.url);
    const send = async (head: string, chunk: string) => {
      const socket = connectSocket(Number(port), '127.0.0.1');
      // The answer can be lost, when the server closes while more is under way.
      socket.on('error', () => {}).resume();
      const closed = new Promise((resolve) => socket.on('close', resolve));
      socket.write(
        `POST /oauth/register HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${head}\r\n\r\n`,
      );
      // More than the server takes: it has to answer and close before it has read everything.
      const more = () => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', more);
      more();
      await closed;
    };
    const chunk = `4000\r\n${'a'.repeat(0x4000)}\r\n`;
    await send('transfer-encoding: chunked', chunk);
    await send('content-length: 1000000000', 'a'.repeat(0x4000));
    expect(app.refusals()).toEqual(
      Array.from({ length: 2 }, () => 'registration: the metadata are larger than 8192 bytes'),
    );
  });

  it('is refused when a body parser of the app has taken more than this server would', async () => {
    const app = express();
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const oauth = await oauthServer({
      url,
      resource: `${url}/mcp`,
      scopes,
      findUser: () => undefined,
      loadUser: () => undefined,
      loginUrl: '/login',
      store: memoryOAuthStore(),
      secret: 'a secret of this test that is long enough',
      keys: [(await import('../keys.ts')).keys[0]!],
      onEvent: () => {},
    });
    app.use(express.json(), oauth.router);
    const send = async (name: string) => {
      const body = JSON.stringify({ ...good, client_name: name });
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${url}/oauth/register`, { method: 'POST', headers, body })).status;
    };
    expect([await send('small'), await send('a'.repeat(20_000))]).toEqual([201, 413]);
    server.closeAllConnections();
    server.close();
  });

  it('pollutes no prototype', async () => {
    await using app = await startTarget();
    const body = `{"redirect_uris":["${redirectUri}"],"__proto__":{"polluted":1,"token_endpoint_auth_method":"none"},"constructor":{"prototype":{"polluted":1}}}`;
    const answer = await sendRegistration(app, body);
    expect(answer.status).toBe(201);
    expect(answer.json['token_endpoint_auth_method']).toBe('client_secret_basic');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(answer.json).not.toHaveProperty('polluted');
  });

  it('chooses neither its id, nor its secret, nor more grants or scopes than there are', async () => {
    await using app = await startTarget();
    const { json } = await sendRegistration(app, {
      ...good,
      client_id: 'chosen',
      client_secret: 'chosen',
      client_secret_expires_at: 0,
      client_id_issued_at: 0,
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'implicit', 'password'],
      response_types: ['code', 'token', 'id_token'],
      scope: 'root',
      subject_type: 'pairwise',
      sector_identifier_uri: 'https://169.254.169.254/',
      request_uris: ['https://169.254.169.254/'],
      backchannel_logout_uri: 'https://169.254.169.254/',
      id_token_signed_response_alg: 'none',
      tls_client_auth_subject_dn: 'cn=a',
      default_acr_values: ['a'],
    });
    expect(json).toMatchObject({
      client_id: expect.stringMatching(/^[\w-]{43}$/),
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    });
    expect(JSON.stringify(json)).not.toMatch(/chosen|169\.254|pairwise|"none",?"?id_token/);
    expect(json).not.toHaveProperty('client_secret');
    expect(app.failures()).toEqual([]);
  });

  it('writes no lines of its own into the log, neither by a name nor by a mistake', async () => {
    await using app = await startTarget();
    const forged = 'a\r\nOAuth failure: forged\u001b[31m\u009b31m\u2028\u2029\u0085\u202e\u0000\u007f';
    await sendRegistration(app, { ...good, client_name: forged, redirect_uris: [forged] });
    await sendRegistration(app, { ...good, token_endpoint_auth_method: forged });
    await sendRegistration(app, { ...good, jwks_uri: forged, token_endpoint_auth_method: 'private_key_jwt' });
    await fetch(authorizationUrl(app, { id: forged, redirectUri: forged }, { state: forged, scope: forged }));
    const client = await register(app, { client_name: forged });
    await open(authorizationUrl(app, client, { response_type: forged, prompt: forged }));
    await fetch(`${app.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: forged, grant_type: forged, code: forged }),
    });
    await fetch(`${app.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'a'.repeat(40_000), grant_type: 'authorization_code' }),
    });
    expect(app.printed.length).toBeGreaterThanOrEqual(6);
    for (const line of app.printed) {
      expect(line).toMatch(/^OAuth (?:registration|authorization|token|metadata-document): [ -~]+$/);
      expect(line.length).toBeLessThan(2000);
    }
  });
});
