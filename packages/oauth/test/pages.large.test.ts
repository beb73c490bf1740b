import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectionsPage } from '../src/pages/connections.ts';
import { consentPage } from '../src/pages/consent.ts';
import { styleHash } from '../src/pages/layout.ts';
import { messagePage } from '../src/pages/message.ts';
import { chromiumMissing, collectComplaints, findBarriers, launchChromium } from './chromium.ts';
import {
  claude,
  connectionsView,
  connectionView,
  consentView,
  editor,
  hostile,
  messageView,
  stepUpView,
} from './views.ts';

const dataLogo = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg"/>')}`;

const pages: Record<string, string> = {
  '/consent': consentPage(consentView()),
  '/more': consentPage(stepUpView({ app: { name: 'Acme', logo: dataLogo } })),
  '/who': consentPage(consentView({ asked: [], redirectHost: undefined })),
  '/hostile': consentPage(
    consentView({
      app: { name: 'W'.repeat(80), logo: '/logo.svg' },
      client: hostile,
      userName: 'M'.repeat(300),
      asked: ['a', 'b'].map((name) => ({ name, description: 'W'.repeat(200) })),
      redirectHost: hostile.host,
    }),
  ),
  '/connections': connectionsPage(
    connectionsView(
      connectionView(),
      connectionView({ client: editor, scopes: [], lastUsedAt: undefined }),
      connectionView({ client: hostile, scopes: [{ name: 'a', description: 'W'.repeat(200) }] }),
    ),
  ),
  '/no-connections': connectionsPage(connectionsView()),
  '/message': messagePage(messageView),
};

describe.skipIf(chromiumMissing)('in Chromium', () => {
  let chromium: Browser;
  let origin: string;
  const posts: string[] = [];
  const logo = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="40" height="40" fill="teal"/></svg>';

  const server = createServer(async (request, response) => {
    if (request.url === '/favicon.ico') return response.writeHead(204).end();
    if (request.url === '/logo.svg') return response.setHeader('content-type', 'image/svg+xml').end(logo);
    if (request.method === 'POST') posts.push(`${request.url} ${await text(request)}`);
    const page = request.method === 'POST' ? pages['/message'] : pages[request.url!];
    return response
      .writeHead(page === undefined ? 404 : 200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; style-src ${styleHash}; img-src https: data: 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
      })
      .end(page);
  });

  beforeAll(async () => {
    chromium = await launchChromium();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await chromium.close();
    server.close();
  });

  async function open(path: string, options: Parameters<Browser['newPage']>[0] = {}) {
    const page = await chromium.newPage(options);
    const complaints = collectComplaints(page);
    await page.goto(origin + path);
    return { page, complaints, [Symbol.asyncDispose]: () => page.close() };
  }

  describe.each(Object.keys(pages))('the page %s', (path) => {
    test.each([
      ['light', 360],
      ['dark', 360],
      ['light', 1280],
      ['dark', 1280],
    ] as const)('has no barriers, in %s and %i pixels wide', async (colorScheme, width) => {
      await using opened = await open(path, { colorScheme, viewport: { width, height: 800 } });
      expect(await findBarriers(opened.page)).toEqual([]);
      expect(opened.complaints).toEqual([]);
    });

    test('fits into windows of any width, also with letters of twice the size', async () => {
      await using opened = await open(path);
      const { page } = opened;
      // 640 pixels are a window of 1,280 at 200 %, and 320 are one at 400 %.
      for (const width of [320, 360, 640, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await widest(page)).toBeLessThanOrEqual(width);
      }
      const session = await page.context().newCDPSession(page);
      await session.send('Page.enable');
      await session.send('Page.setFontSizes', { fontSizes: { standard: 32 } });
      await page.setViewportSize({ width: 360, height: 800 });
      expect(await page.evaluate(() => getComputedStyle(document.body).fontSize)).toBe('32px');
      expect(await widest(page)).toBeLessThanOrEqual(360);
    });
  });

  test('the style and the logo are there under the policy', async () => {
    await using opened = await open('/consent', { colorScheme: 'dark' });
    const { page } = opened;
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(17, 19, 22)',
    );
    expect(await page.locator('header img').evaluate((img: HTMLImageElement) => img.complete)).toBe(true);
    expect(
      await page.locator('header img').evaluate((img: HTMLImageElement) => img.naturalWidth),
    ).toBeGreaterThan(0);
  });

  test('what a client writes runs nothing and adds no element', async () => {
    await using opened = await open('/hostile');
    expect(await opened.page.locator('script, main img, main link, iframe').count()).toBe(0);
    expect(await opened.page.getByRole('heading', { level: 1 }).textContent()).toContain('<script>alert(1)');
    expect(opened.complaints).toEqual([]);
  });

  test('the keyboard goes from what is asked to Cancel, Allow and the page of connections, and is seen', async () => {
    await using opened = await open('/consent');
    const { page } = opened;
    const stops: string[] = [];
    for (let stop = 0; stop < 5; stop++) {
      await page.keyboard.press('Tab');
      stops.push(await nameOf(page.locator(':focus')));
      expect(await page.locator(':focus').evaluate((element) => getComputedStyle(element).outlineStyle)).toBe(
        'solid',
      );
    }
    expect(stops).toEqual([
      'checkbox "See your customers" [checked]',
      'checkbox "Change your customers, and invite new ones in your name" [checked]',
      'button "Cancel"',
      'button "Allow"',
      'link "Your connections":',
    ]);
  });

  test.each([
    ['Allow sends what is ticked', [], 'Allow', 'scope=&scope=app%3Aread&scope=app%3Awrite&decision=allow'],
    ['Allow sends less with less ticked', ['Change'], 'Allow', 'scope=&scope=app%3Aread&decision=allow'],
    ['Allow says that nothing is ticked', ['See', 'Change'], 'Allow', 'scope=&decision=allow'],
    ['Cancel works with nothing ticked', ['See', 'Change'], 'Cancel', 'scope=&decision=deny'],
  ])('%s', async (_, unticked, button, body) => {
    await using opened = await open('/consent');
    const { page, complaints } = opened;
    const warning = page.getByText('Nothing is ticked');
    expect(await warning.isVisible()).toBe(false);
    for (const name of unticked) await page.getByRole('checkbox', { name }).uncheck();
    expect(await warning.isVisible()).toBe(unticked.length === 2);
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('heading', { name: messageView.title }).waitFor();
    expect(posts.pop()).toBe(`/oauth/login/7 proof=p%221&${body}`);
    expect(complaints).toEqual([]);
  });

  test('Enter in a checkbox allows nothing', async () => {
    await using opened = await open('/consent');
    const { page } = opened;
    await page.getByRole('checkbox', { name: 'See' }).press('Enter');
    await page.getByRole('heading', { name: messageView.title }).waitFor();
    expect(posts.pop()).toMatch(/&decision=deny$/);
  });

  test('each connection is ended by a button that says which it is', async () => {
    await using opened = await open('/connections');
    const { page, complaints } = opened;
    const names = await Promise.all((await page.getByRole('button').all()).map(nameOf));
    expect(names).toEqual([
      'button "End the connection of Claude"',
      'button "End the connection of Cursor"',
      expect.stringContaining(`button "End the connection of Acme' (verified)`),
    ]);
    await page.getByRole('button', { name: `of ${claude.name}` }).press('Enter');
    await page.getByRole('heading', { name: messageView.title }).waitFor();
    expect(posts.pop()).toBe('/oauth/connections/1 proof=p1');
    expect(complaints).toEqual([]);
  });

  test('the pages have their landmarks and headings', async () => {
    await using opened = await open('/more');
    expect(await opened.page.getByRole('banner').textContent()).toBe('Acme');
    expect(await opened.page.getByRole('main').getByRole('heading').allTextContents()).toEqual([
      '“Cursor” wants to connect to Acme',
      'It will be able to',
      'It can already',
    ]);
  });
});

/** The right end of what reaches farthest, whether it can be scrolled to or is cut off. Leaves out words for screen readers. */
function widest(page: Page): Promise<number> {
  return page.evaluate(() =>
    Math.max(
      document.documentElement.scrollWidth,
      ...Array.from(
        document.querySelectorAll('body :not(.unseen, .unseen *)'),
        (element) => element.getBoundingClientRect().right,
      ),
    ),
  );
}

/** The role and the name of an element, as a screen reader says them. */
async function nameOf(element: Locator): Promise<string> {
  const [line = ''] = (await element.ariaSnapshot()).split('\n');
  return line.replace(/^- /, '').replace(/ \[active\]/, '');
}
