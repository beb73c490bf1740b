import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryOAuthStore } from '../src/index.ts';
import { type App, startApp } from './app.ts';
import { allow, clientUrlOf, openBrowser, type Page, signIn } from './browser.ts';
import { createClient, eras, isUnauthorized, Login, withLogin } from './official-client.ts';
import { ada, ben } from './people.ts';

/** Clients ask for little at first, and for more when a tool wants it. */
const options = { scopesSupported: ['app:read'] } as const;

afterEach(() => {
  vi.useRealTimers();
});

/** Moves the clock of this process, and so of the server and the client. */
function passTime(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000);
}

function failuresOf({ events }: App): string[] {
  return events.filter(({ type }) => type === 'failure').map(({ message }) => message);
}

function tokensIssued({ events }: App): number {
  return events.filter(({ type, refused }) => type === 'token' && !refused).length;
}

describe.each(eras)('the official client of MCP %s, which knows only the URL of the endpoint', (era) => {
  it('registers, logs a person in, and calls as this person', async () => {
    await using app = await startApp({ options });
    await using client = createClient(era, app.mcp, new Login());
    const browser = openBrowser(app.url);
    let consent: Page | undefined;
    await withLogin(
      client,
      async (url) => {
        consent = await signIn(browser, url, ada.id);
        return clientUrlOf(await browser.press(consent, { decision: 'allow' }));
      },
      client.connect,
    );

    expect(consent!.html).toContain('Scripted agent');
    expect(consent!.html).toContain('Ada Lovelace');
    expect(consent!.html).toContain('See your apples');
    expect(consent!.html).not.toContain('Add and remove apples');
    expect(await client.call('me')).toEqual({ user: ada });
    expect(await client.call('list')).toEqual({ apples: ['Boskoop', 'Elstar'] });
    expect(client.login.sentTo).toHaveLength(1);
    expect(client.login.now.scope).toBe('app:read');
    expect(app.events.map(({ type, refused }) => [type, refused])).toEqual([
      ['registration', false],
      ['consent', false],
      ['token', false],
    ]);
  });

  it('asks for more when a tool wants it, and the person sees only what is new', async () => {
    await using app = await startApp({ options });
    // With a refresh token, the client of 2025 answers every challenge with it, and never asks the person for more.
    await using client = createClient(era, app.mcp, new Login({ refreshes: era === '2026-07-28' }));
    const browser = openBrowser(app.url);
    await withLogin(client, (url) => allow(browser, url, ada.id), client.connect);
    const before = client.login.now.accessToken;

    let consent: Page | undefined;
    const added = await withLogin(
      client,
      async (url) => {
        consent = await browser.open(url);
        return clientUrlOf(await browser.press(consent, { decision: 'allow' }));
      },
      () => client.call('add', { name: 'Topaz' }),
    );
    expect(added).toEqual({ added: 'Topaz' });
    const [asked, allowed] = consent!.html.split('It can already');
    expect(asked).toContain('Add and remove apples');
    expect(asked).not.toContain('See your apples');
    expect(allowed).toContain('See your apples');
    expect(client.login.sentTo).toHaveLength(2);
    expect(client.login.now.accessToken).not.toBe(before);
    expect(client.login.now.scope?.split(' ')).toContain('app:write');
    // What was allowed before still is. The client of 2025 has given up its old scope for the new one, and asks for it again:
    // the person sees no page.
    const listed = await withLogin(
      client,
      async (url) => clientUrlOf(await browser.open(url)),
      () => client.call('list'),
    );
    expect(listed).toEqual({ apples: ['Boskoop', 'Elstar'] });
    expect(failuresOf(app)).toEqual([]);
  });

  it('refreshes when its token has expired, and the person is not asked', async () => {
    await using app = await startApp({ options });
    await using client = createClient(era, app.mcp, new Login());
    await withLogin(client, (url) => allow(openBrowser(app.url), url, ada.id), client.connect);
    const first = client.login.now;
    for (let hour = 1; hour <= 3; hour++) {
      passTime(3600);
      expect(await client.call('me')).toEqual({ user: ada });
    }
    expect(client.login.now.accessToken).not.toBe(first.accessToken);
    expect(client.login.now.refreshToken).not.toBe(first.refreshToken);
    expect(client.login.sentTo).toHaveLength(1);
    expect(tokensIssued(app)).toBe(4);
  });

  it('logs in again without a refresh token, and the person is not asked what they have allowed', async () => {
    await using app = await startApp({ options });
    await using client = createClient(era, app.mcp, new Login({ refreshes: false }));
    const browser = openBrowser(app.url);
    await withLogin(client, (url) => allow(browser, url, ada.id), client.connect);
    expect(client.login.now.refreshToken).toBeUndefined();
    passTime(3600);
    let shown: Page | undefined;
    const called = await withLogin(
      client,
      async (url) => clientUrlOf((shown = await browser.open(url))),
      () => client.call('me'),
    );
    expect(called).toEqual({ user: ada });
    expect(shown!.status).toBe(0);
    expect(client.login.sentTo).toHaveLength(2);
  });

  it('has to log in again after a month of silence', async () => {
    await using app = await startApp({ options });
    await using client = createClient(era, app.mcp, new Login());
    const browser = openBrowser(app.url);
    await withLogin(client, (url) => allow(browser, url, ada.id), client.connect);
    passTime(31 * 86_400);
    const called = await withLogin(
      client,
      async (url) => clientUrlOf(await browser.open(url)),
      () => client.call('me'),
    );
    expect(called).toEqual({ user: ada });
    expect(client.login.sentTo).toHaveLength(2);
  });

  it('remembers what a person has allowed, for this person and this client alone', async () => {
    await using app = await startApp({ options });
    await using client = createClient(era, app.mcp, new Login());
    const browser = openBrowser(app.url);
    await withLogin(client, (url) => allow(browser, url, ada.id), client.connect);
    const [first] = client.login.sentTo;

    // Another browser of the same person, somebody else, and another client.
    expect((await signIn(openBrowser(app.url), first!, ada.id)).status).toBe(0);
    expect((await signIn(openBrowser(app.url), first!, ben.id)).html).toContain('See your apples');
    await using other = createClient(era, app.mcp, new Login());
    await expect(other.connect()).rejects.toSatisfy(isUnauthorized);
    expect((await browser.open(other.login.sentTo[0]!)).html).toContain('See your apples');
  });

  it('has to log in again when its tokens are revoked', async () => {
    await using app = await startApp({ options });
    await using client = createClient(era, app.mcp, new Login());
    const browser = openBrowser(app.url);
    await withLogin(client, (url) => allow(browser, url, ada.id), client.connect);
    const { clientId, refreshToken } = client.login.now;
    const revoked = await fetch(`${app.url}/oauth/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: clientId!, token: refreshToken! }),
    });
    expect(revoked.status).toBe(200);
    await expect(client.call('me')).rejects.toSatisfy(isUnauthorized);
    expect(client.login.sentTo).toHaveLength(2);
    await client.finish(await allow(browser, client.login.sentTo[1]!, ada.id));
    expect(await client.call('me')).toEqual({ user: ada });
  });

  it('has to ask again when the person has ended the connection', async () => {
    await using app = await startApp({ options });
    await using client = createClient(era, app.mcp, new Login());
    const browser = openBrowser(app.url);
    await withLogin(client, (url) => allow(browser, url, ada.id), client.connect);
    const connections = await browser.open(`${app.url}/oauth/connections`);
    expect(connections.html).toContain('Scripted agent');
    await browser.send(connections, connections.forms[0]!);
    await expect(client.call('me')).rejects.toSatisfy(isUnauthorized);
    const consent = await browser.open(client.login.sentTo[1]!);
    expect(consent.html).toContain('See your apples');
  });

  it('can do nothing more for a person whose account is gone', async () => {
    await using app = await startApp({ options });
    await using client = createClient(era, app.mcp, new Login());
    const browser = openBrowser(app.url);
    await withLogin(client, (url) => allow(browser, url, ada.id), client.connect);
    const { clientId, refreshToken, accessToken } = client.login.now;
    app.people.remove(ada.id);

    const called = await fetch(app.mcp, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${accessToken}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    expect(called.status).toBe(401);
    const refreshed = await fetch(`${app.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: clientId!,
        refresh_token: refreshToken!,
      }),
    });
    expect([refreshed.status, ((await refreshed.json()) as { error: string }).error]).toEqual([
      400,
      'invalid_grant',
    ]);
    await expect(client.call('me')).rejects.toSatisfy(isUnauthorized);
    // The cookie of the app speaks for nobody now.
    expect((await browser.open(client.login.sentTo.at(-1)!)).url.pathname).toBe('/login');
  });

  it('gets nothing when the person refuses', async () => {
    await using app = await startApp({ options });
    await using client = createClient(era, app.mcp, new Login());
    await expect(client.connect()).rejects.toSatisfy(isUnauthorized);
    const browser = openBrowser(app.url);
    const consent = await signIn(browser, client.login.sentTo[0]!, ada.id);
    const answer = clientUrlOf(await browser.press(consent, { decision: 'deny' }));
    expect(Object.fromEntries(answer.searchParams)).toMatchObject({ error: 'access_denied', iss: app.url });
    expect(answer.searchParams.has('code')).toBe(false);
    expect(app.events.filter(({ type }) => type === 'consent')).toMatchObject([
      { refused: true, userId: ada.id, clientId: client.login.now.clientId },
    ]);
  });

  it('notices nothing when the server starts again, at any step', async () => {
    const store = memoryOAuthStore();
    let app = await startApp({ options, store });
    const restart = async () => {
      const port = Number(new URL(app.url).port);
      await app.close();
      app = await startApp({ options, store, port });
    };
    try {
      await using client = createClient(era, app.mcp, new Login());
      await expect(client.connect()).rejects.toSatisfy(isUnauthorized);
      await restart();
      const browser = openBrowser(app.url);
      const login = await browser.open(client.login.sentTo[0]!);
      await restart();
      const consent = await browser.press(login, { person: ada.id });
      await restart();
      const answer = clientUrlOf(await browser.press(consent, { decision: 'allow' }));
      await restart();
      await client.finish(answer);
      await restart();
      await client.connect();
      expect(await client.call('me')).toEqual({ user: ada });
      await restart();
      passTime(3600);
      expect(await client.call('me')).toEqual({ user: ada });
      expect(client.login.sentTo).toHaveLength(1);
    } finally {
      await app.close();
    }
  });
});

describe('a login page that does not bring people back', () => {
  it('is followed by the consent page all the same, when the person opens any page of the app', async () => {
    await using app = await startApp({ options: { ...options, loginUrl: '/login/simple' } });
    const client = createClient('2026-07-28', app.mcp, new Login());
    await expect(client.connect()).rejects.toSatisfy(isUnauthorized);
    const browser = openBrowser(app.url);
    const login = await browser.open(client.login.sentTo[0]!);
    expect(login.url.pathname).toBe('/login/simple');
    const consent = await browser.press(login, { person: ada.id });
    expect(consent.html).toContain('See your apples');
    await client.finish(clientUrlOf(await browser.press(consent, { decision: 'allow' })));
    await client.connect();
    expect(await client.call('me')).toEqual({ user: ada });
    await client[Symbol.asyncDispose]();
    // It goes on once.
    expect((await browser.open(app.url)).html).toContain('Sign out');
  });
});

describe('tRPC of the same app', () => {
  it('gives the same person to a browser that is signed in, and takes no token of a client', async () => {
    await using app = await startApp({ options });
    await using client = createClient('2026-07-28', app.mcp, new Login());
    const browser = openBrowser(app.url);
    await withLogin(client, (url) => allow(browser, url, ada.id), client.connect);
    expect((await browser.open(`${app.url}/trpc/me`)).html).toBe(
      JSON.stringify({ result: { data: { user: ada } } }),
    );
    const asClient = await fetch(`${app.url}/trpc/me`, {
      headers: { authorization: `Bearer ${client.login.now.accessToken}` },
    });
    expect(await asClient.json()).toEqual({ result: { data: { user: null } } });
  });
});
