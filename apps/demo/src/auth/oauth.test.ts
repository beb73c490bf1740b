import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { databases } from '../../test/databases.ts';
import { describeDemo } from '../../test/demo.ts';
import { allow, openBrowser, signIn } from '../../test/login.ts';
import { eras } from '../../test/mcp.ts';
import { connectByLogin } from '../../test/oauth-client.ts';
import { begin } from '../../test/oauth-flow.ts';
import { settleActivity } from '../activity.ts';
import { jonas, tokens } from '../sample/cast.ts';
import { createApp } from '../server.ts';

describeDemo((demo) => {
  const mcp = () => `${demo.url}/mcp`;

  describe.each(eras)('the client of %s, with nothing but the URL', (era) => {
    it('is sent to the login page, gets a token, and asks for more scopes when a tool needs them', async () => {
      await using agent = await connectByLogin(era, mcp(), openBrowser(demo.url), tokens.admin.email);
      expect(agent.login.sentTo.map((url) => url.searchParams.get('scope')?.split(' ')[0])).toEqual([
        'backoffice:read',
      ]);
      const asked = agent.login.sentTo[0]!.searchParams;
      expect([asked.get('resource'), asked.get('code_challenge_method')]).toEqual([mcp(), 'S256']);
      expect(await agent.call('whoami')).toMatchObject({ name: tokens.admin.name, role: 'admin' });
      expect(await agent.listTools()).toContain('customers_deactivate');

      const found = await agent.call('customers_search', { query: jonas.email });
      const [customer] = (found as { items: { id: string }[] }).items;
      const tool = 'customers_reactivate';
      expect(agent.login.sentTo).toHaveLength(1);
      expect(await agent.call(tool, { id: customer!.id })).toMatchObject({ id: customer!.id });
      expect(agent.login.sentTo).toHaveLength(2);
      const more = agent.login.sentTo[1]!.searchParams.get('scope')!.split(' ');
      expect(more).toEqual(expect.arrayContaining(['backoffice:read', 'backoffice:admin']));
      // The scopes that it has now are enough for the next call.
      await agent.call('whoami');
      expect(agent.login.sentTo).toHaveLength(2);
    });

    it('gets no scope that the person’s role does not have', async () => {
      await using agent = await connectByLogin(era, mcp(), openBrowser(demo.url), tokens.viewer.email);
      expect(await agent.call('whoami')).toMatchObject({ role: 'viewer' });
      const id = '0199aaaa-0000-7000-8000-000000000000';
      await expect(agent.call('customers_deactivate', { id })).rejects.toThrow(/Unauthorized|403/);
      expect(agent.login.sentTo.at(-1)!.searchParams.get('scope')).toContain('backoffice:admin');
      expect(agent.login.scope()).toBe('backoffice:read');
    });
  });

  it('asks the person in the words of the app, for what their role allows', async () => {
    const flow = await begin(demo.url, 'backoffice:read backoffice:write backoffice:admin');
    const { html, status } = await signIn(openBrowser(demo.url), flow.url, tokens.support.email);
    expect(status).toBe(200);
    expect(html).toContain('A &lt;b&gt;client&lt;/b&gt;');
    for (const words of [
      'Back office',
      tokens.support.name,
      'Read what you may read',
      'trials, plans, posts',
    ])
      expect(html).toContain(words);
    expect(html).not.toContain('Close and reopen accounts');
  });

  it('is told to clients where those of every revision look', async () => {
    const at = async (path: string) => (await fetch(demo.url + path)).json() as Promise<object>;
    const server = { issuer: demo.url, authorization_endpoint: `${demo.url}/oauth/authorize` };
    expect(await at('/.well-known/oauth-authorization-server')).toMatchObject(server);
    expect(await at('/.well-known/openid-configuration')).toMatchObject(server);
    const resource = {
      resource: mcp(),
      authorization_servers: [demo.url],
      scopes_supported: ['backoffice:read'],
      resource_name: 'Back office',
    };
    expect(await at('/mcp/.well-known/oauth-protected-resource')).toMatchObject(resource);
    expect(await at('/.well-known/oauth-protected-resource/mcp')).toMatchObject(resource);
  });

  it('leads to the same person as their cookie and their plain token', async () => {
    const browser = openBrowser(demo.url);
    await using agent = await connectByLogin('2026-07-28', mcp(), browser, tokens.customer.email);
    const byPlainToken = await demo.as('customer').users.me.query();
    const cookie = browser.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const response = await fetch(`${demo.url}/trpc/users.me`, { headers: { cookie } });
    const { result } = (await response.json()) as { result: { data: { json: object } } };
    expect(result.data.json).toEqual(byPlainToken);
    expect(await agent.call('whoami')).toMatchObject({
      id: byPlainToken.id,
      role: 'customer',
      customerId: byPlainToken.customerId,
    });
  });

  it('gives tokens that tRPC refuses, which takes the app’s own', async () => {
    const flow = await begin(demo.url);
    const back = await allow(openBrowser(demo.url), flow.url, tokens.admin.email);
    const { access_token: token } = await flow.redeem(back.searchParams.get('code')!);
    await expect(demo.withToken(token).users.me.query()).rejects.toThrow('Nobody has this token');
  });
});

describe.each(databases)('a demo on $name that starts again', (database) => {
  it.skipIf(database.missing)('has signed nobody out', async () => {
    const { db, close } = await database.open();
    const server = createServer().listen(0, '127.0.0.1');
    try {
      await once(server, 'listening');
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      server.on('request', await createApp(db, url));
      const browser = openBrowser(url);
      await using agent = await connectByLogin('2026-07-28', `${url}/mcp`, browser, tokens.support.email);
      const consented = agent.login.sentTo[0]!;

      server.removeAllListeners('request');
      server.on('request', await createApp(db, url));
      expect(await agent.call('whoami')).toMatchObject({ name: tokens.support.name });
      expect(agent.login.sentTo).toHaveLength(1);
      // The browser is still signed in, the client still registered, and what was allowed is remembered.
      expect(await browser.open(consented)).toMatchObject({ status: 0 });
    } finally {
      server.closeAllConnections();
      server.close();
      await settleActivity(db);
      await close();
    }
  });
});
