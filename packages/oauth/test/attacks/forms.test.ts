import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, openBrowser, type Page, signIn } from '../browser.ts';
import {
  authorizationUrl,
  callMe,
  type Client,
  connect,
  open,
  readAnswer,
  redeem,
  register,
  startTarget,
  type Answer,
  type Target,
} from './target.ts';

let app: Target;
let client: Client;
beforeAll(async () => {
  app = await startTarget({
    options: { registration: { perAddress: { points: 1000, durationMs: 60_000 } } },
  });
});
afterAll(() => app.close());
// Everybody is asked by a client that nobody knows.
beforeEach(async () => {
  client = await register(app);
  app.forget();
});

const begin = async (person = 'ada', scope = 'app:read app:write') => {
  const browser = openBrowser(app.url);
  const page = await signIn(browser, authorizationUrl(app, client, { scope }), person);
  return { browser, page, fields: new URLSearchParams(page.forms[0]!.fields) };
};

const cookieOf = (browser: Browser, path: string) =>
  browser.cookies
    .filter((cookie) => path.startsWith(cookie.path))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');

/** Sends a form as a browser does, with these headers. */
async function send(
  browser: Browser,
  page: Page,
  body: URLSearchParams | FormData | string | undefined,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<Answer> {
  const response = await fetch(page.url, {
    method,
    ...(body !== undefined && { body }),
    redirect: 'manual',
    headers: { cookie: cookieOf(browser, page.url.pathname), accept: 'text/html', ...headers },
  });
  return await readAnswer(response);
}

/** Checks that nothing was allowed, and that it was told. */
async function expectNothingAllowed(answer: Answer, person = 'ada'): Promise<void> {
  expect(answer.headers.get('location')).toBeNull();
  expect(app.events.filter(({ type }) => type !== 'registration')).toEqual([
    expect.objectContaining({ type: 'forged-form', refused: true, clientId: client.id, userId: person }),
  ]);
  expect(app.printed).toEqual([
    expect.stringMatching(/^OAuth forged-form: a consent was sent from another page/),
  ]);
  // The person is asked again, and so was not taken at the attacker's word.
  app.forget();
  const page = await signIn(openBrowser(app.url), authorizationUrl(app, client), person);
  expect(page.html).toContain('See your apples');
}

describe('a consent that another website sends', () => {
  it.each<[name: string, headers: Record<string, string>]>([
    ['with its origin', { origin: 'https://evil.example' }],
    ['with the origin of a sandbox', { origin: 'null' }],
    ['with its origin, on another port', { origin: 'http://127.0.0.1:1' }],
    ['with our origin and more', { origin: 'http://127.0.0.1.evil.example' }],
    ['cross-site, without an origin', { 'sec-fetch-site': 'cross-site' }],
    ['from another subdomain', { 'sec-fetch-site': 'same-site' }],
    ['by an address that was typed', { 'sec-fetch-site': 'none' }],
  ])('is refused, even with a proof that was stolen: %s', async (_name, headers) => {
    const { browser, page, fields } = await begin();
    fields.set('decision', 'allow');
    const answer = await send(browser, page, fields, headers);
    expect(answer.status).toBe(403);
    await expectNothingAllowed(answer);
  });

  it.each<[name: string, change: (fields: URLSearchParams) => void]>([
    ['without a proof', (fields) => fields.delete('proof')],
    ['with an empty proof', (fields) => fields.set('proof', '')],
    ['with a proof of zeros', (fields) => fields.set('proof', `${Date.now().toString(36)}.AAAA`)],
    ['with a proof that has only a time', (fields) => fields.set('proof', Date.now().toString(36))],
    [
      'with a later time',
      (fields) =>
        fields.set(
          'proof',
          fields.get('proof')!.replace(/^\w+/, (at) => (parseInt(at, 36) + 1).toString(36)),
        ),
    ],
    ['with a strange time', (fields) => fields.set('proof', fields.get('proof')!.replace('.', '!.'))],
    ['with no time', (fields) => fields.set('proof', fields.get('proof')!.replace(/^\w+/, ''))],
    [
      'with the proof under another name',
      (fields) => {
        fields.set('proof[]', fields.get('proof')!);
        fields.delete('proof');
      },
    ],
  ])('is refused without headers of a browser, too: %s', async (_name, change) => {
    const { browser, page, fields } = await begin();
    fields.set('decision', 'allow');
    change(fields);
    const answer = await send(browser, page, fields);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('An attacker');
    await expectNothingAllowed(answer);
  });

  it.each<[name: string, type: string, body: (fields: URLSearchParams) => string]>([
    ['plain text', 'text/plain', (fields) => `${fields}`],
    ['JSON', 'application/json', (fields) => JSON.stringify(Object.fromEntries(fields))],
    ['no type', '', (fields) => `${fields}`],
    ['a type that begins like a form', 'application/x-www-form-urlencodedx', (fields) => `${fields}`],
    ['a form of 20 KB', 'application/x-www-form-urlencoded', (fields) => `${fields}&a=${'a'.repeat(20_000)}`],
    [
      'parts',
      'multipart/form-data; boundary=b',
      (fields) =>
        [...fields]
          .map(([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
          .join('') + '--b--\r\n',
    ],
  ])('is refused as %s', async (_name, type, body) => {
    const { browser, page, fields } = await begin();
    fields.set('decision', 'allow');
    const answer = await send(browser, page, body(fields), { 'content-type': type });
    await expectNothingAllowed(answer);
  });

  it('is no consent as parameters of a GET, a HEAD or another method', async () => {
    const { browser, page, fields } = await begin();
    fields.set('decision', 'allow');
    const url = new URL(`?${fields}`, page.url);
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const answer = await send(browser, { ...page, url }, undefined, {}, method);
      expect(answer.headers.get('location'), method).toBeNull();
    }
    expect(app.events).toEqual([]);
    expect((await signIn(openBrowser(app.url), authorizationUrl(app, client), 'ada')).html).toContain(
      'See your apples',
    );
  });
});

describe('a consent of somebody else', () => {
  it('is not taken in the browser of a victim: the interaction belongs to the browser that began it', async () => {
    const attacker = await begin('ben');
    const victim = openBrowser(app.url);
    await signIn(victim, `${app.url}/oauth/connections`, 'ada');
    app.forget();
    const page = await victim.open(attacker.page.url);
    expect([page.status, page.forms]).toEqual([400, []]);
    expect(page.html).toContain('another browser');
    attacker.fields.set('decision', 'allow');
    const answer = await send(victim, attacker.page, attacker.fields);
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect(app.events).toEqual([]);
  });

  it('is not taken with the cookie of one interaction for another', async () => {
    const one = await begin();
    const other = await begin();
    const cookie = cookieOf(one.browser, one.page.url.pathname);
    other.fields.set('decision', 'allow');
    const answer = await send(other.browser, other.page, other.fields, { cookie });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers.get('location')).toBeNull();
  });

  it('is not taken when another person has signed in since the page was shown', async () => {
    const { browser, page } = await begin('ada');
    const login = await browser.open(`${app.url}/login`);
    await browser.press(login, { person: 'ben' });
    app.forget();
    const next = await browser.press(page, { decision: 'allow' });
    expect(next.status).toBe(200);
    expect(next.html).toContain('Ben &lt;b&gt;Okri');
    expect(app.refusals()).toEqual([expect.stringContaining('forged-form: ')]);
    expect(app.events[0]).toMatchObject({ userId: 'ben', clientId: client.id });
    // Ben can decide for himself.
    const code = (await browser.press(next, { decision: 'allow' })).url.searchParams.get('code')!;
    const tokens = (await redeem(app, client, code)).json;
    expect(await callMe(app, String(tokens['access_token']))).toBe('ben');
  });

  it.each<[name: string, other: () => Promise<{ fields: URLSearchParams }>]>([
    ['of another person', () => begin('ben')],
    ['of another interaction', () => begin('ada')],
    ['for other scopes', () => begin('ada', 'app:read')],
    [
      'for another client',
      async () => {
        const mine = client;
        client = await register(app);
        const other = await begin();
        client = mine;
        return other;
      },
    ],
    [
      'of the page of connections',
      async () => {
        await connect(app, await register(app));
        const page = await signIn(openBrowser(app.url), `${app.url}/oauth/connections`, 'ada');
        return { fields: new URLSearchParams(page.forms[0]!.fields) };
      },
    ],
  ])('is not taken with the proof %s', async (_name, other) => {
    const { browser, page, fields } = await begin();
    const proof = (await other()).fields.get('proof')!;
    expect(proof).toMatch(/^\w+\.[\w-]{43}$/);
    app.forget();
    fields.set('proof', proof);
    fields.set('decision', 'allow');
    await expectNothingAllowed(await send(browser, page, fields));
  });

  it('gives no more scopes than the page has shown', async () => {
    const { browser, page, fields } = await begin('ada', 'app:read');
    fields.set('decision', 'allow');
    for (const scope of ['app:read', 'app:write', 'openid', 'offline_access', '__proto__'])
      fields.append('scope', scope);
    const { headers } = await send(browser, page, fields);
    const answer = await open(new URL(headers.get('location')!, app.url), {
      cookie: cookieOf(browser, new URL(headers.get('location')!, app.url).pathname),
    });
    const code = new URL(answer.headers.get('location')!).searchParams.get('code')!;
    expect((await redeem(app, client, code)).json['scope']).toBe('app:read');
    const connections = await browser.open(`${app.url}/oauth/connections`);
    expect(connections.html).not.toContain('Add and remove apples');
  });

  it('gives nothing twice: the second form finds the interaction gone', async () => {
    const { browser, page, fields } = await begin();
    fields.set('decision', 'allow');
    const first = await send(browser, page, fields);
    const resume = new URL(first.headers.get('location')!, app.url);
    const cookie = cookieOf(browser, resume.pathname);
    const answers = [await open(resume, { cookie }), await open(resume, { cookie })];
    expect(answers.map(({ headers }) => headers.get('location')?.includes('code=') ?? false)).toEqual([
      true,
      false,
    ]);
    expect((await send(browser, page, fields)).status).toBe(400);
  });
});

describe('the end of a connection', () => {
  it('is not taken from another website, nor without its proof', async () => {
    const { accessToken } = await connect(app, client);
    const browser = openBrowser(app.url);
    const page = await signIn(browser, `${app.url}/oauth/connections`, 'ada');
    const fields = page.forms
      .map((form) => new URLSearchParams(form.fields))
      .find((each) => each.get('client') === client.id)!;
    const { fields: consent } = await begin('ada', 'app:read app:write');
    app.forget();

    const without = new URLSearchParams({ client: client.id });
    const foreign = new URLSearchParams({ client: client.id, proof: consent.get('proof')! });
    const attempts: [URLSearchParams | string, Record<string, string>][] = [
      [fields, { origin: 'https://evil.example' }],
      [fields, { origin: 'null' }],
      [fields, { 'sec-fetch-site': 'cross-site' }],
      [fields, { 'sec-fetch-site': 'same-site' }],
      [without, {}],
      [foreign, {}],
      [new URLSearchParams({ ...Object.fromEntries(fields), client: 'another' }), {}],
      [`${fields}`, { 'content-type': 'text/plain' }],
      [JSON.stringify(Object.fromEntries(fields)), { 'content-type': 'application/json' }],
    ];
    for (const [body, headers] of attempts) {
      app.forget();
      const answer = await send(browser, page, body, headers);
      expect([answer.status, answer.headers.get('location')]).toEqual([403, null]);
      expect(app.events).toEqual([
        expect.objectContaining({ type: 'forged-form', refused: true, userId: 'ada' }),
      ]);
      expect(app.printed).toEqual([expect.stringContaining('OAuth forged-form: the end of a connection')]);
    }
    expect((await send(browser, page, undefined, {}, 'DELETE')).status).toBeGreaterThanOrEqual(400);
    await browser.open(new URL(`?${fields}`, page.url));
    expect(await callMe(app, accessToken)).toBe('ada');

    const ben = openBrowser(app.url);
    const other = await signIn(ben, `${app.url}/oauth/connections`, 'ben');
    expect((await send(ben, other, fields)).status).toBe(403);
    expect(await callMe(app, accessToken)).toBe('ada');

    expect((await send(browser, page, fields, { origin: app.url })).status).toBe(303);
    expect(await callMe(app, accessToken)).toBe(401);
    expect(app.events.at(-1)).toMatchObject({
      type: 'connection-ended',
      refused: false,
      clientId: client.id,
    });
  });
});

it('lets no page be shown in a frame of another page', async () => {
  const { browser, page } = await begin();
  const pages = [
    page.headers,
    (await browser.open(`${app.url}/oauth/connections`)).headers,
    (await open(authorizationUrl(app, client, { redirect_uri: 'https://evil.example' }))).headers,
    (await open(`${app.url}/oauth/authorize`)).headers,
    (await open(`${app.url}/oauth/interaction/aaaaaaaaaaaaaaaaaaaaa`)).headers,
    (await open(`${app.url}/oauth/authorize/aaaaaaaaaaaaaaaaaaaaa`)).headers,
    (await open(`${app.url}/oauth/nothing`)).headers,
    (await send(browser, page, 'x', { origin: 'https://evil.example' })).headers,
    (await open(authorizationUrl(app, client, { response_mode: 'form_post', prompt: 'none' }))).headers,
  ];
  for (const [index, headers] of pages.entries()) {
    if (!headers.get('content-type')?.includes('html')) continue;
    expect(headers.get('x-frame-options'), `page ${index}`).toBe('DENY');
    expect(headers.get('content-security-policy'), `page ${index}`).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control'), `page ${index}`).toContain('no-store');
  }
});

it('sets cookies that scripts and other websites cannot use', async () => {
  const response = await fetch(authorizationUrl(app, client), { redirect: 'manual' });
  const cookies = response.headers.getSetCookie();
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) {
    expect(cookie).toMatch(/; httponly/i);
    expect(cookie).toMatch(/; samesite=lax/i);
  }
});
