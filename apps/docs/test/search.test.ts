import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumMissing, launchChromium } from '../../../packages/inspector/test/chromium.ts';
import { paraphrases } from './paraphrases.ts';
import { serveSite } from './static-server.ts';

const table = readFileSync(new URL('../questions.md', import.meta.url), 'utf8');
const questions = [...table.matchAll(/^\| (.+?) +\| ([a-z/-]+) +\|$/gm)]
  .map(([, question, page]) => [question!, page!] as const)
  .filter(([question]) => question !== 'question');

test('there are 20 questions', () => {
  expect(questions).toHaveLength(20);
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

  // Nobody tunes the search for these: they tell whether the questions above are more than learnt by heart.
  test('the same questions in other words find their page among the first three, and most of them first', async () => {
    const ranks = [];
    for (const [question, wanted] of paraphrases) {
      const rank = [...new Set(await search(question))].indexOf(wanted);
      ranks.push({ question, wanted, rank });
    }
    const isFirst = ranks.filter(({ rank }) => rank === 0).length;
    const late = ranks.filter(({ rank }) => rank < 0 || rank > 2);

    expect(
      { isMostly: isFirst >= paraphrases.length * 0.7, late: late.length <= paraphrases.length * 0.1 },
      JSON.stringify(ranks.filter(({ rank }) => rank !== 0)),
    ).toEqual({ isMostly: true, late: true });
  });

  test('asks no other host for anything', () => {
    expect(foreign).toEqual([]);
  });

  /** Types into the search box, and returns the pages of the results in their order. */
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
    return addresses.map((address) => address.slice('/trpc-mcp/'.length).replace(/\.html$/, '') || 'index');
  }
});
