import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chromiumMissing, launchChromium } from '../test/chromium.ts';
import { type Demo, describeDemo, roles } from '../test/demo.ts';
import { connectAgent, eras } from '../test/mcp.ts';
import { openBalancer } from './balancer.ts';
import { jonas, tokens } from './sample/cast.ts';

const title = 'the page at /, in Chromium';

// Several browsers may share a small machine.
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(chromiumMissing)(chromiumMissing ? `${title} (left out: ${chromiumMissing})` : title, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  describeDemo((demo) => {
    /** Opens the page, waits until it is live, and expects that the browser has nothing to complain about. */
    const open = async (
      work: (page: Page) => Promise<void>,
      { url = demo.url, ...options }: BrowserContextOptions & { url?: string } = {},
    ) => {
      const context = await browser.newContext({ locale: 'en-GB', ...options });
      try {
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on('console', (message) => {
          // The page handles that it is refused and that the server is away. Everything else is a fault, such as a
          // violation of the policy.
          const isHandled = /^Failed to load resource: (net::|.* status of (403|503) )/.test(message.text());
          if (!isHandled) complaints.push(message.text());
        });
        page.on('pageerror', (error) => complaints.push(String(error)));
        await page.goto(url);
        await page.getByText('Live: new calls').waitFor();
        // Only calls that are not on the first list count as new.
        await firstList(page).waitFor();
        await work(page);
        expect(complaints).toEqual([]);
      } finally {
        await context.close();
      }
    };

    it('says who one can be, and leads to the inspector as each', async () => {
      await open(async (page) => {
        const people = page.getByRole('region', { name: 'Who you can be' }).getByRole('listitem');
        expect(await people.count()).toBe(4);
        for (const role of roles) {
          const { name, token } = tokens[role];
          const person = people.filter({ hasText: name });
          expect(await person.getByText(token, { exact: true }).isVisible()).toBe(true);
          const link = person.getByRole('link', { name: `Open the inspector as ${name.split(' ')[0]}` });
          expect(await link.getAttribute('href')).toBe(
            `/mcp#/connect?header=Authorization&value=Bearer%20${token}`,
          );
        }
        const link = page.getByRole('link', { name: 'Open the inspector as Ines' });
        const [tab] = await Promise.all([page.waitForEvent('popup'), link.click()]);
        await tab.waitForLoadState();
        expect(new URL(tab.url()).pathname).toBe('/mcp');
        expect(await tab.locator('#main').count()).toBe(1);
      });
    });

    it('copies a token, and the command for Claude Code', async () => {
      await open(
        async (page) => {
          const copied = () => page.evaluate<string>('navigator.clipboard.readText()');
          await page.getByRole('button', { name: 'Copy the token of Ines' }).click();
          await page.getByText('Copied').waitFor();
          expect(await copied()).toBe(tokens.admin.token);
          await page.getByRole('button', { name: 'Copy the command for Claude Code' }).click();
          await page.getByText('Copied').nth(1).waitFor();
          expect(await copied()).toBe(`claude mcp add --transport http demo ${demo.url}/mcp`);
        },
        { permissions: ['clipboard-read', 'clipboard-write'] },
      );
    });

    it('shows the sign-ups that the router reports, as a chart and as a table', async () => {
      await open(async (page) => {
        const panel = signUpPanel(page);
        await panel
          .getByRole('img', { name: /^Bar chart of sign-ups by week\. The last whole week/ })
          .waitFor();
        const weeks = await demo.as('viewer').reports.signUps.query({ weeks: 12 });
        expect(await countBars(page)).toBe(weeks.filter(({ signUps }) => signUps > 0).length);
        expect(await readTable(page)).toEqual(weeks.toReversed().map(({ signUps }) => signUps));
      });
    });

    it.each(eras)('shows a call of an agent of %s as it comes, without a reload', async (era) => {
      await open(async (page) => {
        await page.evaluate('globalThis.stayed = true');
        await using agent = await connectAgent(era, `${demo.url}/mcp`, tokens.viewer.token);
        const query = `${jonas.email} ${era}`;
        await agent.call('customers_search', { query });
        const row = rows(page).filter({ hasText: query });
        await row.waitFor();
        const cells = await row.getByRole('cell').allInnerTexts();
        expect(cells.map((cell) => cell.replaceAll(/\s+/g, ' '))).toEqual([
          expect.stringMatching(/^\d\d:\d\d:\d\d new$/),
          `Priya Raman viewer scripted-agent, MCP of ${era.slice(0, 4)}`,
          `customers_search query: "${query}"`,
          expect.stringMatching(/^done \d+ ms$/),
        ]);
        expect(await announced(page)).toBe('Priya Raman called customers_search with scripted-agent: done.');

        await expect(agent.call('customers_deactivate', { id: crypto.randomUUID() })).rejects.toThrow();
        await rows(page).first().getByText('FORBIDDEN').waitFor();
        expect(await announced(page)).toContain('failed with FORBIDDEN');
        expect(await page.evaluate('globalThis.stayed')).toBe(true);
      });
    });

    it('draws the chart anew when an agent signs somebody up', async () => {
      await open(async (page) => {
        const [before] = await readTable(page);
        await using agent = await connectAgent('2026-07-28', `${demo.url}/mcp`, tokens.support.token);
        await agent.call('signUps_add', {
          name: 'Kim Berg',
          email: 'kim@berg.example',
          company: 'Berg Ltd',
          country: 'Norway',
        });
        // Another week may have as many.
        const latest = signUpPanel(page).getByRole('row').nth(1);
        await latest.getByRole('cell', { name: String(before! + 1), exact: true }).waitFor();
        const [running] = (await demo.as('viewer').reports.signUps.query({ weeks: 1 })).toReversed();
        expect((await readTable(page))[0]).toBe(running!.signUps);
      });
    });

    it('shows markup in arguments as text', async () => {
      await open(async (page) => {
        await using agent = await connectAgent('2026-07-28', `${demo.url}/mcp`, tokens.viewer.token);
        const query = `<img src=x onerror="globalThis.attacked=true">${'x'.repeat(100)}`;
        await agent.call('customers_search', { query });
        const row = rows(page).first();
        await row.getByText('<img src=x').first().waitFor();
        await row.locator('summary').click();
        expect(await row.locator('pre').innerText()).toContain(JSON.stringify(query));
        expect(await page.locator('td img').count()).toBe(0);
        expect(await page.evaluate('globalThis.attacked')).toBe(undefined);
      });
    });

    it('asks the router as whom one chooses, and says in its words whom it refuses', async () => {
      await open(async (page) => {
        const choice = page.getByRole('group', { name: 'This page looks as' });
        const chosen = choice.getByRole('radio', { checked: true });
        expect(await chosen.locator('..').innerText()).toContain('viewer');
        await chosen.focus();
        // By keyboard: support, admin, customer.
        for (let count = 0; count < 3; count++) await page.keyboard.press('ArrowDown');
        const activity = page.getByRole('region', { name: 'What agents did' });
        await activity.getByText('is for staff, and Mara is not').waitFor();
        const refusal = /This needs the role .* Mara Lindqvist is signed in as customer\./;
        await activity.getByText(refusal).waitFor();
        await signUpPanel(page).getByText(refusal).waitFor();
        expect(await rows(page).count()).toBe(0);
        expect(await page.locator('canvas').count()).toBe(0);

        await choice.getByLabel('Ines Duarte').check();
        await page.getByText('Live: new calls').waitFor();
        await page.locator('canvas').waitFor();
      });
    });

    it('comes back after the server was away, and shows what it missed', async () => {
      const nodes = [demo.url];
      let balancer = await openBalancer(() => nodes);
      try {
        const port = Number(new URL(balancer.url).port);
        const back = async () => (balancer = await openBalancer(() => nodes, { port }));
        await using agent = await connectAgent('2026-07-28', `${demo.url}/mcp`, tokens.viewer.token);
        await open(
          async (page) => {
            // A server that drops its connections, and is there again.
            await balancer[Symbol.asyncDispose]();
            await page.getByText('The connection was lost').waitFor();
            await agent.call('customers_search', { query: 'while nobody was there' });
            await back();
            await page.getByText('Live: new calls').waitFor();
            await rows(page).filter({ hasText: 'while nobody was there' }).getByText('new').waitFor();

            // A proxy that answers with an error until its server is there again.
            nodes.pop();
            const refused = page.waitForResponse(
              (response) => response.url().includes('activity.watch') && response.status() === 503,
            );
            await balancer[Symbol.asyncDispose]();
            await back();
            await refused;
            await page.getByText('The connection was lost').waitFor();
            await agent.call('customers_search', { query: 'while a proxy refused' });
            nodes.push(demo.url);
            await page.getByText('Live: new calls').waitFor();
            await rows(page).filter({ hasText: 'while a proxy refused' }).getByText('new').waitFor();
            // And each once.
            expect(await rows(page).filter({ hasText: 'while nobody was there' }).count()).toBe(1);
            await agent.call('customers_search', { query: 'and afterwards' });
            await rows(page).filter({ hasText: 'and afterwards' }).waitFor();
          },
          { url: balancer.url },
        );
      } finally {
        await balancer[Symbol.asyncDispose]();
      }
    });

    it('has nothing that axe calls serious, light and dark, on a wide screen and on a phone', async () => {
      await open(
        async (page) => {
          await callOnce(demo);
          await page.locator('.fresh').first().waitFor();
          await page.getByText('The same as a table').click();
          const look = async () => {
            for (const width of [1280, 360]) {
              await page.setViewportSize({ width, height: 800 });
              expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
              // On a phone, one panel is below the other and has the whole width.
              const panels = await page.locator('.office > section').all();
              const [left, right] = await Promise.all(panels.map((panel) => panel.boundingBox()));
              expect(left!.x === right!.x).toBe(width === 360);
              for (const colorScheme of ['light', 'dark'] as const) {
                await page.emulateMedia({ colorScheme });
                expect({ width, colorScheme, faults: await findFaults(page) }).toEqual({
                  width,
                  colorScheme,
                  faults: [],
                });
              }
            }
          };
          await look();
          await page.getByLabel('Mara Lindqvist').check();
          await page.getByText('is for staff').waitFor();
          await look();
        },
        // The policy of the page does not let axe in, so only this test goes without it.
        { bypassCSP: true },
      );
    });

    it.runIf(process.env['UPDATE_PICTURES'])('has its picture taken', async () => {
      await mkdir(pictures, { recursive: true });
      await open(
        async (page) => {
          await callOnce(demo);
          await page.locator('.fresh').first().waitFor();
          await page.screenshot({ path: `${pictures}/demo.png`, fullPage: true });
        },
        { viewport: { width: 1280, height: 900 } },
      );
    });
  });
});

const pictures = fileURLToPath(new URL('../../../docs/pictures', import.meta.url));

function rows(page: Page) {
  return page.getByRole('region', { name: 'What agents did' }).locator('tbody').getByRole('row');
}

function signUpPanel(page: Page) {
  return page.getByRole('region', { name: 'Sign-ups, week over week' });
}

function announced(page: Page): Promise<string> {
  return page.locator('.for-screen-readers').innerText();
}

/** What the page shows when the first list has arrived: the calls, or that there are none. */
function firstList(page: Page): Locator {
  return page.getByRole('region', { name: 'Calls' }).or(page.getByText('No agent has called yet'));
}

/** The numbers of the table beside the chart, the newest week first. */
async function readTable(page: Page): Promise<number[]> {
  const panel = signUpPanel(page);
  const details = panel.locator('details');
  if ((await details.getAttribute('open')) === null) await panel.getByText('The same as a table').click();
  const texts = await panel.locator('tbody td:first-of-type').allInnerTexts();
  return texts.map(Number);
}

/** Counts the bars that are painted: runs of coloured pixels in the row just above the axis. */
function countBars(page: Page): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('canvas');
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    const isBlue = (x, y) => {
      const at = (y * width + x) * 4;
      return data[at + 3] > 200 && data[at + 2] - data[at] > 30;
    };
    let most = 0;
    for (let y = 0; y < height; y++) {
      let bars = 0;
      for (let x = 1; x < width; x++) if (isBlue(x, y) && !isBlue(x - 1, y)) bars++;
      most = Math.max(most, bars);
    }
    return most;
  })()`);
}

/** Lets agents do a few things, so that there is something to see. */
async function callOnce(demo: Demo): Promise<void> {
  await using reader = await connectAgent('2026-07-28', `${demo.url}/mcp`, tokens.viewer.token);
  await reader.call('reports_signUps', { weeks: 4 });
  await reader.call('customers_deactivate', { id: crypto.randomUUID() }).catch(() => {});
  await using admin = await connectAgent('2025-11-25', `${demo.url}/mcp`, tokens.admin.token);
  const { items } = await admin.call<{ items: { id: string }[] }>('customers_search', {
    query: jonas.email,
    limit: 5,
  });
  await admin.call('customers_deactivate', { id: items[0]!.id });
  await admin.call('customers_reactivate', { id: items[0]!.id });
}

interface Fault {
  id: string;
  impact: string;
  targets: string[];
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

async function findFaults(page: Page): Promise<Fault[]> {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.addScriptTag({ path: axe });
  return page.evaluate<Fault[]>(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => ({ id, impact, targets: nodes.map(({ target }) => target.join(' ')) })))`);
}
