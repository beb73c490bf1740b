import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumMissing, launchChromium } from '../../../packages/inspector/test/chromium.ts';
import { heldOut, paraphrases } from './paraphrases.ts';
import { serveSite } from './static-server.ts';

const table = readFileSync(new URL('../questions.md', import.meta.url), 'utf8');
const questions = [...table.matchAll(/^\| (.+?) +\| ([a-z][a-z/-]*) +\|$/gm)]
  .map(([, question, page]) => [question!, page!] as const)
  .filter(([question]) => question !== 'question');

test('there are 20 questions or more', () => {
  expect(questions.length).toBeGreaterThanOrEqual(20);
});

describe.skipIf(chromiumMissing)('the search of the built site', () => {
  let site: Awaited<ReturnType<typeof serveSite>>;
  let browser: Browser;
  let page: Page;
  const foreign: string[] = [];

  beforeAll(async () => {
    site = await serveSite();
    browser = await launchChromium();
    page = await browser.newPage();
    page.on('request', (request) => {
      if (!request.url().startsWith(site.url)) foreign.push(request.url());
    });
    await page.goto(site.url);
    await page.getByRole('button', { name: 'Search' }).click();
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
  });

  test.each(questions)('“%s” finds %s first', async (question, wanted) => {
    expect((await search(question))[0]).toBe(wanted);
  });

  test.each([
    ['the same questions in other words', paraphrases],
    ['questions that nobody tuned the search for', heldOut],
  ])('%s find their page first in most cases, and nearly always among three', async (_name, asked) => {
    const ranks: { question: string; wanted: string; rank: number }[] = [];
    for (const [question, wanted] of asked) {
      ranks.push({ question, wanted, rank: (await search(question)).indexOf(wanted) });
    }
    const isWithin = (places: number) =>
      ranks.filter(({ rank }) => rank >= 0 && rank < places).length / ranks.length;
    const shown = JSON.stringify(ranks.filter(({ rank }) => rank !== 0));

    expect(isWithin(1), shown).toBeGreaterThanOrEqual(0.75);
    expect(isWithin(3), shown).toBeGreaterThanOrEqual(0.9);
  });

  test('asks no other host for anything', () => {
    expect(foreign).toEqual([]);
  });

  /** Types into the search box, and returns the pages of the results in their order, each once. */
  async function search(text: string): Promise<string[]> {
    const box = page.locator('#localsearch-input');
    const list = page.locator('#localsearch-list');
    await box.fill('');
    await list.locator('.result').first().waitFor({ state: 'detached' });
    await box.fill(text);
    await list.locator('.result').first().waitFor();
    const addresses = await list
      .locator('a.result')
      .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
    const found = addresses.map(
      (address) => address.slice('/trpc-mcp/'.length).replace(/\.html$/, '') || 'index',
    );
    return [...new Set(found)];
  }
});
