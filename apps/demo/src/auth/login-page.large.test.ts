import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumMissing, launchChromium } from '../../test/chromium.ts';
import { describeDemo, roles } from '../../test/demo.ts';
import { findBarriers } from '../../test/inspector.ts';
import { begin, type Flow, redirectUri } from '../../test/oauth-flow.ts';
import { tokens } from '../sample/cast.ts';

const title = 'the login page and what follows it, in Chromium';

describe.skipIf(chromiumMissing)(chromiumMissing ? `${title} (left out: ${chromiumMissing})` : title, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  describeDemo((demo) => {
    /** Lets a client send a browser here, and collects the browser's warnings and errors. */
    const open = async (
      work: (page: Page, flow: Flow, complaints: string[]) => Promise<void>,
      options: Parameters<Browser['newContext']>[0] = {},
    ) => {
      const context = await browser.newContext(options);
      try {
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on('console', (message) => complaints.push(message.text()));
        page.on('pageerror', (error) => complaints.push(String(error)));
        // The client waits at this URL.
        await page.route(`${redirectUri}**`, (route) => route.fulfill({ body: 'back at the client' }));
        const flow = await begin(demo.url, 'backoffice:read backoffice:write');
        await page.goto(flow.url);
        await work(page, flow, complaints);
      } finally {
        await context.close();
      }
    };
    const button = (page: Page, name: string) => page.getByRole('button', { name });
    const backAtClient = async (page: Page) => {
      await page.getByText('back at the client').waitFor();
      return new URL(page.url()).searchParams;
    };

    it('offers everybody whom one can be, and passes what axe checks', async () => {
      await open(async (page, _flow, complaints) => {
        expect(new URL(page.url()).pathname).toBe('/login');
        expect(await page.title()).toBe('Sign in – Back office');
        expect(await page.getByRole('heading').innerText()).toBe('Back office');
        for (const role of roles) expect(await button(page, tokens[role].name).innerText()).toContain(role);
        expect(await findBarriers(page)).toEqual([]);
        expect(complaints).toEqual([]);
      });
    });

    it.each(['light', 'dark'] as const)(
      'can be read in a %s browser, on a narrow screen',
      async (colorScheme) => {
        await open(
          async (page) => {
            const seen = await page.evaluate<Seen>(look);
            expect([seen.width, seen.beyond]).toEqual([360, 0]);
            for (const ink of seen.inks) expect(contrast(ink, seen.paper)).toBeGreaterThan(7);
            const [brightness] = channels(seen.paper);
            expect(brightness! > 127).toBe(colorScheme === 'light');
          },
          { colorScheme, viewport: { width: 360, height: 740 } },
        );
      },
    );

    it('leads to the consent, and that back to the client with a code for what was allowed', async () => {
      await open(async (page, flow, complaints) => {
        await button(page, tokens.support.name).click();
        await page.getByText(`You are signed in as ${tokens.support.name}.`).waitFor();
        await page.getByLabel('Change what you may change: trials, plans, posts').uncheck();
        await button(page, 'Allow').click();
        const code = (await backAtClient(page)).get('code');
        expect(await flow.redeem(code!)).toMatchObject({ scope: 'backoffice:read', token_type: 'Bearer' });
        expect(complaints).toEqual([]);
      });
    });

    it('goes straight back to a client that was allowed before, once the person has signed in again', async () => {
      await open(async (page, flow, complaints) => {
        await button(page, tokens.support.name).click();
        await button(page, 'Allow').click();
        await backAtClient(page);
        await page.goto(`${demo.url}/login`);
        await button(page, 'Sign out').click();
        await page.goto(flow.url);
        await button(page, tokens.support.name).click();
        expect((await backAtClient(page)).get('code')).toMatch(/^[\w-]{20,}$/);
        expect(complaints).toEqual([]);
      });
    });

    it('leaves a client in a browser in touch with the window that it has opened', async () => {
      await open(async (page, flow) => {
        // Another site than the demo's, whose answers are made here.
        const client = await page.context().newPage();
        await client.route('http://client.example/', (route) =>
          route.fulfill({ contentType: 'text/html', body: '<title>waits</title>' }),
        );
        await client.goto('http://client.example/');
        const opening = client.waitForEvent('popup');
        await client.evaluate(`
          addEventListener('message', ({ data }) => (document.title = data));
          window.popup = open(${JSON.stringify(flow.url)}, 'login', 'popup');
        `);
        const popup = await opening;
        await popup.route(`${redirectUri}**`, (route) =>
          route.fulfill({
            contentType: 'text/html',
            body: '<script>opener.postMessage("done", "*")</script>',
          }),
        );
        await button(popup, tokens.support.name).click();
        await button(popup, 'Allow').waitFor();
        expect(await client.evaluate('window.popup.closed')).toBe(false);
        await button(popup, 'Allow').click();
        await expect.poll(() => client.title()).toBe('done');
      });
    });

    it('is worked by the keyboard alone, and without scripts', async () => {
      await open(
        async (page) => {
          const focused = page.locator(':focus');
          await page.keyboard.press('Tab');
          expect(await focused.innerText()).toContain(tokens.admin.name);
          await page.keyboard.press('Enter');
          await page.getByText(`You are signed in as ${tokens.admin.name}.`).waitFor();
          const isAllow = async () =>
            (await focused.count()) === 1 && (await focused.innerText()) === 'Allow';
          for (let pressed = 0; pressed < 10 && !(await isAllow()); pressed++)
            await page.keyboard.press('Tab');
          await page.keyboard.press('Enter');
          expect((await backAtClient(page)).get('code')).not.toBeNull();
        },
        { javaScriptEnabled: false },
      );
    });

    it('lets a person end what they have allowed, and come back as somebody else', async () => {
      await open(async (page, flow) => {
        // Nobody else here has connected anything as her.
        await button(page, tokens.customer.name).click();
        await button(page, 'Allow').click();
        await backAtClient(page);

        await page.goto(`${demo.url}/login`);
        await page.getByRole('link', { name: 'Your connections' }).click();
        await button(page, 'End the connection of A <b>client</b>').click();
        await page.getByText('Nothing is connected.').waitFor();

        await page.goto(`${demo.url}/login`);
        await button(page, tokens.viewer.name).click();
        await page.getByText(`You are signed in as ${tokens.viewer.name}`).waitFor();
        await page.goto(flow.url);
        await button(page, 'Allow').click();
        const code = (await backAtClient(page)).get('code');
        expect(await flow.redeem(code!)).toMatchObject({ scope: 'backoffice:read' });
      });
    });

    it('sends the browser back without a code when the person refuses', async () => {
      await open(async (page) => {
        await button(page, tokens.support.name).click();
        await button(page, 'Cancel').click();
        const answer = await backAtClient(page);
        expect([answer.get('code'), answer.get('error')]).toEqual([null, 'access_denied']);
      });
    });
  });
});

interface Seen {
  paper: string;
  inks: string[];
  width: number;
  /** Counts the elements that extend beyond the right edge. */
  beyond: number;
}

// A string, because it runs in the page, whose types the tests do not have.
const look = `(() => {
  const all = [...document.querySelectorAll('main, main *')];
  return {
    paper: getComputedStyle(document.querySelector('main')).backgroundColor,
    inks: all.map((element) => getComputedStyle(element).color),
    width: document.documentElement.scrollWidth,
    beyond: all.filter((element) => element.getBoundingClientRect().right > innerWidth).length,
  };
})()`;

/** Computes the contrast of two colours: 4.5 is enough to read, 21 is black on white. */
function contrast(one: string, other: string): number {
  const [bright, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (bright! + 0.05) / (dark! + 0.05);
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((value) => {
    const share = value / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function channels(color: string): number[] {
  return (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}
