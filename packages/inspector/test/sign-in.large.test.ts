import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { chromiumMissing, launchChromium, watchTrouble } from './chromium.ts';
import { serveWithInspector } from './endpoint.ts';

const t = initTRPC.context<{ name: string }>().meta<McpMeta>().create();
const router = t.router({
  greet: t.procedure
    .meta({ mcp: { description: 'Greets somebody.' } })
    .input(z.object({ name: z.string() }))
    .query(({ input }) => `Hello ${input.name}`),
});

/** Lets those in who send the header, or the cookie, and tells what came with each request. */
async function serveGuarded(header = 'authorization', value = 'Bearer secret-token-1234') {
  const seen: { header: string | null; cookie: string | null; url: string; method: string }[] = [];
  const endpoint = await serveWithInspector(router, {
    auth: {
      authenticate: async (request: Request) => {
        const { headers } = request;
        const body = await request
          .clone()
          .json()
          .catch(() => ({}));
        seen.push({
          header: headers.get(header),
          cookie: headers.get('cookie'),
          url: request.url,
          method: (body as { method?: string }).method ?? headers.get('mcp-method') ?? '',
        });
        if (headers.get(header) === null && !headers.get('cookie')?.includes('session=mine'))
          return undefined;
        if (headers.get(header) !== null && headers.get(header) !== value)
          throw new TRPCError({ code: 'UNAUTHORIZED', message: 'nobody has this key' });
        return { token: '', clientId: 'page', scopes: [] };
      },
      required: true,
    },
  });
  return { ...endpoint, seen };
}

describe.skipIf(chromiumMissing)('signing in', () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium.close());

  const open = async (
    url: string,
    work: (page: Page) => Promise<void>,
    prepare: (page: Page) => Promise<void> = async () => {},
  ) => {
    const context = await chromium.newContext();
    try {
      const page = await context.newPage();
      const trouble = await watchTrouble(page);
      await prepare(page);
      await page.goto(url);
      await work(page);
      expect(trouble).toEqual({ violations: [], errors: [] });
    } finally {
      await context.close();
    }
  };
  const tools = (page: Page) => page.getByRole('link', { name: 'Tools', exact: true });
  const greet = (page: Page) => page.getByRole('link', { name: /greet/i }).first();

  test('a 401 says what is wanted, and a token gets the person in', async () => {
    const { url, close, seen } = await serveGuarded();
    try {
      await open(url, async (page) => {
        await page.getByRole('alert').getByText('The endpoint asks who you are (401).').waitFor();
        await page
          .getByText('An “Authorization: Bearer” header is asked for, and there is no OAuth')
          .waitFor();
        // The check found a token is wanted, and so the form proposes one.
        expect(await page.getByRole('radio', { name: 'Whoever has a token' }).isChecked()).toBe(true);
        await page.getByLabel('Token', { exact: true }).fill('wrong-token');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page
          .getByText('The endpoint does not accept the header Authorization that you sent (401).')
          .waitFor();
        await page.getByLabel('Token', { exact: true }).fill('secret-token-1234');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByText('Connected with MCP 2026-07-28.').waitFor();
        expect(await page.getByRole('banner').innerText()).toContain('Authorization: Bearer ••••1234');
        expect(await page.locator('body').innerText()).not.toContain('secret-token');
        await tools(page).click();
        await greet(page).waitFor();
        expect(seen.at(-1)).toMatchObject({ header: 'Bearer secret-token-1234', cookie: null });
        await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
        await page.getByRole('alert').getByText('The endpoint asks who you are (401).').waitFor();
        expect(seen.at(-1)).toMatchObject({ header: null });
      });
    } finally {
      await close();
    }
  });

  test('a header of another name is sent, and one that browsers keep for themselves is refused with a reason', async () => {
    const { url, close, seen } = await serveGuarded('x-api-key', 'key-1');
    try {
      await open(url, async (page) => {
        await page.getByRole('radio', { name: 'Whoever has a token' }).check();
        await page.getByLabel('Header', { exact: true }).fill('Cookie');
        await page.getByLabel('Value', { exact: true }).fill('session=mine');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByText('A page may not set cookies for a request.').waitFor();
        await page.getByLabel('Header', { exact: true }).fill('X-Api-Key');
        await page.getByLabel('Value', { exact: true }).fill('key-1');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByText('Connected with MCP 2026-07-28.').waitFor();
        expect(seen.at(-1)).toMatchObject({ header: 'key-1' });
      });
    } finally {
      await close();
    }
  });

  test('the cookie of the app goes only with those who choose it', async () => {
    const { url, close, seen } = await serveGuarded();
    try {
      await open(
        url,
        async (page) => {
          await page.getByRole('alert').getByText('(401)').waitFor();
          expect(new Set(seen.map(({ cookie }) => cookie))).toEqual(new Set([null]));
          await page.getByRole('radio', { name: 'Me, with the app’s own cookie' }).check();
          await page.getByRole('button', { name: 'Sign in' }).click();
          await page.getByText('Connected with MCP 2026-07-28.').waitFor();
          expect(seen.at(-1)).toMatchObject({ header: null, cookie: 'session=mine' });
        },
        (page) => page.context().addCookies([{ name: 'session', value: 'mine', url: new URL(url).origin }]),
      );
    } finally {
      await close();
    }
  });

  test('a link signs the person in, says so, leaves nothing in the address, and can be undone', async () => {
    const { url, close, seen } = await serveGuarded();
    const link = `${url}#/connect?header=Authorization&value=${encodeURIComponent('Bearer secret-token-1234')}`;
    try {
      await open(link, async (page) => {
        await page.getByText('The link that opened this page signed you in').waitFor();
        await page.getByText('Connected with MCP 2026-07-28.').waitFor();
        expect(page.url()).toBe(`${url}#/connect`);
        expect(await page.evaluate('JSON.stringify([history.length, sessionStorage.length])')).toBe('[2,0]');
        await page.getByRole('button', { name: 'Sign out, and call as nobody' }).click();
        await page.getByRole('alert').getByText('(401)').waitFor();
        expect(seen.at(-1)).toMatchObject({ header: null });
        expect(await page.getByText('The link that opened this page').count()).toBe(0);
      });
      await open(`${url}#/connect?header=Host&value=evil.example`, async (page) => {
        await page.getByText('Browsers do not let a page send the header Host.').waitFor();
        expect(page.url()).toBe(`${url}#/connect`);
      });
    } finally {
      await close();
    }
  });

  test('a credential is forgotten by a reload, unless the person keeps it for the tab', async () => {
    const { url, close } = await serveGuarded();
    const link = `${url}#/connect?header=Authorization&value=${encodeURIComponent('Bearer secret-token-1234')}`;
    try {
      await open(link, async (page) => {
        await page.getByText('Connected with MCP 2026-07-28.').waitFor();
        await page.reload();
        await page.getByRole('alert').getByText('(401)').waitFor();
        await page.goto('about:blank');
        await page.goto(link);
        await page.getByText('Connected with MCP 2026-07-28.').waitFor();
        await page.getByLabel('Keep the credential for this tab').check();
        await page.reload();
        await page.getByText('Connected with MCP 2026-07-28.').waitFor();
        await page.getByLabel('Keep the credential for this tab').uncheck();
        expect(await page.evaluate('sessionStorage.length')).toBe(0);
      });
    } finally {
      await close();
    }
  });

  test('a window that comes back without a state, or with one that nobody waits for, signs nobody in', async () => {
    const { url, close, seen } = await serveGuarded();
    try {
      await open(`${url}?code=stolen`, async (page) => {
        await page.getByRole('heading', { name: 'This address cannot finish a sign-in' }).waitFor();
        expect(page.url()).toBe(url);
      });
      await open(`${url}?code=stolen&state=unknown&iss=https%3A%2F%2Fevil.example`, async (page) => {
        await page.getByRole('heading', { name: 'No page waits for this sign-in' }).waitFor();
        expect(page.url()).toBe(url);
      });
      // Neither of them has sent anything to the endpoint.
      expect(seen).toEqual([]);
    } finally {
      await close();
    }
  });
});
