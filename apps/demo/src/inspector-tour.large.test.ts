import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { asc, count, eq } from 'drizzle-orm';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chromiumMissing, launchChromium } from '../test/chromium.ts';
import { databases } from '../test/databases.ts';
import { collectTrouble, findBarriers } from '../test/inspector.ts';
import { settleActivity } from './activity.ts';
import type { Database } from './db/database.ts';
import { activity, customers } from './db/schema.ts';
import { aiko, jonas, tokens } from './sample/cast.ts';
import { toInspectorLink } from './sample/tour.ts';
import { createApp } from './server.ts';
import { countSignUps } from './sign-up-report.ts';
import type * as wakeUp from './wake-up.ts';

// Whether each watch that has ended was aborted.
const { ended } = vi.hoisted(() => ({ ended: [] as boolean[] }));
vi.mock('./wake-up.ts', async (importOriginal) => {
  const real = await importOriginal<typeof wakeUp>();
  return {
    ...real,
    async *watchRows(...[since, options]: Parameters<typeof real.watchRows>) {
      try {
        yield* real.watchRows(since, options);
      } finally {
        ended.push(options.signal?.aborted === true);
      }
    },
  };
});

const title = 'a tour of the inspector, in Chromium';
const run = promisify(execFile);
const pictures = fileURLToPath(new URL('../../../docs/pictures', import.meta.url));

describe.skipIf(chromiumMissing)(chromiumMissing ? `${title} (left out: ${chromiumMissing})` : title, () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium?.close());

  it.each(['2026-07-28', '2025-11-25'])(
    'connects, signs in, looks, tries, tries again and listens, with MCP %s',
    { timeout: 600_000 },
    async (era) => {
      await using demo = await startDemo();
      const { db, mcp } = demo;
      const context = await chromium.newContext({
        viewport: { width: 1280, height: 860 },
        colorScheme: 'light',
        reducedMotion: 'reduce',
        locale: 'en-GB',
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      context.setDefaultTimeout(30_000);
      try {
        const trouble = await collectTrouble(context);
        const stranger = await context.newPage();
        await connect(stranger, mcp, era);
        await stranger.close();

        const page = await context.newPage();
        await signIn(page, mcp, era);
        await look(page);
        await findCustomers(page, db);
        await drawSignUps(page, db);
        await closeAccount(page, db);
        await cancelWatch(page);
        await callAgain(page, context, mcp, era, db);
        await listen(page, demo.url, db);
        expect(trouble).toEqual([]);
      } finally {
        await context.close();
      }
    },
  );
});

async function connect(page: Page, mcp: string, era: string): Promise<void> {
  await page.goto(mcp);
  await page.getByRole('combobox', { name: 'MCP', exact: true }).selectOption({ label: era });
  await page.getByText('The endpoint asks who you are (401).').waitFor();
  await page.getByText(`Every request needs OAuth with the scope backoffice:read from`).waitFor();
  const clients = page.locator('.clients details');
  expect(await clients.locator('summary').allInnerTexts()).toEqual([
    'Claude Code',
    'Claude Desktop',
    'claude.ai',
    'ChatGPT',
    'Cursor',
    'VS Code',
    'Codex',
    'Gemini CLI',
  ]);
  for (const client of await clients.all()) {
    await client.locator('summary').click();
    expect(await client.innerText()).toContain(mcp);
  }
  expect(await findBarriers(page)).toEqual([]);
}

async function signIn(page: Page, mcp: string, era: string): Promise<void> {
  await page.goto(toInspectorLink(mcp, tokens.admin.token));
  await page.getByRole('combobox', { name: 'MCP', exact: true }).selectOption({ label: era });
  await page.getByText(`Connected with MCP ${era}.`).waitFor();
  expect(page.url()).not.toContain(tokens.admin.token);
  expect(await page.locator('body').innerText()).not.toContain(tokens.admin.token);
  await page.locator('summary', { hasText: 'Claude Code' }).click();
  await page.getByText('It speaks MCP 2026-07-28, and 2025-11-25').waitFor();
  await takePicture(page, 'inspector-connect', page.getByRole('heading', { name: 'Connect a client' }));
}

async function look(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Tools', exact: true }).click();
  const list = page.getByRole('list', { name: 'Tools' });
  await page.getByRole('searchbox', { name: 'Search tools' }).fill('deactivate customer');
  const tool = list.getByRole('link', { name: 'customers_deactivate' });
  await tool.waitFor();
  expect(await tool.locator('.badge').allInnerTexts()).toEqual(['destroys', 'asks', 'scopes']);
  await tool.click();
  await page.getByRole('tab', { name: 'About' }).click();
  await page.getByText('customers.deactivate').waitFor();
  await page.getByText('backoffice:admin').first().waitFor();
  await page
    .getByRole('row', { name: /^id/ })
    .getByText('An id of customers_search or whoami')
    .first()
    .waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole('tab', { name: 'Other clients' }).click();
  await page.getByRole('combobox', { name: 'Client' }).selectOption({ label: 'Cursor' });
  await page
    .getByText(/^Cursor (takes|does|cuts|shows)/)
    .first()
    .waitFor();
  await page.getByRole('tab', { name: 'Lint' }).click();
  await page
    .getByText(/The lint finds|finding/)
    .first()
    .waitFor();
  await page.getByRole('searchbox', { name: 'Search tools' }).fill('');
}

async function findCustomers(page: Page, db: Database): Promise<void> {
  await page.getByRole('list', { name: 'Tools' }).getByRole('link', { name: 'customers_search' }).click();
  const form = page.getByRole('region', { name: 'Try customers_search' });
  await form.getByLabel(/^country/).fill('Germany');
  await form.getByLabel(/^limit/).fill('12');
  const result = await runTool(page);
  const table = result.getByRole('table');
  const rows = await db
    .select({ name: customers.name, email: customers.email })
    .from(customers)
    .where(eq(customers.country, 'Germany'))
    .orderBy(asc(customers.name), asc(customers.id))
    .limit(12);
  expect(rows).toHaveLength(12);
  const header = table.getByRole('columnheader', { name: 'name', exact: true });
  const column = await table
    .getByRole('columnheader')
    .allInnerTexts()
    .then((texts) => texts.findIndex((text) => text.startsWith('name')) + 1);
  const names = () => table.locator(`tbody tr td:nth-child(${column})`).allInnerTexts();
  await header.getByRole('button').click();
  await header.getByRole('button').click();
  await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
  expect(await names()).toEqual(rows.map(({ name }) => name).toReversed());
  const download = page.waitForEvent('download');
  await result.getByRole('button', { name: 'Download CSV' }).click();
  const [head, ...lines] = (await readFile(await (await download).path(), 'utf8')).split('\r\n');
  expect(head).toContain('name,email,company');
  expect(lines.map((line) => line.split(',')[2])).toEqual(rows.map(({ email }) => email).toReversed());
  expect(await findBarriers(page)).toEqual([]);
  await takePicture(page, 'inspector', form.locator('.try-buttons'), 'center');
}

async function drawSignUps(page: Page, db: Database): Promise<void> {
  await openTool(page, 'reports_signUps', { weeks: 12 });
  const result = await runTool(page);
  const expected = (await countSignUps(db, { unit: 'week', count: 12 })).map(({ signUps }) => signUps);
  await result.getByRole('tab', { name: 'App' }).click();
  // The inspector’s own document for apps, and in it the app.
  const app = page.frameLocator('.app iframe').frameLocator('iframe');
  await app.getByRole('heading', { name: 'Sign-ups per week' }).waitFor();
  await expect.poll(() => app.locator('rect').count()).toBe(expected.length);
  expect(await app.locator('tbody tr td:nth-of-type(1)').allTextContents()).toEqual(expected.map(String));
  expect(await findBarriers(page)).toEqual([]);
  await takePicture(page, 'inspector-app', page.locator('.try'));
  await result.getByRole('tab', { name: 'Chart' }).click();
  const chart = result.getByRole('img', {
    name: /^Line chart of signUps, signUpsBefore by startsAt, 12 points/,
  });
  await chart.waitFor();
  expect(
    await chart.evaluate((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let painted = 0;
      for (let at = 3; at < data.length; at += 4) if (data[at] > 0) painted += 1;
      return painted;
    }),
  ).toBeGreaterThan(1000);
  expect(await findBarriers(page)).toEqual([]);
  await takePicture(page, 'inspector-chart', page.locator('.try'));
}

async function closeAccount(page: Page, db: Database): Promise<void> {
  const read = async () => {
    const [row] = await db.select().from(customers).where(eq(customers.email, jonas.email));
    return row!;
  };
  const { id, status } = await read();
  expect(status).toBe('active');
  await openTool(page, 'customers_deactivate', { id });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'The tool asks' });
  await dialog.getByText(`Deactivate "${jonas.name}" of "${jonas.company}"?`).waitFor();
  expect((await read()).status).toBe('active');
  expect(await findBarriers(page)).toEqual([]);
  await takePicture(page, 'inspector-consent');
  await dialog.getByRole('button', { name: 'Accept' }).click();
  await waitForAnswer(page);
  expect((await read()).status).toBe('deactivated');
}

async function cancelWatch(page: Page): Promise<void> {
  await openTool(page, 'signUps_watch', {});
  ended.length = 0;
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page
    .getByRole('status')
    .filter({ hasText: /^Running/ })
    .waitFor();
  await page.waitForTimeout(500);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByRole('status').filter({ hasText: 'Cancelled' }).waitFor();
  await expect.poll(() => ended, { timeout: 10_000 }).toEqual([true]);
}

async function callAgain(
  page: Page,
  context: BrowserContext,
  mcp: string,
  era: string,
  db: Database,
): Promise<void> {
  await page.getByRole('link', { name: 'History', exact: true }).click();
  expect(await page.locator('.history li strong').allInnerTexts()).toEqual([
    'signUps_watch',
    'customers_deactivate',
    'reports_signUps',
    'customers_search',
  ]);
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole('button', { name: 'Open customers_search again' }).click();
  const again = page.getByRole('region', { name: 'Again' });
  const copied = async (form: string): Promise<string> => {
    await again.getByRole('button', { name: form, exact: true }).click();
    await again.getByRole('button', { name: /^Copy the / }).click();
    await again.getByText(/^Copied the /).waitFor();
    return page.evaluate<string>('navigator.clipboard.readText()');
  };
  const link = await copied('Link');
  const searches = async () => {
    await settleActivity(db);
    const [row] = await db
      .select({ calls: count() })
      .from(activity)
      .where(eq(activity.tool, 'customers_search'));
    return row!.calls;
  };
  const before = await searches();

  // A colleague opens the link, signs in, and comes back to it.
  const tab = await context.newPage();
  await tab.goto(link);
  await tab.getByText('The endpoint asks who you are (401).').waitFor();
  await tab.getByRole('combobox', { name: 'MCP', exact: true }).selectOption({ label: era });
  await tab.getByRole('link', { name: 'Connect', exact: true }).click();
  await tab.getByRole('radio', { name: 'Whoever has a token' }).check();
  await tab.getByLabel('Token', { exact: true }).fill(tokens.viewer.token);
  await tab.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await tab.getByText(`Connected with MCP ${era}.`).waitFor();
  await tab.goBack();
  const form = tab.getByRole('region', { name: 'Try customers_search' });
  expect(await form.getByLabel(/^country/).inputValue()).toBe('Germany');
  expect(await form.getByLabel(/^limit/).inputValue()).toBe('12');
  expect(await tab.getByRole('region', { name: 'The last call' }).count()).toBe(0);
  expect(await searches()).toBe(before);
  await tab.close();

  const command = await copied('curl');
  expect(command).not.toContain(tokens.admin.token);
  const { stdout } = await run('bash', ['-c', command], {
    env: { ...process.env, TOKEN: tokens.admin.token },
  });
  expect(stdout).toContain('"country":"Germany"');
  expect(stdout).toContain('"total":');
  expect(await searches()).toBe(before + 1);
  expect(mcp).toBe(new URL(link).origin + new URL(link).pathname);
}

async function listen(page: Page, url: string, db: Database): Promise<void> {
  const [row] = await db.select().from(customers).where(eq(customers.email, aiko.email));
  const uri = `customers://${row!.id}`;
  await page.evaluate(`location.hash = ${JSON.stringify(`#/resources/${encodeURIComponent(uri)}`)}`);
  await page.getByText(aiko.company).first().waitFor();
  await page.getByRole('button', { name: 'Subscribe', exact: true }).click();
  await page.getByRole('button', { name: 'Unsubscribe', exact: true }).waitFor();
  // Somebody else changes the customer over tRPC, and another one signs up.
  const call = async (path: string, input: object) => {
    const response = await fetch(`${url}/trpc/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.admin.token}` },
      body: JSON.stringify({ json: input }),
    });
    expect(response.status, await response.text()).toBe(200);
  };
  await call('customers.deactivate', { id: row!.id });
  await page.getByText('"deactivated"').first().waitFor();
  const person = { name: 'Kim Berg', email: 'kim@berg.example', company: 'Berg Ltd', country: 'Norway' };
  await call('signUps.add', person);
  await page.getByRole('link', { name: 'Live', exact: true }).click();
  const log = page.getByRole('log', { name: 'Notifications' });
  await log.getByText(`The resource ${uri} has changed.`).waitFor();
  await log.getByText('The list of resources has changed.').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await takePicture(page, 'inspector-live');
  await page.getByRole('link', { name: 'Resources', exact: true }).click();
  await page.getByRole('searchbox', { name: 'Search resources' }).fill(person.name);
  await page.getByRole('list', { name: 'Resources' }).getByText(person.name).waitFor();
}

async function openTool(page: Page, name: string, args: object): Promise<void> {
  const query = new URLSearchParams({ args: JSON.stringify(args) }).toString();
  await page.evaluate(`location.hash = ${JSON.stringify(`#/tools/${name}?${query}`)}`);
  await page.getByRole('region', { name: `Try ${name}` }).waitFor();
}

async function runTool(page: Page) {
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await waitForAnswer(page);
  return page.getByRole('region', { name: 'Result', exact: true });
}

async function waitForAnswer(page: Page): Promise<void> {
  await page
    .getByRole('status')
    .filter({ hasText: /^Answered/ })
    .waitFor();
}

/** Takes a picture for the docs, in 2026 and only where they are to be made anew. The page is scrolled to a place of it. */
async function takePicture(
  page: Page,
  name: string,
  place?: Locator,
  block: 'start' | 'center' = 'start',
): Promise<void> {
  const era = await page.locator('header select').first().inputValue();
  if (!process.env['UPDATE_PICTURES'] || era !== '2026') return;
  await mkdir(pictures, { recursive: true });
  await place?.evaluate((element, at) => element.scrollIntoView({ block: at }), block);
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${pictures}/${name}.png` });
}

async function startDemo(): Promise<{ db: Database; url: string; mcp: string } & AsyncDisposable> {
  const { db, close } = await databases.find(({ name }) => name === 'PGlite')!.open();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('request', await createApp(db, url));
  return {
    db,
    url,
    mcp: `${url}/mcp`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await settleActivity(db);
      await close();
    },
  };
}
