import dns from 'node:dns';
import type { RequestListener, ServerResponse } from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { importJWK, SignJWT } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { generateKey, memoryOAuthStore } from '../../src/index.ts';
import { allow, openBrowser } from '../browser.ts';
import { documentOf, makeCertificate, startHost } from './document-host.ts';
import {
  authorizationUrl,
  type Client,
  connect,
  callMe,
  getCode,
  open,
  post,
  redeem,
  redirectUri,
  register,
  startTarget,
  type Target,
} from './target.ts';

const certificate = makeCertificate();
const loopback = { metadataDocuments: { allowLoopback: true } };

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const clientAt = (url: string): Client => ({ id: url, redirectUri });

/** Checks that a document is not taken, and that the client is not sent anywhere. */
async function expectRefused(app: Target, url: string): Promise<void> {
  app.forget();
  const answer = await open(authorizationUrl(app, clientAt(url)));
  expect([answer.status, answer.headers.get('location')], url).toEqual([400, null]);
  expect(answer.text).not.toMatch(/127\.0\.0\.1|ECONN|ENOTFOUND|DNS lookup/);
  expect(app.refusals().length, url).toBeGreaterThan(0);
  expect(app.failures()).toEqual([]);
  expect(app.printed.length).toBe(app.events.filter(({ refused }) => refused).length);
  expect(app.printed.every((line) => /^OAuth (?:metadata-document|authorization): [^\n]+$/.test(line))).toBe(
    true,
  );
}

/** Makes this process trust the certificate of the tests, as it would one of a known authority. */
function trustCertificate(): void {
  const { createConnection } = https.Agent.prototype as { createConnection?: (...given: never[]) => unknown };
  const trust = vi.spyOn(https.Agent.prototype as never, 'createConnection') as unknown as {
    mockImplementation: (fake: (this: unknown, options: object, done: unknown) => unknown) => void;
  };
  trust.mockImplementation(function (options, done) {
    return createConnection!.call(
      this as never,
      { ...options, ca: certificate.cert } as never,
      done as never,
    );
  });
}

describe('a metadata document at an internal address', () => {
  it('is not fetched, however the address is written', async () => {
    await using app = await startTarget({
      options: { metadataDocuments: { perAddress: { points: 1000, durationMs: 60_000 } } },
    });
    await using host = await startHost((_req, res) => res.end(), { certificate });
    const { port } = new URL(host.url);
    const addresses = [
      '127.0.0.1',
      '127.1',
      '127.0.1',
      '2130706433',
      '0x7f000001',
      '0x7f.0.0.1',
      '0177.0.0.1',
      '017700000001',
      '%31%32%37.0.0.1',
      '127。0。0。1',
      '①②⑦.0.0.1',
      'localhost',
      'LOCALHOST',
      'localhost.',
      '0.0.0.0',
      '0',
      '[::1]',
      '[0:0:0:0:0:0:0:1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::127.0.0.1]',
      '[64:ff9b::127.0.0.1]',
      '[64:ff9b:1::127.0.0.1]',
      '[2002:7f00:1::]',
      '[2001::1]',
      '[fd00::1]',
      '[fc00::1]',
      '[fe80::1]',
      '[fec0::1]',
      '[ff02::1]',
      '[100::1]',
      '10.0.0.1',
      '10.255.255.255',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.0.1',
      '169.254.169.254',
      '169.254.0.1',
      '100.64.0.1',
      '192.0.0.8',
      '198.18.0.1',
      '224.0.0.1',
      '240.0.0.1',
      '255.255.255.255',
    ];
    for (const address of addresses) await expectRefused(app, `https://${address}:${port}/client.json`);
    expect(host.connections).toBe(0);
  });

  it('is not fetched when a name resolves to it, also among public addresses', async () => {
    await using app = await startTarget();
    await using host = await startHost((_req, res) => res.end(), { certificate });
    const { port } = new URL(host.url);
    const found: Record<string, string[]> = {
      'one.example': ['127.0.0.1'],
      'several.example': ['198.51.100.1', '127.0.0.1'],
      'mapped.example': ['::ffff:127.0.0.1'],
      'cloud.example': ['169.254.169.254'],
    };
    const asked: string[] = [];
    const lookup = vi.spyOn(dns, 'lookup') as unknown as {
      mockImplementation: (fake: (...given: never[]) => void) => void;
    };
    lookup.mockImplementation(
      (name: string, options: { all?: boolean }, done: (...results: unknown[]) => void) => {
        asked.push(name);
        const list = found[name]!.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        if (options.all) done(null, list);
        else done(null, list[0]!.address, list[0]!.family);
      },
    );
    syncBuiltinESMExports();
    for (const name of Object.keys(found)) await expectRefused(app, `https://${name}:${port}/client.json`);
    expect(asked).toEqual(Object.keys(found));
    expect(host.connections).toBe(0);
  });

  it('is not fetched over http, nor as another kind of URL', async () => {
    await using app = await startTarget();
    await using host = await startHost((_req, res) => res.end());
    const ids = [
      `${host.url}/client.json`,
      `https://user@${new URL(host.url).host}/client.json`,
      `${host.url.replace('http', 'https')}/../client.json`,
      `${host.url.replace('http', 'https')}/%2e%2e/client.json`,
      `${host.url.replace('http', 'https')}/client.json#fragment`,
      `${host.url.replace('http:', 'https:')}\\client.json`,
      'file:///etc/passwd',
      'ftp://client.example/client.json',
      'data:application/json,{}',
      'https://',
      'https://[::1',
    ];
    for (const id of ids) await expectRefused(app, id);
    expect(host.connections).toBe(0);
  });

  it('is not fetched with allowLoopback either, unless it is this machine', async () => {
    await using app = await startTarget({ options: loopback });
    for (const address of ['10.0.0.1', '169.254.169.254', '0.0.0.0', '192.168.0.1', '[fd00::1]', '[::]']) {
      await expectRefused(app, `https://${address}/client.json`);
      await expectRefused(app, `http://${address}/client.json`);
      expect(app.refusals().join('\n')).not.toMatch(/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|timeout/);
    }
  });

  it('is not fetched as the keys of a client', async () => {
    await using app = await startTarget();
    await using host = await startHost((_req, res) => res.end('{"keys":[]}'), { certificate });
    const { port } = new URL(host.url);
    const assertion = (id: string) =>
      [
        { alg: 'RS256' },
        { iss: id, sub: id, aud: app.url, jti: 'a', exp: Math.floor(Date.now() / 1000) + 60 },
      ]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.') + '.c2lnbmF0dXJl';
    for (const address of ['127.0.0.1', '[::ffff:127.0.0.1]', 'localhost']) {
      const client = await register(app, {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: `https://${address}:${port}/keys`,
      });
      app.forget();
      const answer = await post(app, '/oauth/token', client, {
        grant_type: 'refresh_token',
        refresh_token: 'none',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion(client.id),
      });
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
      expect(app.refusals()).toEqual([
        expect.stringContaining('is not allowed'),
        expect.stringMatching(/^token: /),
      ]);
    }
    expect(host.connections).toBe(0);
  });
});

describe('a metadata document with allowLoopback', () => {
  const serve = (more: (url: string) => unknown): RequestListener => {
    return (req, res) => {
      const { host } = req.headers;
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify(more(`http://${host}${req.url}`)));
    };
  };

  it('is taken from this machine over http, and the client can connect', async () => {
    await using app = await startTarget({ options: loopback });
    await using host = await startHost(serve((url) => documentOf(url)));
    const client = clientAt(`${host.url}/client.json`);
    const { accessToken } = await connect(app, client);
    expect(await callMe(app, accessToken)).toBe('ada');
    expect(app.failures()).toEqual([]);
  });

  it('is taken from this machine over https, with a certificate that is trusted, and only once', async () => {
    trustCertificate();
    await using app = await startTarget({ options: loopback });
    await using host = await startHost(
      serve((url) => documentOf(url.replace('http:', 'https:'))),
      { certificate },
    );
    const client = clientAt(`${host.url}/client.json`);
    const waiting = await Promise.all(Array.from({ length: 10 }, () => open(authorizationUrl(app, client))));
    expect(waiting.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 303));
    const { accessToken } = await connect(app, client);
    expect(await callMe(app, accessToken)).toBe('ada');
    expect(host.requests).toEqual(['/client.json']);
    expect(app.refusals()).toEqual([]);
  });

  it('is found again on the pages, also by a process that has not read it yet', async () => {
    trustCertificate();
    const store = memoryOAuthStore();
    await using host = await startHost(
      serve((url) => documentOf(url.replace('http:', 'https:'))),
      { certificate },
    );
    const first = await startTarget({ options: loopback, store });
    const browser = openBrowser(first.url);
    const login = await browser.open(authorizationUrl(first, clientAt(`${host.url}/client.json`)));
    await first.close();
    await using second = await startTarget({
      options: loopback,
      store,
      port: Number(new URL(first.url).port),
    });
    const consent = await browser.press(login, { person: 'ada' });
    expect(consent.html).toContain('A client');
    expect((await browser.press(consent, { decision: 'allow' })).url.searchParams.get('code')).toBeTruthy();
    expect(second.failures()).toEqual([]);
  });

  it('may name keys of the client, which are fetched in the same way', async () => {
    trustCertificate();
    const key = await generateKey();
    const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...publicKey } = key;
    await using app = await startTarget({ options: loopback });
    await using host = await startHost((_req, res) => res.end(JSON.stringify({ keys: [publicKey] })), {
      certificate,
    });
    const client = await register(app, {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `${host.url}/keys`,
    });
    const assertion = await new SignJWT({ jti: 'one' })
      .setProtectedHeader({ alg: 'RS256', kid: key.kid! })
      .setIssuer(client.id)
      .setSubject(client.id)
      .setAudience(app.url)
      .setExpirationTime('1m')
      .sign(await importJWK(key, 'RS256'));
    const proof = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
    const code = await getCode(app, client);
    expect((await redeem(app, client, code, proof)).status).toBe(200);
    app.forget();
    // An assertion proves something once.
    expect(await redeem(app, client, await getCode(app, client), proof)).toMatchObject({ status: 401 });
    expect(app.refusals()).toEqual(['token: the client_assertion was used before']);
  });

  it('is not taken over https with a certificate that nobody trusts', async () => {
    await using app = await startTarget({ options: loopback });
    await using host = await startHost((_req, res) => res.end('{}'), { certificate });
    await expectRefused(app, `${host.url}/client.json`);
    expect(host.requests).toEqual([]);
  });

  const bad: [name: string, answer: (res: ServerResponse, url: string) => void][] = [
    ['redirects', (res) => res.writeHead(302, { location: '/other' }).end()],
    [
      'redirects to an internal address',
      (res) => res.writeHead(307, { location: 'http://169.254.169.254/' }).end(),
    ],
    ['is not there', (res) => res.writeHead(404).end('{}')],
    ['is empty', (res) => res.end()],
    ['has no content', (res) => res.writeHead(204).end()],
    ['switches protocols', (res) => res.writeHead(101).end()],
    ['has a status that there is not', (res) => res.writeHead(999).end('{}')],
    ['is not JSON', (res) => res.end('<html></html>')],
    ['is a list', (res) => res.end('[]')],
    ['is null', (res) => res.end('null')],
    ['is a text', (res) => res.end('"https://client.example"')],
    ['nests without end', (res) => res.end('['.repeat(10_000))],
    ['has no id', (res, url) => res.end(JSON.stringify({ ...documentOf(url), client_id: undefined }))],
    ['has the id of another', (res, url) => res.end(JSON.stringify(documentOf(`${url}?`)))],
    ['has a list of ids', (res, url) => res.end(JSON.stringify(documentOf(url, { client_id: [url] })))],
    ['has a secret', (res, url) => res.end(JSON.stringify(documentOf(url, { client_secret: 'a' })))],
    [
      'authenticates with a secret',
      (res, url) =>
        res.end(JSON.stringify(documentOf(url, { token_endpoint_auth_method: 'client_secret_post' }))),
    ],
    ['has no redirect URI', (res, url) => res.end(JSON.stringify(documentOf(url, { redirect_uris: [] })))],
    [
      'has a redirect URI that is not safe',
      (res, url) =>
        res.end(JSON.stringify(documentOf(url, { redirect_uris: [redirectUri, 'javascript:1'] }))),
    ],
    [
      'has the redirect URI of another',
      (res, url) =>
        res.end(JSON.stringify(documentOf(url, { redirect_uris: ['https://client.example/callback'] }))),
    ],
    ['is huge', (res, url) => res.end(JSON.stringify(documentOf(url, { client_name: 'a'.repeat(20_000) })))],
    [
      'says that it is small and is huge',
      (res) => {
        res.socket!.end(`HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n${'a'.repeat(50_000)}`);
      },
    ],
    [
      'never ends',
      (res) => {
        const more = () => {
          while (!res.destroyed && res.write('a'.repeat(1000)));
        };
        res.on('drain', more);
        more();
      },
    ],
    [
      'is compressed',
      (res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(Buffer.from('1f8b08', 'hex')),
    ],
    ['breaks off', (res) => res.writeHead(200, { 'content-length': '100' }).write('{', () => res.destroy())],
    ['says nothing', (res) => res.destroy()],
    ['is no HTTP', (res) => res.socket!.end('SSH-2.0-OpenSSH\r\n')],
    [
      'has headers of strange characters',
      (res) => res.socket!.end(Buffer.from('HTTP/1.1 200 OK\r\ncache-control: \xff\x00\r\n\r\n{}', 'latin1')),
    ],
  ];
  it('is refused for everything that a hostile server could answer', async () => {
    await using app = await startTarget({ options: loopback });
    await using host = await startHost((req, res) => {
      const url = `http://${req.headers.host}${req.url}`;
      bad[Number(new URL(url).searchParams.get('case'))]![1](res, url);
    });
    for (const [index, [name]] of bad.entries()) {
      const url = `${host.url}/client.json?case=${index}`;
      await expectRefused(app, url).catch((error: unknown) => {
        throw new Error(`a document that ${name}`, { cause: error });
      });
      expect(host.requests).toEqual(
        Array.from({ length: host.requests.length }, () => `/client.json?case=${index}`),
      );
      host.requests.length = 0;
    }
  });

  it.each<[name: string, answer: (res: ServerResponse) => void]>([
    ['before its headers', () => {}],
    ['after its headers', (res) => res.flushHeaders()],
    ['after a part', (res) => res.write('{')],
  ])('is given up when the server waits %s', async (_name, answer) => {
    const timer = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(timer.signal);
    await using app = await startTarget({ options: loopback });
    await using host = await startHost((_req, res) => {
      answer(res);
      setImmediate(() => timer.abort(new DOMException('too slow', 'TimeoutError')));
    });
    await expectRefused(app, `${host.url}/client.json`);
    expect(Math.max(...timeout.mock.calls.map(([ms]) => ms))).toBeLessThanOrEqual(5000);
  });
});

it('limits how many documents an address may name', async () => {
  await using app = await startTarget({
    options: { metadataDocuments: { perAddress: { points: 3, durationMs: 60_000 } } },
  });
  const messages: string[] = [];
  for (let index = 0; index < 5; index++) {
    await expectRefused(app, `https://127.0.0.1/${index}.json`);
    messages.push(app.refusals()[0]!);
  }
  const tooMany = 'metadata-document: the address has named too many metadata documents';
  expect(messages.map((message) => message === tooMany)).toEqual([false, false, false, true, true]);
  expect(app.printed[0]).toContain('address="127.0.0.1"');
});

it('fetches nothing when documents are turned off', async () => {
  await using app = await startTarget({ options: { metadataDocuments: false } });
  await using host = await startHost((_req, res) => res.end(), { certificate });
  await expectRefused(app, `${host.url}/client.json`);
  expect(host.connections).toBe(0);
});

it('asks again for what the client has not been allowed, and shows the host of its document', async () => {
  await using app = await startTarget({ options: loopback });
  await using host = await startHost((req, res) => {
    const url = `http://${req.headers.host}${req.url}`;
    res.end(
      JSON.stringify(documentOf(url, { client_name: 'Claude\u202e', logo_uri: 'http://evil.example/a' })),
    );
  });
  const browser = openBrowser(app.url);
  const url = authorizationUrl(app, clientAt(`${host.url}/client.json`));
  const login = await browser.open(url);
  const consent = await browser.press(login, { person: 'ada' });
  expect(consent.html).toContain(new URL(host.url).host);
  expect(consent.html).not.toMatch(/\u202e|evil\.example/);
  expect((await allow(browser, url, 'ada')).searchParams.get('code')).toBeTruthy();
});
