import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumMissing, launchChromium } from '../../test/chromium.ts';
import { describeDemo } from '../../test/demo.ts';
import { begin, redirectUri } from '../../test/oauth-flow.ts';
import { tokens } from '../sample/cast.ts';

const title = 'the login page, in Chromium';

describe.skipIf(chromiumMissing)(chromiumMissing ? `${title} (left out: ${chromiumMissing})` : title, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  describeDemo((demo) => {
    /** Opens the page in a browser, and collects the browser's warnings and errors. */
    const open = async (
      work: (page: Page, complaints: string[]) => Promise<void>,
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
        const flow = await begin(demo.url, { scope: 'backoffice:read backoffice:write' });
        await page.goto(flow.url);
        await work(page, complaints);
      } finally {
        await context.close();
      }
    };
    const button = (page: Page, name: string) => page.getByRole('button', { name });
    const codeAt = (page: Page) => new URL(page.url()).searchParams.get('code');

    it('says who asks for what, and offers everybody whom one can be', async () => {
      await open(async (page, complaints) => {
        expect(await page.title()).toBe('Sign in – Back office');
        expect(await page.getByRole('heading').innerText()).toBe('Back office');
        expect(await page.getByRole('listitem').allInnerTexts()).toEqual([
          'Read what you may read backoffice:read',
          'Change what you may change: trials, plans, posts backoffice:write',
        ]);
        // The client's name is shown as text, not as HTML.
        expect(await page.getByText('A <b>client</b>').isVisible()).toBe(true);
        for (const { name, role } of Object.values({
          ...tokens,
          customer: { ...tokens.customer, role: 'customer' },
        })) {
          expect(await button(page, name).innerText()).toContain(role);
        }
        expect(await button(page, tokens.viewer.name).innerText()).toContain('without backoffice:write');
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

    it('sends the browser back with a code when a person is picked', async () => {
      await open(async (page) => {
        await button(page, tokens.support.name).click();
        await page.getByText('back at the client').waitFor();
        expect(codeAt(page)).toMatch(/^[\w-]{20,}$/);
      });
    });

    it('is worked by the keyboard alone, and without scripts', async () => {
      await open(
        async (page) => {
          await page.keyboard.press('Tab');
          const focused = page.locator(':focus');
          expect(await focused.innerText()).toContain(tokens.admin.name);
          await page.keyboard.press('Enter');
          await page.getByText('back at the client').waitFor();
          expect(codeAt(page)).not.toBeNull();
        },
        { javaScriptEnabled: false },
      );
    });

    it('lets a person come back as somebody else', async () => {
      await open(async (page) => {
        await button(page, tokens.support.name).click();
        await page.getByText('back at the client').waitFor();
        const again = await begin(demo.url);
        await page.goto(again.url);
        await button(page, tokens.viewer.name).click();
        await page.getByText('back at the client').waitFor();
        const response = await again.redeem(codeAt(page)!);
        expect(await response.json()).toMatchObject({ scope: 'backoffice:read', token_type: 'Bearer' });
      });
    });

    it('sends the browser back without a code when the person cancels', async () => {
      await open(async (page) => {
        await button(page, 'Cancel').click();
        await page.getByText('back at the client').waitFor();
        expect([codeAt(page), new URL(page.url()).searchParams.get('error')]).toEqual([
          null,
          'access_denied',
        ]);
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
