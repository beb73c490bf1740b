import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBarriers, overflowOf } from './accessibility.ts';
import { chromiumMissing, launchChromium, watchTrouble } from './chromium.ts';
import { serveWithInspector } from './endpoint.ts';
import { eras, openIn } from './era.ts';
import { officeRouter } from './office.ts';

describe.skipIf(chromiumMissing).each(eras)('the resources and prompts of an endpoint, in %s', (era) => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium.close());

  test('are found and read, and nothing in them runs', async () => {
    const { url, close } = await serveWithInspector(officeRouter);
    const page = await chromium.newPage({ colorScheme: 'dark' });
    const trouble = await watchTrouble(page);
    try {
      await openIn(era, page, `${url}#/resources`);
      const list = page.getByRole('list', { name: 'Resources' });
      await list.getByRole('link', { name: 'office://notice' }).click();
      await page.getByText('The office is open.').waitFor();
      await list.getByRole('link', { name: 'office://page' }).click();
      await page.getByText('<h1>Not a heading</h1>').waitFor();
      expect(await page.getByRole('heading', { name: 'Not a heading' }).count()).toBe(0);
      await list.getByRole('link', { name: 'office://picture' }).click();
      const picture = page.getByRole('img', { name: 'What the resource has' });
      await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1);
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download' }).click();
      expect((await download).suggestedFilename()).toMatch(/^picture/);
      await list.getByRole('link', { name: 'office://report' }).click();
      const table = page.getByRole('table');
      await table.getByRole('button', { name: 'signUps' }).click();
      await expect
        .poll(() => table.getByRole('cell').allInnerTexts())
        .toEqual(['2026-02', '7', '2026-01', '12']);
      await page.getByText('2026-01,12').waitFor();
      await page.getByRole('searchbox', { name: 'Search resources' }).fill('json');
      await expect.poll(() => list.getByRole('link').count()).toBe(1);
      expect(await page.title()).not.toBe('bad');
      expect(trouble).toEqual({ violations: [], errors: [] });
      expect(await findBarriers(page)).toEqual([]);
    } finally {
      await page.close();
      await close();
    }
  });

  test('are made of templates and arguments, which the endpoint completes', async () => {
    const { url, close } = await serveWithInspector(officeRouter);
    const page = await chromium.newPage();
    const trouble = await watchTrouble(page);
    try {
      await openIn(era, page, `${url}#/resources/${encodeURIComponent('customers://{id}')}`);
      const id = page.getByRole('combobox', { name: 'id' });
      await id.pressSequentially('a');
      await expect
        .poll(() =>
          page.getByRole('listbox', { name: 'Proposals for id' }).getByRole('option').allTextContents(),
        )
        .toEqual(['ada', 'abe']);
      expect(await findBarriers(page)).toEqual([]);
      await id.press('ArrowDown');
      await id.press('ArrowDown');
      await id.press('Enter');
      expect(await id.inputValue()).toBe('abe');
      await page.getByRole('button', { name: 'Read', exact: true }).click();
      await page.getByText('"name": "ABE"').waitFor();

      await page.getByRole('link', { name: 'Prompts' }).click();
      await page.getByRole('list', { name: 'Prompts' }).getByRole('link', { name: 'welcome' }).click();
      await page.getByRole('combobox', { name: 'name' }).fill('Ada');
      await page.getByRole('combobox', { name: 'tone' }).click();
      await page.getByRole('listbox').getByRole('option', { name: 'formal' }).click();
      await page.getByRole('button', { name: 'Get the prompt' }).click();
      await page.getByText('Write a formal welcome to Ada.').waitFor();
      expect(await page.locator('.messages strong').allTextContents()).toEqual(['User']);
      expect(await findBarriers(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 700 });
      expect(await overflowOf(page)).toBe(0);
      expect(trouble).toEqual({ violations: [], errors: [] });
    } finally {
      await page.close();
      await close();
    }
  });
});
