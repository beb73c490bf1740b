import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { eq } from 'drizzle-orm';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openEndpoint, type Reply } from '../test/chat-endpoint.ts';
import { chromiumMissing, launchChromium } from '../test/chromium.ts';
import { databases } from '../test/databases.ts';
import { type Demo, describeDemo, type Role, startDemo } from '../test/demo.ts';
import { collectTrouble, findBarriers } from '../test/inspector.ts';
import { customers } from './db/schema.ts';
import { articles, jonas, tokens } from './sample/cast.ts';

const title = 'the chat, in Chromium';
const pictures = fileURLToPath(new URL('../../../docs/pictures', import.meta.url));

// Several browsers may share a small machine.
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(chromiumMissing)(chromiumMissing ? `${title} (left out: ${chromiumMissing})` : title, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  /** Signs in as a role at the login that the chat leads to, and expects that the browser has nothing to complain about. */
  const open = async (
    url: string,
    role: Role,
    work: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
  ) => {
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
    try {
      const trouble = await collectTrouble(context);
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(`${url}/chat`);
      await page.getByRole('button', { name: tokens[role].name }).click();
      await page.getByText(`You are ${tokens[role].name}`).waitFor();
      await work(page);
      expect(trouble).toEqual([]);
    } finally {
      await context.close();
    }
  };

  describeDemo((demo) => {
    beforeEach(async () => {
      await demo.db.update(customers).set({ status: 'active' }).where(eq(customers.email, jonas.email));
    });

    it('renames a post with a sentence that one clicks, and shows both calls', async () => {
      await open(demo.url, 'customer', async (page) => {
        await page.getByRole('button', { name: /^Can you rename my post/ }).click();
        await answers(page).getByText('is now called').waitFor();
        expect(await said(page)).toEqual([
          `Done: “${articles.byMara}” is now called “Invoices that file themselves”.`,
        ]);
        expect(await calls(page)).toEqual([
          `List help-centre posts search: "${articles.byMara}", mine: true done`,
          expect.stringMatching(
            /^Rename help-centre post id: ".*title: "Invoices that file themselves" done$/,
          ),
        ]);
        await takePicture(page, 'chat-rename');
        const call = page.locator('.call').nth(1);
        expect(await call.locator('pre').first().isVisible()).toBe(false);
        await call.locator('summary').click();
        const [args, result] = (await call.locator('pre').allInnerTexts()).map(
          (json) => JSON.parse(json) as object,
        );
        expect(args).toMatchObject({ title: 'Invoices that file themselves' });
        expect(result).toMatchObject({
          title: 'Invoices that file themselves',
          author: { name: tokens.customer.name },
        });

        await say(page, `Rename my post 'Invoices that file themselves' to '${articles.byMara}'`);
        await answers(page).nth(1).getByText('is now called').waitFor();
      });
    });

    it('asks before it closes an account, and does so on a yes alone', async () => {
      await open(demo.url, 'admin', async (page) => {
        const consent = page.getByRole('region', { name: 'Your consent' });
        await say(page, `Deactivate ${jonas.email}.`);
        await consent.waitFor();
        expect(await consent.innerText()).toContain(
          `Deactivate "${jonas.name}" of "${jonas.company}"? Its people can no longer sign in.`,
        );
        await takePicture(page, 'chat-consent');
        await consent.getByRole('button', { name: 'No' }).click();
        await page.getByText('You said no, so nothing was changed.').waitFor();
        expect(await consent.count()).toBe(0);
        expect(await statusOf(demo)).toBe('active');

        await say(page, `Please close the account of ${jonas.name}`);
        await consent.getByRole('button', { name: 'Yes, do it' }).click();
        await page.getByText('is deactivated.').waitFor();
        expect(await statusOf(demo)).toBe('deactivated');
        expect(await page.locator('.outcome').allInnerTexts()).toEqual([
          'done',
          'you said no',
          'done',
          'done',
        ]);
      });
    });

    it('draws sign-ups week over week as a chart, with the numbers of the tool', async () => {
      await open(demo.url, 'viewer', async (page) => {
        await page.getByRole('button', { name: /week over week/ }).click();
        const chart = page.getByRole('img', { name: /^Bar chart\. Sign ups: / });
        await chart.waitFor();
        const weeks = await demo.as('viewer').reports.signUps.query({ weeks: 12 });
        const label = (await chart.getAttribute('aria-label'))!;
        expect(label.match(/ \d+(?=[,.])/g)!.map(Number)).toEqual(weeks.map(({ signUps }) => signUps));
        await page.getByText('The last whole week had').waitFor();
        await takePicture(page, 'chat-chart');
        await page.getByText('The same as a table').click();
        const cells = await page.locator('.rows tbody td:nth-child(3)').allInnerTexts();
        expect(cells.map(Number)).toEqual(weeks.map(({ signUps }) => signUps));

        await say(page, 'How much did we invoice each month?');
        await page.getByRole('img', { name: /^Bar chart\. Amount: \w+ \d{4} \$/ }).waitFor();
      });
    });

    it('shows a list as a table, without ids', async () => {
      await open(demo.url, 'viewer', async (page) => {
        await say(page, 'List the customers in a trial');
        const table = page.getByRole('region', { name: 'Find customers, as a table' });
        await table.waitFor();
        const { items } = await demo.as('viewer').customers.search.query({ subscription: 'trialing' });
        expect(await table.locator('tbody td:first-child').allInnerTexts()).toEqual(
          items.map(({ name }) => name),
        );
        const headings = await table.locator('th').allInnerTexts();
        expect(headings.slice(0, 4)).toEqual(['Name', 'Email', 'Company', 'Country']);
        await takePicture(page, 'chat-table');
      });
    });

    it('says in words what the person may not do', async () => {
      await open(demo.url, 'viewer', async (page) => {
        await page.getByRole('button', { name: `Deactivate ${jonas.email}.` }).click();
        await page.getByText('What that role may do: Reads everything, changes nothing.').waitFor();
        expect(await statusOf(demo)).toBe('active');
      });
      await open(demo.url, 'support', async (page) => {
        await say(page, `Rename the post '${articles.byMara}' to 'Tidy invoices'`);
        const refusal = page.locator('.call .refusal');
        await refusal.waitFor();
        expect(await refusal.innerText()).toContain('only its author or an admin can rename it.');
        await answers(page).getByText('only its author or an admin').waitFor();
        await takePicture(page, 'chat-refusal');
      });
    });

    it('shows markup in data as text', async () => {
      const name = '<img src=x onerror="globalThis.attacked=true"> **Eve**';
      const email = 'eve@evil.example';
      await demo.as('support').signUps.add.mutate({ name, email, company: '<script>', country: 'Norway' });
      await open(demo.url, 'viewer', async (page) => {
        await say(page, `Show ${email}`);
        await answers(page).getByText('on the starter plan').waitFor();
        expect((await said(page))[0]).toContain(`“${name}” of “<script>”`);
        await say(page, 'List the newest customers in Norway');
        await page.locator('.rows').getByText(name).waitFor();
        expect(await page.locator('.messages img, .messages script').count()).toBe(0);
        expect(await page.evaluate('globalThis.attacked')).toBe(undefined);
      });
    });

    it('says that another person is signed in now, and begins anew on request', async () => {
      await open(demo.url, 'viewer', async (page) => {
        await say(page, 'Who am I?');
        await page.getByText('signed in as viewer').waitFor();
        const tab = await page.context().newPage();
        await tab.goto(`${demo.url}/login`);
        await tab.getByRole('button', { name: tokens.admin.name }).click();
        await tab.getByText('You are signed in as').waitFor();
        await say(page, 'Who am I?');
        await page.getByRole('alert').getByText(`You are ${tokens.admin.name} now.`).waitFor();
        await page.getByRole('button', { name: 'New conversation' }).click();
        expect(await page.getByRole('alert').count()).toBe(0);
        expect(await page.locator('.messages > li').count()).toBe(0);
        await page.getByRole('link', { name: 'Be somebody else' }).click();
        await page.getByRole('button', { name: tokens.support.name }).click();
        await page.getByText(`You are ${tokens.support.name}`).waitFor();
        expect(new URL(page.url()).pathname).toBe('/chat');
      });
    });

    it('has no barriers, light and dark, on a wide screen and on a phone, and works with the keyboard', async () => {
      await open(demo.url, 'admin', async (page) => {
        await page.locator('#message').focus();
        await page.keyboard.type('How many sign-ups were there?');
        await page.keyboard.press('Enter');
        await page.locator('canvas').waitFor();
        await page.getByText('The same as a table').click();
        await say(page, `Deactivate ${jonas.email}.`);
        await page.getByRole('region', { name: 'Your consent' }).waitFor();
        for (const width of [1280, 360]) {
          await page.setViewportSize({ width, height: 740 });
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
          for (const colorScheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme });
            expect({ width, colorScheme, barriers: await findBarriers(page) }).toEqual({
              width,
              colorScheme,
              barriers: [],
            });
          }
        }
        // Tab, from the field back to the last button of the question.
        await page.getByRole('button', { name: 'No', exact: true }).focus();
        await page.keyboard.press('Enter');
        await page.getByText('You said no, so').waitFor();
      });
    });
  });

  describe('with a model', () => {
    it('shows its Markdown without HTML and pictures, streams, and can be stopped', async () => {
      const replies: Reply[] = [
        {
          text:
            '# All of it\n\n- **one**\n- two\n\n<img src=x onerror="globalThis.attacked=true"> ' +
            '![pixel](https://elsewhere.example/x.png) [a link](javascript:globalThis.attacked=true) ' +
            '[another](https://elsewhere.example)',
        },
        { silent: true },
        { status: 400, error: 'Out of memory.' },
        { text: 'Back again.' },
      ];
      const log = vi.spyOn(console, 'error').mockImplementation(() => {});
      await using endpoint = await openEndpoint(() => replies.shift()!);
      const { url } = endpoint;
      const started = await startDemo(databases[0]!, {
        kind: 'endpoint',
        url,
        model: 'tiny',
        key: undefined,
      });
      try {
        await open(started.demo.url, 'viewer', async (page) => {
          await page.getByText('tiny answers.').waitFor();
          await say(page, 'Show me');
          const answer = page.locator('.answer');
          await answer.getByText('another').waitFor();
          expect(await answer.locator('strong').allInnerTexts()).toEqual(['All of it', 'one']);
          expect(await answer.locator('li').allInnerTexts()).toEqual(['one', 'two']);
          expect(await answer.innerText()).toContain('<img src=x onerror=');
          expect(await answer.innerText()).toContain('pixel');
          expect(await answer.locator('img, h1').count()).toBe(0);
          const links = await answer
            .locator('a')
            .evaluateAll((found) => found.map((a) => a.getAttribute('href')));
          expect(links.filter((href) => href !== null)).toEqual(['https://elsewhere.example']);
          expect(await page.evaluate('globalThis.attacked')).toBe(undefined);

          await say(page, 'Think');
          await page.getByText('Working…').waitFor();
          await page.getByRole('button', { name: 'Stop' }).click();
          await endpoint.left;
          await page.getByRole('button', { name: 'Send' }).waitFor();

          await say(page, 'And now?');
          await page.getByRole('alert').getByText('The model answered with status 400.').waitFor();
          expect(await page.getByRole('alert').innerText()).not.toContain('memory');
          await say(page, 'Try again');
          await page.getByText('Back again.').waitFor();
          expect(await page.getByRole('alert').count()).toBe(0);
        });
      } finally {
        await started.close();
        log.mockRestore();
      }
    });
  });
});

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Your message').fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

function answers(page: Page) {
  return page.locator('.answer');
}

async function said(page: Page): Promise<string[]> {
  return (await answers(page).allInnerTexts()).map((text) => text.trim());
}

async function calls(page: Page): Promise<string[]> {
  const lines = await page.locator('.call > details > summary').allInnerTexts();
  return lines.map((line) => line.replaceAll(/\s+/g, ' ').trim());
}

async function statusOf({ db }: Demo): Promise<string | undefined> {
  const [row] = await db.select().from(customers).where(eq(customers.email, jonas.email));
  return row?.status;
}

async function takePicture(page: Page, name: string): Promise<void> {
  if (!process.env['UPDATE_PICTURES']) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name}.png` });
}
