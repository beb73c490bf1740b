import { readFile } from 'node:fs/promises';
import { initTRPC } from '@trpc/server';
import { type McpMeta, mcpContent } from '@trpc-mcp/core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { findBarriers, overflowOf } from './accessibility.ts';
import { chromiumMissing, launchChromium, type Trouble, watchTrouble } from './chromium.ts';
import { serveWithInspector } from './endpoint.ts';
import { runTool } from './run-tool.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: { description: 'Gives something.' } });
const signUps = Array.from({ length: 6 }, (_, month) => ({
  month: `2026-0${month + 1}`,
  signUps: [3, 9, 4, 12, 7, 1][month],
  ended: month,
}));
/** One pixel. */
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==';
const wav = Buffer.concat([
  Buffer.from(
    'RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x08\0\0\0',
    'latin1',
  ),
  Buffer.alloc(8, 128),
]).toString('base64');
const row = z.object({ month: z.string(), signUps: z.number(), ended: z.number() });
const router = t.router({
  months: tool
    .output(
      z.object({ items: z.array(row), nextCursor: z.string(), totals: z.object({ signUps: z.number() }) }),
    )
    .query(() => ({ items: signUps as never, nextCursor: 'c2', totals: { signUps: 36 } })),
  many: tool.query(() =>
    Array.from({ length: 100_000 }, (_, n) => ({ n, name: `row ${n}`, even: n % 2 === 0 })),
  ),
  rows_as_tsv: t.procedure
    .meta({ mcp: { description: 'Gives rows.', result: { format: 'tsv' } } })
    .query(() => ({
      items: [
        { id: 1, name: 'Ada' },
        { id: 2, name: '=1+1' },
      ],
      total: 2,
    })),
  media: tool.query(() =>
    mcpContent([
      { type: 'text', text: 'A picture and a sound.' },
      { type: 'image', data: png, mimeType: 'image/png' },
      { type: 'audio', data: wav, mimeType: 'audio/wav' },
      { type: 'resource', resource: { uri: 'file:///report.csv', mimeType: 'text/csv', text: 'a,b\n1,2' } },
      { type: 'resource_link', uri: 'notes://today', name: 'Notes of today' },
      { type: 'resource_link', uri: 'https://example.com/x', name: 'A page' },
    ]),
  ),
  notes: t.procedure.meta({ mcp: { resource: { uri: 'notes://today' } } }).query(() => 'Nothing happened.'),
  fails: tool.query(() => {
    throw new Error('secret');
  }),
  nested: tool.query(() => ({ deep: { list: [1, [2, { three: 'x' }]] }, words: 'y' })),
});

describe.skipIf(chromiumMissing)('a result in the inspector', () => {
  let chromium: Browser;
  let endpoint: Awaited<ReturnType<typeof serveWithInspector>>;
  let page: Page;
  let trouble: Trouble;
  beforeAll(async () => {
    chromium = await launchChromium();
    // 100,000 rows go over the wire whole.
    endpoint = await serveWithInspector(router, {
      result: { maxTokens: 100_000_000 },
      onError: () => undefined,
    });
  });
  afterAll(async () => {
    await chromium.close();
    await endpoint.close();
  });
  beforeEach(async () => {
    page = await chromium.newPage();
    page.setDefaultTimeout(20_000);
    trouble = await watchTrouble(page);
  });
  afterEach(async () => {
    expect(trouble).toEqual({ violations: [], errors: [] });
    await page.close();
  });
  const run = (name: string) => runTool(page, endpoint.url, name);

  test('is a table with what stands beside its rows, sorted by a click and filtered by a text', async () => {
    const result = await run('months');
    await result.getByText('The structured content fits the output schema.').waitFor();
    await result.getByRole('tab', { name: 'Table' }).click();
    expect(await result.getByRole('table').locator('tbody tr').allInnerTexts()).toHaveLength(6);
    expect(await result.getByRole('term').allInnerTexts()).toEqual(['nextCursor', 'totals']);
    const header = result.getByRole('columnheader', { name: 'signUps' });
    expect(await header.getAttribute('aria-sort')).toBe('none');
    const first = () => result.locator('tbody tr').first().locator('td').nth(1).innerText();
    await header.getByRole('button').click();
    await expect.poll(first).toBe('1');
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    await header.getByRole('button').click();
    await expect.poll(first).toBe('12');
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    await result.getByRole('searchbox', { name: 'Filter rows' }).fill('2026-03');
    await result.getByText('1 of 6 rows').waitFor();
    const download = page.waitForEvent('download');
    await result.getByRole('button', { name: 'Download CSV' }).click();
    const file = await (await download).path();
    expect(await readFile(file, 'utf8')).toBe('month,signUps,ended\r\n2026-03,4,2');
  });

  test('of 100,000 rows has only those in the page that can be seen', async () => {
    const result = await run('many');
    await result.getByRole('tab', { name: 'Table' }).click();
    await result.getByText('100,000 rows', { exact: true }).waitFor();
    expect(await result.getByRole('table').getAttribute('aria-rowcount')).toBe('100001');
    expect(await result.locator('tbody tr').count()).toBeLessThan(60);
    await result.getByRole('region', { name: /^Rows of/ }).focus();
    await page.keyboard.press('End');
    await result.getByText('row 99999', { exact: true }).waitFor();
    await result.getByRole('searchbox').fill('row 4242');
    await result.getByText('11 of 100,000 rows').waitFor();
  });

  test('in tab-separated values is a table too', async () => {
    const result = await run('rows_as_tsv');
    await result.getByRole('tab', { name: 'Table' }).click();
    expect(await result.getByRole('cell').allInnerTexts()).toEqual(['1', 'Ada', '2', '=1+1']);
    expect(await result.getByRole('term').allInnerTexts()).toEqual(['total']);
  });

  test('is a chart whose columns are chosen, drawn in the colours of the page', async () => {
    const result = await run('months');
    await result.getByRole('tab', { name: 'Chart' }).click();
    const chart = result.getByRole('img', { name: 'Line chart of signUps, ended by month, 6 points' });
    await chart.waitFor();
    await result.getByRole('combobox', { name: 'Chart' }).selectOption('bar');
    await result.getByRole('checkbox', { name: 'ended' }).uncheck();
    const bars = result.getByRole('img', { name: 'Bar chart of signUps by month' });
    await bars.waitFor();
    const painted = (colour: string) =>
      bars.evaluate((canvas: HTMLCanvasElement, wanted) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let at = 0; at < data.length; at += 4)
          if (`${data[at]},${data[at + 1]},${data[at + 2]}` === wanted) count += 1;
        return count;
      }, colour);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await expect.poll(() => painted('29,95,214')).toBeGreaterThan(500);
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await expect.poll(() => painted('122,169,255')).toBeGreaterThan(500);
    expect(await painted('29,95,214')).toBeLessThan(50);
  });

  test('shows pictures, sounds and files, and reads what it links to', async () => {
    const result = await run('media');
    await result.getByRole('tab', { name: 'Picture' }).click();
    await result.getByText('image/png, 70 bytes, 1 × 1 pixels').waitFor();
    await result.getByRole('tab', { name: 'Sound' }).click();
    expect(
      await result.locator('audio').evaluate(
        (audio: HTMLAudioElement) =>
          new Promise((resolve) => {
            if (audio.readyState >= 1) resolve(audio.controls && audio.paused);
            audio.addEventListener('loadedmetadata', () => resolve(audio.controls && audio.paused));
          }),
      ),
    ).toBe(true);
    await result.getByRole('tab', { name: 'Files' }).click();
    await result.getByText('a,b').waitFor();
    const item = result.getByRole('listitem').filter({ hasText: 'Notes of today' });
    await item.getByRole('button', { name: 'Read it from the endpoint' }).click();
    await item.getByText('Nothing happened.').waitFor();
    const link = result.getByRole('link', { name: 'Open example.com in a new tab' });
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
    const download = page.waitForEvent('download');
    await result.getByRole('button', { name: 'Download', exact: true }).first().click();
    expect((await download).suggestedFilename()).toBe('report.csv');
  });

  test('that is an error says so, with the words that a model reads', async () => {
    const result = await run('fails');
    await result.getByRole('alert').getByText('The call failed.').waitFor();
    const text = await result.getByRole('region', { name: 'Text 1 of the result' }).innerText();
    expect(text).not.toContain('secret');
    expect(text).toContain('INTERNAL_SERVER_ERROR');
  });

  test('is a tree, and its views are reached with the arrow keys', async () => {
    const result = await run('nested');
    await result.getByRole('tab', { name: 'Words' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await result.getByRole('tab', { name: 'JSON' }).getAttribute('aria-selected')).toBe('true');
    await result.getByRole('treeitem').filter({ hasText: 'three' }).first().waitFor();
  });

  test.each(['light', 'dark'] as const)(
    'has no barriers in %s, and is not wider than a phone',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 360, height: 760 });
      for (const name of ['months', 'media', 'fails', 'nested']) {
        const result = await run(name);
        for (const tab of await result.getByRole('tab').all()) {
          await tab.click();
          const title = `${name}, ${await tab.innerText()}`;
          expect([title, ...(await findBarriers(page))]).toEqual([title]);
          expect([title, await overflowOf(page)]).toEqual([title, 0]);
          if (process.env['SHOTS'])
            await page.screenshot({
              path: `${process.env['SHOTS']}/${title.replace(', ', '-')}-${colorScheme}.png`,
              fullPage: true,
            });
        }
      }
    },
  );
});
