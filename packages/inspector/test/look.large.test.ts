import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { findBarriers, overflowOf } from './accessibility.ts';
import { chromiumMissing, launchChromium, type Trouble, watchTrouble } from './chromium.ts';
import { serveWithInspector } from './endpoint.ts';
import { officeRouter } from './office.ts';

const t = initTRPC.meta<McpMeta>().create();
const toDigits = (value: number) => String(Math.floor(value)).padStart(4, '0');
const many = t.router(
  Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [
      `area${toDigits(index / 50)}_tool${toDigits(index)}`,
      t.procedure
        .meta({ mcp: { description: `Does the thing with the number ${index}.` } })
        .input(z.object({ id: z.string(), note: z.string().optional() }))
        .query(() => index),
    ]),
  ),
);
const large = '<img src=x onerror="document.title=1">'.repeat(2500);
const nest = (levels: number): object =>
  levels === 0
    ? { type: 'string' }
    : { type: 'object', properties: { [`level${levels}`]: nest(levels - 1) } };

/** What a server that is not ours may list, or one that means ill. */
const hostile = [
  { name: large, title: large, description: large, inputSchema: { type: 'object' } },
  { name: 'safe\u202egnp.exe', description: 'Fine.\u{e0049}\u{e0047}', inputSchema: { type: 'object' } },
  { name: 'twice', description: 'The first.', inputSchema: { type: 'object' } },
  { name: 'twice', description: 'The second.', inputSchema: { type: 'object' } },
  { name: 'deep', inputSchema: nest(10) },
  {
    name: 'circle',
    inputSchema: {
      type: 'object',
      properties: { anything: true, node: { $ref: '#/$defs/Node' }, lost: { $ref: '#/$defs/A' } },
      $defs: {
        Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } },
        A: { $ref: '#/$defs/B' },
        B: { $ref: '#/$defs/A' },
      },
    },
    icons: [{ src: 'javascript:alert(1)' }, { src: 'https://example.com/a.png' }],
  },
  { name: '__proto__', inputSchema: { type: 'object', properties: 'none' }, _meta: { ui: 7, scopes: {} } },
];

describe.skipIf(chromiumMissing)('the tools of an endpoint', () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium.close());

  async function open(
    router: Parameters<typeof serveWithInspector>[0],
    place: string,
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<{ page: Page; trouble: Trouble } & AsyncDisposable> {
    const { url, close } = await serveWithInspector(router);
    const page = await chromium.newPage();
    const trouble = await watchTrouble(page);
    await prepare?.(page);
    await page.goto(`${url}#/${place}`);
    return {
      page,
      trouble,
      async [Symbol.asyncDispose]() {
        await page.close();
        await close();
      },
    };
  }

  test('are listed by area, found by what one knows of them, and filtered by what they do', async () => {
    await using opened = await open(officeRouter, 'tools');
    const { page, trouble } = opened;
    const list = page.getByRole('list', { name: 'Tools' });
    await list.getByRole('heading', { name: 'customers 2' }).waitFor();
    const names = () => list.getByRole('link').allTextContents();
    expect(await names()).toHaveLength(3);
    await page.getByRole('searchbox', { name: 'Search tools' }).fill('COUNTRY find');
    await page.getByText('1 of 3 tools').waitFor();
    expect(await names()).toEqual([expect.stringContaining('customers_search')]);
    await page.getByRole('searchbox', { name: 'Search tools' }).fill('');
    await page.getByRole('combobox', { name: 'Which tools' }).selectOption('asks');
    await page.getByText('1 of 3 tools').waitFor();
    expect(await names()).toEqual([expect.stringMatching(/asks.*dry run.*customers_deactivate/)]);
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test('are shown with their arguments in words, what the lint says, and what other clients see', async () => {
    await using opened = await open(officeRouter, 'tools/customers_search');
    const { page, trouble } = opened;
    await page.getByRole('heading', { name: 'Find customers' }).waitFor();
    await page.getByRole('tab', { name: 'About' }).click();
    const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name}`) });
    expect(await row('query').textContent()).toMatch(/required.*text.*1 to 64 characters/);
    expect(await row('country').textContent()).toContain('"DE", "FR" or "JP"');
    expect(await row('filter\\.signedUpFrom').textContent()).toContain('date and time');
    await page.getByText(/^About \d+, of \d+ of the whole list/).waitFor();
    await page.getByRole('tab', { name: 'Other clients' }).click();
    await page.getByRole('combobox', { name: 'Client' }).selectOption('cursor');
    await page.getByText(/Cursor takes this tool as it is/).waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('tab', { name: 'Other clients' }).press('ArrowRight');
    await page.getByText('The lint finds nothing to change.').waitFor();
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test('are read at a thousand as well: few are in the document, and the keyboard reaches all', async () => {
    await using opened = await open(many, 'tools');
    const { page, trouble } = opened;
    const list = page.getByRole('list', { name: 'Tools' });
    await page.getByText('1,000 tools', { exact: true }).waitFor();
    expect(await list.getByRole('listitem').count()).toBeLessThan(60);
    await list.getByRole('link').first().focus();
    await page.keyboard.press('End');
    const focused = page.locator('[role=listitem]:has(:focus)');
    await list.getByRole('link', { name: 'tool0999' }).waitFor();
    await expect.poll(() => focused.getAttribute('aria-posinset')).toBe('1000');
    expect(await focused.getAttribute('aria-setsize')).toBe('1000');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => focused.getAttribute('aria-posinset')).toBe('999');
    // The focus stays where it is when its entry is scrolled out of sight.
    await list.evaluate((element) => element.parentElement!.scrollTo(0, 0));
    await list.getByRole('link', { name: 'tool0000' }).waitFor();
    expect(await focused.getAttribute('aria-posinset')).toBe('999');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /tool0998/ }).waitFor();
    await page.getByRole('searchbox', { name: 'Search tools' }).fill('number 777');
    await page.getByText('1 of 1,000 tools').waitFor();
    expect(await list.getByRole('link').count()).toBe(1);
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test('that cannot be listed are told of once, with the reason', async () => {
    await using opened = await open(officeRouter, 'tools', (page) =>
      page.route('**/mcp*', (route) =>
        route.request().postData()?.includes('"tools/list"')
          ? route.fulfill({ status: 500, contentType: 'application/json', body: '{"message":"no database"}' })
          : route.continue(),
      ),
    );
    const { page } = opened;
    await page.getByRole('alert').getByText('The endpoint answers 500. It says: no database').waitFor();
    expect(await page.getByText(/no database/).count()).toBe(1);
    expect(await page.getByText('The endpoint lists no tools').count()).toBe(0);
    await page.unroute('**/mcp*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('3 tools', { exact: true }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('are only text, whatever an endpoint puts into them', async () => {
    await using opened = await open(officeRouter, 'tools', (page) =>
      page.route('**/mcp*', async (route) => {
        if (!route.request().postData()?.includes('"tools/list"')) return route.continue();
        const response = await route.fetch();
        const body = (await response.text()).replace(
          /"tools":\[.*\](?=[,}])/s,
          () => `"tools":${JSON.stringify(hostile)}`,
        );
        return route.fulfill({ response, body });
      }),
    );
    const { page, trouble } = opened;
    await page.setViewportSize({ width: 360, height: 700 });
    await page.getByText('7 tools', { exact: true }).waitFor();
    const list = page.getByRole('list', { name: 'Tools' });
    const visit = async (link: string | RegExp, nth = 0) => {
      await page.setViewportSize({ width: 1200, height: 900 });
      await list.getByRole('link', { name: link }).nth(nth).click();
      await page.setViewportSize({ width: 360, height: 700 });
      for (const tab of ['About', 'Schema', 'Other clients', 'Lint'])
        await page.getByRole('tab', { name: tab }).click();
      await page.getByText('Checking…').waitFor({ state: 'detached' });
      expect(await overflowOf(page)).toBe(0);
    };
    expect(await overflowOf(page)).toBe(0);
    await visit(/<img/);
    await page
      .getByRole('button', { name: /^Show all [0-9,]+ characters/ })
      .first()
      .click();
    await visit('safe⟨U+202E⟩gnp.exe');
    await page.getByText('Fine.⟨U+E0049⟩⟨U+E0047⟩', { exact: true }).waitFor();
    await visit('twice', 1);
    await page.getByText('this is number 2').waitFor();
    await page.getByText('The second.', { exact: true }).waitFor();
    await visit('deep');
    await page.getByRole('tab', { name: 'About' }).click();
    await page.getByRole('row', { name: /^level10(\.level\d){9} / }).waitFor();
    await visit('circle');
    await page.getByRole('tab', { name: 'About' }).click();
    await page.getByRole('row', { name: /^node\.next.*as Node above/ }).waitFor();
    await page.getByRole('row', { name: /^anything anything/ }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    await visit('__proto__');
    expect(await page.title()).not.toBe('1');
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test.each(['light', 'dark'] as const)('have no barriers in %s, and fit a phone', async (colorScheme) => {
    await using opened = await open(officeRouter, 'tools', (page) => page.emulateMedia({ colorScheme }));
    const { page } = opened;
    await page.getByText('3 tools', { exact: true }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Lint' }).click();
    await page.getByRole('link', { name: 'customers_deactivate' }).first().click();
    for (const tab of ['About', 'Schema', 'Other clients', 'Lint']) {
      await page.getByRole('tab', { name: tab }).click();
      expect(await findBarriers(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 360, height: 700 });
    expect(await overflowOf(page)).toBe(0);
    await page.getByRole('link', { name: 'Back to the list' }).click();
    await page.getByRole('searchbox', { name: 'Search tools' }).waitFor();
    expect(await overflowOf(page)).toBe(0);
    await page.getByRole('link', { name: 'customers_search' }).first().click();
    // The link is gone, so that the focus is at what it has opened.
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toBe('split-detail');
  });
});
