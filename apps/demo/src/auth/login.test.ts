import { describe, expect, it } from 'vitest';
import { describeDemo } from '../../test/demo.ts';
import { choose, openBrowser, signIn } from '../../test/login.ts';
import { tokens } from '../sample/cast.ts';

describe('the login of the app', () => {
  describeDemo((demo) => {
    const login = () => `${demo.url}/login`;
    const me = async (cookie: string) => {
      const response = await fetch(`${demo.url}/trpc/users.me`, { headers: { cookie } });
      return { status: response.status, body: await response.text() };
    };

    it('offers everybody whom one can be, and asks for no password', async () => {
      const { html, headers } = await openBrowser(demo.url).open(login());
      for (const { name, email } of Object.values(tokens)) {
        expect(html).toContain(name);
        expect(html).toContain(email);
      }
      expect(html).toContain('This is a demo with made-up people, so it asks for no password.');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
    });

    it('signs in with a cookie for tRPC, and out again', async () => {
      const browser = openBrowser(demo.url);
      const page = await signIn(browser, login(), tokens.support.email);
      expect(page.html).toContain(`You are signed in as <strong>${tokens.support.name}</strong>`);
      for (const { attributes } of browser.cookies) expect(attributes).toMatch(/samesite=lax.*httponly/i);
      const cookie = browser.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
      expect(await me(cookie)).toMatchObject({
        status: 200,
        body: expect.stringContaining(tokens.support.email),
      });

      const other = await choose(browser, page, tokens.viewer.email);
      expect(other.html).toContain(`You are signed in as <strong>${tokens.viewer.name}</strong>`);
      const left = await browser.press(other, { '': '' });
      expect(left.html).not.toContain('You are signed in');
      expect(browser.cookies).toEqual([]);
    });

    it('believes no cookie that it has not signed', async () => {
      const browser = openBrowser(demo.url);
      await signIn(browser, login(), tokens.viewer.email);
      const [session, signature] = ['back_office', 'back_office.sig'].map(
        (name) => browser.cookies.find((cookie) => cookie.name === name)!.value,
      );
      const { id } = await demo.as('admin').users.me.query();
      const forged = Buffer.from(JSON.stringify({ userId: id })).toString('base64');
      expect((await me(`back_office=${session}; back_office.sig=${signature}`)).status).toBe(200);
      expect((await me(`back_office=${forged}; back_office.sig=${signature}`)).status).toBe(401);
      expect((await me(`back_office=${forged}`)).status).toBe(401);
    });

    it('lets a token count more than a cookie', async () => {
      const browser = openBrowser(demo.url);
      await signIn(browser, login(), tokens.admin.email);
      const cookie = browser.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
      const ask = async (token: string) => {
        const headers = { cookie, authorization: `Bearer ${token}` };
        return (await fetch(`${demo.url}/trpc/users.me`, { headers })).text();
      };
      expect(await ask(tokens.viewer.token)).toContain(tokens.viewer.email);
      expect(await ask('demo-nobody')).toContain('Nobody has this token');
    });

    it.each([
      ['/mcp?a=1#/tools', '/mcp?a=1'],
      ['https://elsewhere.example/', '/login'],
      ['//elsewhere.example/', '/login'],
      ['/\\elsewhere.example/', '/login'],
      ['/\t/elsewhere.example/', '/login'],
      ['//', '/login'],
      ['javascript:alert(1)', '/login'],
    ])('goes from returnTo=%s to %s', async (returnTo, target) => {
      const { id } = await demo.as('viewer').users.me.query();
      const body = new URLSearchParams({ person: id, returnTo });
      const response = await fetch(login(), { method: 'POST', body, redirect: 'manual' });
      expect([response.status, response.headers.get('location')]).toEqual([303, target]);
    });

    it('takes its forms from its own pages only, and nobody whom it does not offer', async () => {
      const { id } = await demo.as('viewer').users.me.query();
      const send = async (path: string, person: string, origin: string) => {
        const body = new URLSearchParams({ person });
        const init = { method: 'POST', body, headers: { origin }, redirect: 'manual' } as const;
        const response = await fetch(demo.url + path, init);
        return [response.status, response.headers.getSetCookie().length > 0];
      };
      expect(await send('/login', id, demo.url)).toEqual([303, true]);
      for (const origin of ['https://elsewhere.example', 'null', 'http://127.0.0.1:1']) {
        expect(await send('/login', id, origin)).toEqual([403, false]);
        expect(await send('/logout', id, origin)).toEqual([403, false]);
      }
      expect(await send('/login', '0199aaaa-0000-7000-8000-000000000000', demo.url)).toEqual([400, false]);
      expect(await send('/login', '', demo.url)).toEqual([400, false]);
    });
  });
});
