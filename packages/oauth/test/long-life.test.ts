import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { generateKey, memoryOAuthStore } from '../src/index.ts';
import { startApp } from './app.ts';
import { allow, clientUrlOf, openBrowser, signIn } from './browser.ts';
import { beginFlow, statusWith } from './code-flow.ts';
import { keys, secret } from './keys.ts';
import { ada, ben } from './people.ts';

const other = 'another secret of these tests, which everybody may read';

/** Logs Ada in, and returns what her client then has. */
async function connect(url: string) {
  const flow = await beginFlow(url);
  const end = await allow(openBrowser(url), flow.url, ada.id);
  return { flow, tokens: await flow.redeem(url, end) };
}

function createEcKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid: 'ec', alg: 'ES256', use: 'sig' };
}

describe('a change of', () => {
  test.each([
    ['the key', async () => generateKey()],
    ['the kind of key', async () => createEcKey()],
  ])('%s signs nobody out, and tokens of before last as long as the old one is listed', async (_, create) => {
    const store = memoryOAuthStore();
    await using before = await startApp({ store });
    const { url } = before;
    const port = Number(new URL(url).port);
    const { flow, tokens } = await connect(url);
    await before.close();
    const added = await create();
    await using during = await startApp({ store, port, options: { keys: [added, ...keys] } });
    expect(await statusWith(during.mcp, tokens.access_token)).toBe(200);
    const next = await flow.refresh(url, tokens.refresh_token!);
    expect(await statusWith(during.mcp, next.access_token)).toBe(200);
    await during.close();
    await using after = await startApp({ store, port, options: { keys: [added] } });
    expect(await statusWith(after.mcp, tokens.access_token)).toBe(401);
    expect(await statusWith(after.mcp, next.access_token)).toBe(200);
    expect((await flow.refresh(url, next.refresh_token!)).status).toBe(200);
    await after.close();
  });

  test('the secret signs nobody out while the old one is listed, and everybody when it is gone', async () => {
    const store = memoryOAuthStore();
    await using before = await startApp({ store });
    const { url } = before;
    const port = Number(new URL(url).port);
    const { flow, tokens } = await connect(url);
    await before.close();
    await using during = await startApp({ store, port, options: { secret: [other, secret] } });
    const next = await flow.refresh(url, tokens.refresh_token!);
    expect(next.status).toBe(200);
    await during.close();
    await using after = await startApp({
      store,
      port,
      options: { secret: 'a third secret that opens nothing of before' },
    });
    expect((await flow.refresh(url, next.refresh_token!)).status).toBeGreaterThanOrEqual(400);
    await after.close();
  });
});

describe('a client', () => {
  test('may write the resource with a slash at the end in one request, and without in the next', async () => {
    await using app = await startApp();
    const { flow, tokens } = await connect(app.url);
    const { clientId } = flow;
    const ask = async (resource: string, refreshToken: string) => {
      const body = {
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        client_id: clientId,
        resource,
      };
      const response = await fetch(`${app.url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams(body),
      });
      return { status: response.status, body: (await response.json()) as Record<string, string> };
    };
    const second = await ask(`${app.mcp}/`, tokens.refresh_token!);
    expect(second.status).toBe(200);
    const refused = await ask('https://evil.example/mcp', second.body['refresh_token']!);
    expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_target']);
    expect((await ask(app.mcp, second.body['refresh_token']!)).status).toBe(200);
  });

  test.each(['mcp', 'claudeai', 'offline_access', 'openid profile'])(
    'that asks for %s, and for no scope of the app, gets those that clients usually ask for',
    async (scope) => {
      await using app = await startApp();
      const flow = await beginFlow(app.url);
      flow.url.searchParams.set('scope', scope);
      const end = await allow(openBrowser(app.url), flow.url, ada.id);
      const { status, access_token: token } = await flow.redeem(app.url, end);
      expect([status, await statusWith(app.mcp, token)]).toEqual([200, 200]);
    },
  );

  test('gets no new token for what the person may not allow any more', async () => {
    let mayWrite = true;
    await using app = await startApp({
      options: { grants: (_, asked) => asked.filter((scope) => mayWrite || scope !== 'app:write') },
    });
    const flow = await beginFlow(app.url);
    flow.url.searchParams.set('scope', 'app:read app:write');
    const end = await allow(openBrowser(app.url), flow.url, ada.id);
    const first = await flow.redeem(app.url, end);
    expect(scopeOf(first.access_token)).toBe('app:read app:write');
    mayWrite = false;
    const second = await flow.refresh(app.url, first.refresh_token!);
    expect(scopeOf(second.access_token)).toBe('app:read');
  });
});

describe('a person', () => {
  test('can click twice on Allow, and allow in two tabs, without an alarm', async () => {
    await using app = await startApp();
    const browser = openBrowser(app.url);
    const flow = await beginFlow(app.url);
    const one = await signIn(browser, flow.url, ada.id);
    const two = await browser.open(flow.url);
    for (const page of [one, two]) {
      const end = clientUrlOf(await browser.press(page, { decision: 'allow' }));
      expect((await flow.redeem(app.url, end)).status).toBe(200);
    }
    expect(app.events.filter(({ refused }) => refused)).toEqual([]);
  });

  test('whom loadUser does not know is told so, and the developer why', async () => {
    await using app = await startApp({ options: { loadUser: () => undefined } });
    const page = await signIn(openBrowser(app.url), (await beginFlow(app.url)).url, ben.id);
    expect([page.status, page.html.includes('You may not connect anything')]).toEqual([403, true]);
    expect(app.events.at(-1)).toMatchObject({
      type: 'failure',
      message: 'findUser gave a person that loadUser("ben") does not find',
    });
  });

  test('allows nothing at a second server that shares the store', async () => {
    const store = memoryOAuthStore();
    await using one = await startApp({ store });
    await using two = await startApp({ store });
    const { tokens, flow } = await connect(one.url);
    expect(await statusWith(two.mcp, tokens.access_token)).toBe(401);
    const elsewhere = new URL(flow.url);
    elsewhere.port = new URL(two.url).port;
    elsewhere.searchParams.set('resource', two.mcp);
    const page = await openBrowser(two.url).open(elsewhere);
    expect([page.status, page.html.includes('add it again')]).toEqual([400, true]);
  });
});

function scopeOf(token: string | undefined): unknown {
  const [, claims = ''] = token?.split('.') ?? [];
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { scope?: string }).scope;
}
