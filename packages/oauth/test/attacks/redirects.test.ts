import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser, signIn } from '../browser.ts';
import {
  authorizationUrl,
  type Client,
  getCode,
  open,
  type Parameters,
  redirectUri,
  register,
  sendRegistration,
  startTarget,
  type Target,
} from './target.ts';

const web = 'https://client.example/callback?tenant=1';

/** Checks that nobody is sent anywhere, and that the person is told so. */
async function expectNoRedirect(app: Target, client: Client, parameters: Parameters): Promise<void> {
  app.forget();
  const answer = await open(authorizationUrl(app, client, parameters));
  expect([answer.status, answer.headers.get('location')], JSON.stringify(parameters)).toEqual([400, null]);
  expect(answer.headers.get('content-type')).toContain('text/html');
  expect(answer.headers.get('x-frame-options')).toBe('DENY');
  expect(answer.text).not.toMatch(/<script|<form|http-equiv/i);
  expect(app.refusals().length).toBeGreaterThan(0);
  expect(app.events.every(({ type, refused }) => type === 'authorization' && refused)).toBe(true);
  expect(app.printed).toHaveLength(app.events.length);
  expect(app.printed[0]).toMatch(/^OAuth authorization: /);
}

describe('a redirect URI that is not registered', () => {
  it('gets neither a code nor an error, for a client on the web', async () => {
    await using app = await startTarget();
    const client = await register(app, { redirect_uris: [web] });
    const variations = [
      'https://client.example:8443/callback?tenant=1',
      'https://client.example:443/callback?tenant=1',
      'https://client.example/callback',
      'https://client.example/callback?tenant=2',
      'https://client.example/callback?tenant=1&more=1',
      'https://client.example/callback/?tenant=1',
      'https://client.example/callback/more?tenant=1',
      'https://client.example/callback/../other?tenant=1',
      'https://client.example/./callback?tenant=1',
      'https://client.example/%63allback?tenant=1',
      'https://client.example/callback%2f..%2f?tenant=1',
      'https://client.example/Callback?tenant=1',
      'https://CLIENT.example/callback?tenant=1',
      'HTTPS://client.example/callback?tenant=1',
      'https://client.example./callback?tenant=1',
      'https://evil.client.example/callback?tenant=1',
      'https://client.example.evil.example/callback?tenant=1',
      'https://client.example@evil.example/callback?tenant=1',
      'https://user@client.example/callback?tenant=1',
      'https://evil.example\\@client.example/callback?tenant=1',
      'https://evil.example\\.client.example/callback?tenant=1',
      'https:\\\\client.example/callback?tenant=1',
      'https://client.example\\callback?tenant=1',
      'https://client.example/callback?tenant=1#fragment',
      'https://client.example/callback?tenant=1#',
      'https://cl\u{456}ent.example/callback?tenant=1',
      'https://client。example/callback?tenant=1',
      'https://client.example%2f@evil.example/callback?tenant=1',
      'http://client.example/callback?tenant=1',
      '//client.example/callback?tenant=1',
      '/callback?tenant=1',
      ' https://client.example/callback?tenant=1',
      'https://client.example/callback?tenant=1 ',
      'https://client.example/callback?tenant=1\r\nset-cookie: a=b',
      'https://client.example/callback?tenant=1\0',
      'javascript:alert(1)//https://client.example/callback?tenant=1',
      'data:text/html,<script>alert(1)</script>',
      'https://evil.example',
      'null',
    ];
    for (const uri of variations) await expectNoRedirect(app, client, { redirect_uri: uri });
    expect((await open(authorizationUrl(app, client))).status).toBe(303);
  });

  it('gets neither a code nor an error, for a program on a computer', async () => {
    await using app = await startTarget();
    const client = await register(app);
    const variations = [
      'http://127.0.0.1:3997/other',
      'http://127.0.0.1:3997/callback/',
      'http://127.0.0.1:3997/callback/../other',
      'http://127.0.0.1:3997/callback?more=1',
      'http://127.0.0.1:3997/callback#fragment',
      'https://127.0.0.1:3997/callback',
      'http://localhost:3997/callback',
      'http://[::1]:3997/callback',
      'http://127.0.0.2:3997/callback',
      'http://127.1:3997/callback',
      'http://2130706433:3997/callback',
      'http://0x7f000001:3997/callback',
      'http://0.0.0.0:3997/callback',
      'http://127.0.0.1.evil.example:3997/callback',
      'http://localhost.evil.example/callback',
      'http://127.0.0.1@evil.example/callback',
      'http://127.0.0.1:3997@evil.example/callback',
      'http://evil@127.0.0.1:3997/callback',
      'http://127.0.0.1:evil@evil.example/callback',
      'http://evil.example\\@127.0.0.1:3997/callback',
      'http://127.0.0.1:3997\\@evil.example/callback',
      'http://127.0.0.1:99999/callback',
      'http://127.0.0.1:-1/callback',
      'HTTP://127.0.0.1:3997/callback',
      'http:/127.0.0.1:3997/callback',
      'http:127.0.0.1:3997/callback',
    ];
    for (const uri of variations) await expectNoRedirect(app, client, { redirect_uri: uri });
    // RFC 8252: a program listens on whatever port is free.
    for (const uri of ['http://127.0.0.1:49152/callback', 'http://127.0.0.1/callback'])
      expect(await getCode(app, client, { parameters: { redirect_uri: uri } })).toMatch(/^[\w-]{43}$/);
  });

  it('gets neither a code nor an error when it comes twice, as an array, or not at all', async () => {
    await using app = await startTarget();
    const client = await register(app, { redirect_uris: [redirectUri, web] });
    const evil = 'https://evil.example/callback';
    await expectNoRedirect(app, client, { redirect_uri: [redirectUri, evil] });
    await expectNoRedirect(app, client, { redirect_uri: [evil, redirectUri] });
    await expectNoRedirect(app, client, { redirect_uri: undefined });
    await expectNoRedirect(app, client, { redirect_uri: undefined, 'redirect_uri[]': redirectUri });
    await expectNoRedirect(app, client, { redirect_uri: undefined, 'redirect_uri[0]': evil });
    await expectNoRedirect(app, client, { client_id: [client.id, client.id], redirect_uri: evil });
    await expectNoRedirect(app, client, { client_id: 'nobody' });
    await expectNoRedirect(app, client, { client_id: undefined });
  });

  it.each<[name: string, parameters: Parameters]>([
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }],
    ['another response type', { response_type: 'token' }],
    ['an unknown response mode', { response_mode: 'web_message' }],
    ['a form as response mode', { response_mode: 'form_post', response_type: 'token' }],
    ['a scope that there is not', { scope: 'root' }],
    ['another resource', { resource: 'https://evil.example/' }],
    ['prompt none', { prompt: 'none' }],
    ['a strange prompt', { prompt: 'none login' }],
    ['a request object', { request: 'e30.e30.' }],
    ['a request URI', { request_uri: 'https://evil.example/request' }],
    ['metadata in the request', { registration: '{}' }],
    ['a parameter twice', { state: ['one', 'two'] }],
    ['a strange age', { max_age: '-1' }],
    ['somebody else as a hint', { id_token_hint: 'e30.e30.' }],
  ])('gets no error either: %s', async (_name, parameters) => {
    await using app = await startTarget();
    const client = await register(app);
    await expectNoRedirect(app, client, { ...parameters, redirect_uri: 'https://evil.example/callback' });
    // The same mistake is told to the client at its own URI, with the issuer.
    const answer = await open(authorizationUrl(app, client, parameters));
    const location = new URL(answer.headers.get('location') ?? '', app.url);
    if (location.origin === app.url) return;
    expect(location.origin + location.pathname).toBe(redirectUri);
    // The answer to a request for a token is in the fragment.
    const told = new URLSearchParams(location.search || location.hash.slice(1));
    expect(told.get('iss')).toBe(app.url);
    expect(told.get('error')).toBeTruthy();
    expect(told.has('code')).toBe(false);
  });
});

describe('the registration of a redirect URI', () => {
  let app: Target;
  beforeAll(async () => {
    const perAddress = { points: 1000, durationMs: 3_600_000 };
    app = await startTarget({ options: { registration: { perAddress } } });
  });
  afterAll(() => app.close());
  beforeEach(() => app.forget());

  it.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'java\tscript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'blob:https://evil.example/1',
    'about:blank',
    'view-source:https://evil.example',
    'filesystem:https://evil.example/temporary/a.html',
    'ws://127.0.0.1/callback',
    'wss://evil.example/callback',
    'http://evil.example/callback',
    'http://localhost.evil.example/callback',
    'http://127.0.0.1.evil.example/callback',
    'http://127.0.0.1@evil.example/callback',
    'http://evil@127.0.0.1/callback',
    'http://0.0.0.0/callback',
    'http://10.0.0.1/callback',
    'http://169.254.169.254/callback',
    'https://user:password@client.example/callback',
    'https://*.client.example/callback',
    'https://client.example/callback#fragment',
    'https://client.example/callback#',
    'https://client.example\\@evil.example/callback',
    'https://client.example/call back',
    'https://client.example/callback\r\nset-cookie:a=b',
    'https://client.example/\u0085',
    'https://',
    'https:///callback',
    'https:client.example/callback',
    'http:/127.0.0.1/callback',
    '//client.example/callback',
    '/callback',
    'callback',
    '',
    '*',
    'https://client.example/' + 'a'.repeat(3000),
    null,
    7,
    ['https://client.example/callback'],
    { href: 'https://client.example/callback' },
  ])('is refused: %j', async (uri) => {
    for (const uris of [[uri], [redirectUri, uri]]) {
      app.forget();
      const answer = await sendRegistration(app, { redirect_uris: uris });
      expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_redirect_uri' } });
      expect(app.events).toEqual([
        expect.objectContaining({ type: 'registration', refused: true, error: 'invalid_redirect_uri' }),
      ]);
      expect(app.printed).toEqual([expect.stringMatching(/^OAuth registration: [^\r\n]{1,400}$/)]);
    }
  });

  it.each([undefined, null, [], {}, 'https://client.example/callback', { 0: redirectUri, length: 1 }])(
    'is refused in place of a list: %j',
    async (uris) => {
      const answer = await sendRegistration(app, { redirect_uris: uris });
      expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_redirect_uri' } });
      expect(app.refusals()).toHaveLength(1);
    },
  );

  it('is refused on https of this computer for a program that also has others', async () => {
    const answer = await sendRegistration(app, {
      redirect_uris: [redirectUri, 'https://127.0.0.1/callback'],
    });
    expect(answer.status).toBe(400);
    expect(app.refusals()).toEqual([expect.stringContaining('registration: ')]);
  });

  it('on https of this computer does not let every port in', async () => {
    const answer = await sendRegistration(app, { redirect_uris: ['https://127.0.0.1/callback'] });
    if (answer.status !== 201) return expect(app.refusals()).toHaveLength(1);
    const client = { id: String(answer.json['client_id']), redirectUri: 'https://127.0.0.1/callback' };
    await expectNoRedirect(app, client, { redirect_uri: 'https://127.0.0.1:8443/callback' });
  });
});

describe('our own redirects', () => {
  const foreign = [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/oauth/interaction/../../evil',
    '/oauth/connections/../../evil',
    '/oauth/connections\r\nset-cookie: a=b',
    '/oauth/connections?next=//evil.example',
    '/oauth/connections#//evil.example',
    '/oauth/authorize?client_id=evil',
    '/login?returnTo=//evil.example',
    'javascript:alert(1)',
    '%',
    '',
  ];

  it('ignore where a query says that they go', async () => {
    await using app = await startTarget();
    const client = await register(app);
    for (const returnTo of foreign) {
      const query = new URLSearchParams({ returnTo, return_to: returnTo, next: returnTo }).toString();
      const answer = await open(`${app.url}/oauth/connections?${query}`);
      expect(answer.headers.get('location')).toBe('/login?returnTo=%2Foauth%2Fconnections');
      const browser = openBrowser(app.url);
      const url = authorizationUrl(app, client, { returnTo, return_to: returnTo, next: returnTo });
      const page = await signIn(browser, url, 'ada');
      expect(page.url.pathname).toMatch(/^\/oauth\/interaction\/[\w-]+$/);
    }
  });

  it('ignore a cookie that names another place', async () => {
    await using app = await startTarget();
    const browser = openBrowser(app.url);
    await signIn(browser, `${app.url}/oauth/connections`, 'ada');
    const session = browser.cookies
      .filter(({ path }) => path === '/')
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const place = async (value: string) => {
      const answer = await open(`${app.url}/`, { cookie: `${session}; oauth_return=${value}` });
      return answer.headers.get('location');
    };
    for (const value of foreign) {
      expect(await place(encodeURIComponent(value)), value).toBeNull();
      expect(await place(value.replaceAll(/[^ -~]/g, '')), value).toBeNull();
    }
    expect(await place(encodeURIComponent('/oauth/connections'))).toBe('/oauth/connections');
    // Only a page that a person opens goes on: no frame, no script.
    const framed = await open(`${app.url}/`, {
      cookie: `${session}; oauth_return=${encodeURIComponent('/oauth/connections')}`,
      'sec-fetch-dest': 'iframe',
    });
    expect(framed.headers.get('location')).toBeNull();
  });

  it('take only an address of this server to a login page elsewhere', async () => {
    await using app = await startTarget({ options: { loginUrl: 'https://login.example/start?tenant=1' } });
    const client = await register(app);
    const browser = openBrowser(app.url);
    const page = await browser.open(authorizationUrl(app, client, { returnTo: 'https://evil.example' }));
    expect(page.url.origin + page.url.pathname).toBe('https://login.example/start');
    expect(page.url.searchParams.get('tenant')).toBe('1');
    const returnTo = new URL(page.url.searchParams.get('returnTo')!);
    expect(returnTo.origin).toBe(app.url);
    expect(returnTo.pathname).toMatch(/^\/oauth\/interaction\/[\w-]+$/);
  });
});
