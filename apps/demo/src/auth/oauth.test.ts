import { describe, expect, it, vi } from 'vitest';
import { openBrowser, type Page } from '../../test/browser.ts';
import { describeDemo } from '../../test/demo.ts';
import { eras } from '../../test/mcp.ts';
import { connectByLogin } from '../../test/oauth-client.ts';
import { begin } from '../../test/oauth-flow.ts';
import { jonas, tokens } from '../sample/cast.ts';

describeDemo((demo) => {
  const mcp = () => `${demo.url}/mcp`;
  const asPerson = (role: keyof typeof tokens) => () => tokens[role].email;

  describe.each(eras)('the client of %s, with nothing but the URL', (era) => {
    it('is sent to the login page, gets a token, and asks for more scopes when a tool needs them', async () => {
      await using agent = await connectByLogin(era, mcp(), openBrowser(demo.url), asPerson('admin'));
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
      await using agent = await connectByLogin(era, mcp(), openBrowser(demo.url), asPerson('viewer'));
      expect(await agent.call('whoami')).toMatchObject({ role: 'viewer' });
      const id = '0199aaaa-0000-7000-8000-000000000000';
      await expect(agent.call('customers_deactivate', { id })).rejects.toThrow(/Unauthorized|403/);
      expect(agent.login.sentTo.at(-1)!.searchParams.get('scope')).toContain('backoffice:admin');
      expect(agent.login.scope()).toBe('backoffice:read');
    });
  });

  describe('the authorization server', () => {
    it('says what it can do, where clients of every revision look', async () => {
      const at = async (path: string) =>
        (await fetch(demo.url + path)).json() as Promise<Record<string, unknown>>;
      const metadata = await at('/.well-known/oauth-authorization-server');
      expect(metadata).toMatchObject({
        issuer: demo.url,
        authorization_endpoint: `${demo.url}/oauth/authorize`,
        token_endpoint: `${demo.url}/oauth/token`,
        registration_endpoint: `${demo.url}/oauth/register`,
        jwks_uri: `${demo.url}/oauth/keys`,
        code_challenge_methods_supported: ['S256'],
        client_id_metadata_document_supported: true,
        authorization_response_iss_parameter_supported: true,
      });
      expect(await at('/.well-known/openid-configuration')).toMatchObject({ issuer: demo.url });
      const resource = { resource: mcp(), authorization_servers: [demo.url] };
      expect(await at('/mcp/.well-known/oauth-protected-resource')).toMatchObject(resource);
      expect(await at('/.well-known/oauth-protected-resource/mcp')).toMatchObject(resource);
    });

    it('knows a client by the document at its URL, and registers nothing', async () => {
      const id = 'https://client.example/oauth/metadata.json';
      const document = {
        client_id: id,
        client_name: 'A client with a URL',
        redirect_uris: ['http://localhost:3999/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
      };
      const { fetch } = globalThis;
      const asked: string[] = [];
      const intercepted = vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
        const url = input instanceof Request ? input.url : String(input);
        if (url.startsWith(demo.url)) asked.push(new URL(url).pathname);
        return url === id ? Promise.resolve(Response.json(document)) : fetch(input, init);
      });
      try {
        const browser = openBrowser(demo.url);
        const person = asPerson('support');
        await using agent = await connectByLogin('2026-07-28', mcp(), browser, person, id);
        expect(agent.login.sentTo[0]!.searchParams.get('client_id')).toBe(id);
        expect(await agent.call('whoami')).toMatchObject({ role: 'support' });
        expect(asked).not.toContain('/oauth/register');
      } finally {
        intercepted.mockRestore();
      }
    });

    it('gives a token once for a code, and takes it back when the code comes again', async () => {
      const flow = await begin(demo.url);
      const page = await flow.browser.press(await flow.browser.open(flow.url), tokens.support.email);
      const code = page.url.searchParams.get('code')!;
      const first = await flow.redeem(code);
      expect(first.status).toBe(200);
      const again = await flow.redeem(code);
      expect([again.status, await again.json()]).toEqual([
        400,
        { error: 'invalid_grant', error_description: 'grant request is invalid' },
      ]);
      const { refresh_token: refreshToken } = (await first.json()) as { refresh_token: string };
      const refreshed = await flow.refresh(refreshToken);
      expect([refreshed.status, ((await refreshed.json()) as { error: string }).error]).toEqual([
        400,
        'invalid_grant',
      ]);
    });

    it('gives none to whoever did not begin the login', async () => {
      const flow = await begin(demo.url);
      const page = await flow.browser.press(await flow.browser.open(flow.url), tokens.support.email);
      const stolen = await flow.redeem(page.url.searchParams.get('code')!, 'x'.repeat(43));
      expect(stolen.status).toBe(400);
    });

    it('gives none for another resource, nor without PKCE', async () => {
      const elsewhere = await begin(demo.url, { resource: 'https://elsewhere.example/mcp' });
      expect(errorOf(await elsewhere.browser.open(elsewhere.url))).toBe('invalid_target');
      const bare = await begin(demo.url, { code_challenge: '', code_challenge_method: '' });
      expect(errorOf(await bare.browser.open(bare.url))).toBe('invalid_request');
    });

    it('goes back without a code when the person cancels', async () => {
      const flow = await begin(demo.url);
      const page = await flow.browser.press(await flow.browser.open(flow.url), 'Cancel');
      expect([errorOf(page), page.url.searchParams.get('code')]).toEqual(['access_denied', null]);
    });

    it('signs a person out who comes back as somebody else', async () => {
      const flow = await begin(demo.url);
      await flow.browser.press(await flow.browser.open(flow.url), tokens.support.email);
      const page = await flow.browser.press(await flow.browser.open(flow.url), tokens.viewer.email);
      const { access_token: token } = (await (
        await flow.redeem(page.url.searchParams.get('code')!)
      ).json()) as {
        access_token: string;
      };
      const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as object;
      expect(claims).toMatchObject({ iss: demo.url, aud: mcp(), scope: 'backoffice:read' });
    });

    it('shows who asks and where the person goes, and lets nobody frame it or write into it', async () => {
      const flow = await begin(demo.url, { scope: 'backoffice:read backoffice:admin' });
      const { html, headers } = await flow.browser.open(flow.url);
      expect(html).toContain('A &lt;b&gt;client&lt;/b&gt;');
      expect(html).toContain('<strong>127.0.0.1:3998</strong>');
      for (const { name } of Object.values(tokens)) expect(html).toContain(name);
      expect(html).toContain('without <code>backoffice:admin</code>');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
    });

    it('explains itself when a login has gone stale', async () => {
      const page = await openBrowser(demo.url).open(`${demo.url}/oauth/login/nobody-knows-this`);
      expect(page.status).toBe(400);
      expect(page.html).toContain('begin again');
    });
  });

  it('refuses the tokens of a login over tRPC, which takes the app’s own', async () => {
    const flow = await begin(demo.url);
    const page = await flow.browser.press(await flow.browser.open(flow.url), tokens.admin.email);
    const response = await flow.redeem(page.url.searchParams.get('code')!);
    const { access_token: token } = (await response.json()) as { access_token: string };
    await expect(demo.withToken(token).users.me.query()).rejects.toThrow('Nobody has this token');
  });
});

function errorOf({ url }: Page): string | null {
  return url.searchParams.get('error');
}
