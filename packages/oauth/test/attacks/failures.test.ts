import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { memoryOAuthStore, type OAuthStore } from '../../src/index.ts';
import { openBrowser, signIn } from '../browser.ts';
import { ada } from '../people.ts';
import { beginFlow, statusWith } from '../code-flow.ts';
import { register, sendRegistration, startTarget } from './target.ts';

/** A store that can be taken away, as a database that cannot be reached. */
function createAwayStore(): { store: OAuthStore; go: (isAway: boolean) => void } {
  const inner = memoryOAuthStore();
  let isGone = false;
  const away = new Proxy(inner, {
    get: (target, name: keyof OAuthStore) =>
      isGone ? () => Promise.reject(new Error('connect ECONNREFUSED')) : target[name].bind(target),
  });
  return { store: away, go: (isAway) => void (isGone = isAway) };
}

describe('a store that cannot be reached', () => {
  test('is answered 503 in words at every step, and the login goes on when it is back', async () => {
    const { store, go } = createAwayStore();
    await using app = await startTarget({ store });
    const browser = openBrowser(app.url);
    const flow = await beginFlow(app.url);
    go(true);
    const registration = await sendRegistration(app, { redirect_uris: ['http://127.0.0.1/callback'] });
    expect([registration.status, registration.json['error']]).toEqual([503, 'temporarily_unavailable']);
    const begun = await browser.open(flow.url);
    expect([begun.status, begun.html.includes('Try again later')]).toEqual([503, true]);
    expect(begun.html).not.toContain('ECONNREFUSED');
    go(false);
    const page = await signIn(browser, flow.url, ada.id);
    go(true);
    expect((await browser.press(page, { decision: 'allow' })).status).toBe(503);
    go(false);
    const end = await browser.press(page, { decision: 'allow' });
    go(true);
    const refused = await flow.redeem(app.url, end.url);
    expect([refused.status, refused.error]).toEqual([503, 'temporarily_unavailable']);
    go(false);
    const { status, access_token: token } = await flow.redeem(app.url, end.url);
    expect(status).toBe(200);
    expect(await statusWith(app.mcp, token)).toBe(200);
    go(true);
    expect(await statusWith(app.mcp, token)).toBe(503);
    go(false);
    expect(await statusWith(app.mcp, token)).toBe(200);
    expect(app.failures().length).toBeGreaterThan(0);
    expect(app.failures().every(({ message }) => message === 'the store cannot be reached')).toBe(true);
  });
});

describe('a function of the app that throws', () => {
  const fail = () => {
    throw new Error('the password of the database is swordfish');
  };

  test.each([
    ['findUser', { findUser: fail }],
    ['grants', { grants: fail }],
    ['userName', { userName: fail }],
  ])('is a failure in words, and tells the browser nothing of it: %s', async (_name, options) => {
    await using app = await startTarget({ options });
    const flow = await beginFlow(app.url);
    const page = await signIn(openBrowser(app.url), flow.url, ada.id);
    expect([page.status, page.html.includes('Try again later')]).toEqual([503, true]);
    expect(page.html).not.toContain('swordfish');
    expect(app.failures().length).toBeGreaterThan(0);
  });

  test('loadUser makes the endpoint answer 503, and is told', async () => {
    let isBroken = false;
    await using app = await startTarget({
      options: { loadUser: (id) => (isBroken ? fail() : { ...ada, id }) },
    });
    const flow = await beginFlow(app.url);
    const browser = openBrowser(app.url);
    const page = await signIn(browser, flow.url, ada.id);
    const end = await browser.press(page, { decision: 'allow' });
    const { access_token: token } = await flow.redeem(app.url, end.url);
    isBroken = true;
    expect(await statusWith(app.mcp, token)).toBe(503);
    expect(app.failures().map(({ message }) => message)).toEqual(['loadUser failed']);
  });

  test('findUser stops no page of the app that is open while somebody is at the login', async () => {
    let isBroken = false;
    await using app = await startTarget({
      options: { findUser: () => (isBroken ? fail() : undefined), loginUrl: '/login/simple' },
    });
    const browser = openBrowser(app.url);
    await browser.open((await beginFlow(app.url)).url);
    isBroken = true;
    expect((await browser.open(`${app.url}/`)).status).toBe(200);
  });
});

test('a client that hangs up in the middle of a registration is no failure', async () => {
  await using app = await startTarget();
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    'POST /oauth/register HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{',
  );
  socket.destroy();
  await once(socket, 'close');
  // The server has noticed once it serves somebody after it.
  await register(app);
  await register(app);
  expect(app.failures()).toEqual([]);
});

test('no credential is in an event, in a printed line, or in clear in the store', async () => {
  const seen: string[] = [];
  const inner = memoryOAuthStore();
  const store = new Proxy(inner, {
    get:
      (target, name: keyof OAuthStore) =>
      (...args: never[]) => {
        seen.push(JSON.stringify(args));
        return (target[name] as (...values: never[]) => unknown).apply(target, args);
      },
  });
  await using app = await startTarget({ store });
  const client = await register(app, { token_endpoint_auth_method: 'client_secret_post' });
  const flow = await beginFlow(app.url);
  const browser = openBrowser(app.url);
  const page = await signIn(browser, flow.url, ada.id);
  const end = await browser.press(page, { decision: 'allow' });
  const code = end.url.searchParams.get('code')!;
  const tokens = await flow.redeem(app.url, end.url);
  await flow.redeem(app.url, end.url);
  const secrets = [code, client.secret, tokens.access_token, tokens.refresh_token].map(String);
  const interaction = page.url.pathname.split('/').at(-1)!;
  expect(secrets.every((secret) => secret.length > 20)).toBe(true);
  expect(seen.length).toBeGreaterThan(10);
  for (const secret of [...secrets, interaction, ada.name]) {
    expect(seen.filter((line) => line.includes(secret))).toEqual([]);
  }
  for (const secret of secrets) {
    expect(JSON.stringify(app.events)).not.toContain(secret);
    expect(app.printed.join('\n')).not.toContain(secret);
  }
});

test('a flood of authorization requests is bounded, and a request is not longer than a browser sends', async () => {
  await using app = await startTarget();
  const { url } = await beginFlow(app.url);
  const long = new URL(url);
  long.searchParams.set('state', 'x'.repeat(9000));
  expect((await fetch(long, { redirect: 'manual' })).status).toBe(414);
  const statuses = new Set<number>();
  for (let round = 0; round < 11; round++) {
    const sent = Array.from({ length: 100 }, () => fetch(url, { redirect: 'manual' }));
    for (const response of await Promise.all(sent)) {
      statuses.add(response.status);
      if (response.status === 429) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      await response.body?.cancel();
    }
  }
  expect(statuses).toEqual(new Set([303, 429]));
});
