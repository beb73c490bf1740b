import { initTRPC } from '@trpc/server';
import { type McpMeta, mcpContent } from '@trpc-mcp/core';
import { TRPCError } from '@trpc/server';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { chromiumMissing, launchChromium, type Trouble, watchTrouble } from './chromium.ts';
import { serveWithInspector } from './endpoint.ts';
import { runTool } from './run-tool.ts';

/** Runs in the page if anything of it is taken for markup or followed. */
const breaking = 'globalThis.broken = true';
const markup = `"><img src=x onerror="${breaking}"><script>${breaking}</script><svg onload="${breaking}">`;
const scriptUrl = `javascript:${breaking}`;
const inBase64 = (text: string) => Buffer.from(text).toString('base64');
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="${breaking}"><script>${breaking};top.broken=true</script><foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="${breaking}"/></body></foreignObject></svg>`;
const html = `<script>${breaking};parent.broken=true;top.broken=true</script>`;
const turned = '\u202Egpj.exe';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({
  mcp: {
    description: `Hostile ${markup} ${turned}`,
    title: `Hostile ${markup}`,
    _meta: { 'com.example/x': markup },
  },
});
const largeSchema = z.object({
  text: z.string(),
  list: z.array(z.number()),
  rows: z.array(z.record(z.string(), z.number())),
});
/** What JSON can hold and an object literal cannot. */
const json = (text: string) => JSON.parse(text) as unknown;
const router = t.router({
  rows: tool.query(() => [
    { [markup]: markup, link: scriptUrl, turned, when: '2026-01-01', n: 1 },
    json(
      `{"__proto__":{"broken":true},"toString":"x","constructor":1,"hasOwnProperty":null,"when":"2026-02-01","n":2}`,
    ),
    null,
    'alone',
    ['a', 'list'],
    { when: 'NaN', n: 'NaN' },
    { n: 1e308, when: 'Infinity', '': 'no name' },
  ]),
  error: tool.query(() => {
    throw new TRPCError({ code: 'BAD_REQUEST', message: `${markup} ${scriptUrl} ${turned}` });
  }),
  media: tool.query(() =>
    mcpContent([
      { type: 'text', text: markup, annotations: { audience: ['user'] }, _meta: { [markup]: markup } },
      { type: 'image', mimeType: 'image/svg+xml', data: inBase64(svg) },
      { type: 'image', mimeType: 'text/html', data: inBase64(html) },
      { type: 'image', mimeType: 'image/png"><script>', data: inBase64(html) },
      { type: 'audio', mimeType: 'text/html', data: inBase64(html) },
      { type: 'resource', resource: { uri: scriptUrl, mimeType: 'text/html', text: html } },
      {
        type: 'resource',
        resource: { uri: `data:text/html,${html}`, mimeType: 'image/svg+xml', blob: inBase64(svg) },
      },
      { type: 'resource_link', uri: scriptUrl, name: markup, title: markup, description: markup },
      { type: 'resource_link', uri: `data:text/html,${html}`, name: 'data', mimeType: markup },
      { type: 'resource_link', uri: `https://good.example@evil.example/${turned}`, name: 'web' },
    ]),
  ),
  // Its schema is one that a client would compare with all of the values.
  large: tool.output(largeSchema).query(() => ({
    text: 'x'.repeat(2_000_000),
    list: Array.from({ length: 200_000 }, (_, n) => n),
    rows: Array.from({ length: 2000 }, (_, n) =>
      Object.fromEntries(Array.from({ length: 200 }, (__, c) => [`c${c}`, n])),
    ),
  })),
  deep: tool.query(() => json(`${'{"a":['.repeat(200)}1${']}'.repeat(200)}`)),
  app: t.procedure
    .meta({
      mcp: { description: 'Has an app.', _meta: { ui: { resourceUri: 'ui://hostile', visibility: markup } } },
    })
    .output(z.unknown())
    .query(() => ({ [markup]: markup })),
  of_app: t.procedure
    .meta({
      mcp: {
        resource: {
          uri: 'ui://hostile',
          mimeType: 'text/html;profile=mcp-app',
          _meta: { ui: { csp: { connectDomains: [markup] } } },
        },
      },
    })
    .query(() => `</iframe></script>${html}<p>shown</p>`),
});

describe.skipIf(chromiumMissing)('the inspector, at an endpoint that is hostile,', () => {
  let chromium: Browser;
  let endpoint: Awaited<ReturnType<typeof serveWithInspector>>;
  let page: Page;
  let trouble: Trouble;
  beforeAll(async () => {
    chromium = await launchChromium();
    endpoint = await serveWithInspector(router, {
      result: { maxTokens: 100_000_000 },
      onError: () => undefined,
      server: { name: markup, version: '1' },
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
    expect(
      await page.evaluate(() => [
        (globalThis as { broken?: boolean }).broken,
        ({} as { broken?: boolean }).broken,
      ]),
    ).toEqual([undefined, undefined]);
    // No link of the page has a scheme that runs or shows something in it.
    const links = await page.evaluate(() => [...document.links].map(({ protocol }) => protocol));
    expect(links.filter((protocol) => !/^(?:https?|mailto|vscode|cursor):$/.test(protocol))).toEqual([]);
    await page.close();
  });
  const run = (name: string) => runTool(page, endpoint.url, name);
  /** Looks at all views of a result, one after another. */
  const see = async (name: string) => {
    const result = await run(name);
    for (const tab of await result.getByRole('tab').all()) await tab.click();
    return result;
  };

  test('shows rows of any shape, with any name of a column', async () => {
    const result = await run('rows');
    await result.getByRole('tab', { name: 'Table' }).click();
    const headers = await result.getByRole('columnheader').allInnerTexts();
    expect(headers.slice(1).map((text) => text.trim())).toEqual([
      'link',
      'turned',
      'when',
      'n',
      '__proto__',
      'toString',
      'constructor',
      'hasOwnProperty',
      'value',
      '',
    ]);
    await result.getByText('⟨U+202E⟩gpj.exe', { exact: true }).waitFor();
    for (const header of await result.getByRole('columnheader').getByRole('button').all())
      await header.click();
    await result.getByRole('searchbox').fill('javascript:');
    await result.getByText('1 of 7 rows').waitFor();
    await see('rows');
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test('shows an error as the text that it is', async () => {
    const result = await see('error');
    await result.getByRole('tab', { name: 'Words' }).click();
    const words = await result.getByRole('region', { name: 'Text 1 of the result' }).innerText();
    expect(words).toContain('<script>');
    expect(words).toContain('⟨U+202E⟩');
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test('shows a picture that is one, and runs and follows nothing', async () => {
    const result = await see('media');
    await result.getByRole('tab', { name: 'Picture' }).click();
    await result
      .getByText(/9 × 9 pixels/)
      .first()
      .waitFor();
    expect(await result.getByRole('tabpanel').getByRole('alert').count()).toBe(2);
    await result.getByRole('tab', { name: 'Files' }).click();
    const open = result.getByRole('link');
    expect(await open.allInnerTexts()).toEqual(['Open evil.example in a new tab']);
    const download = page.waitForEvent('download');
    await result.getByRole('button', { name: 'Download', exact: true }).first().click();
    const file = await download;
    expect(file.suggestedFilename()).not.toMatch(/[:/\\]/);
    const read = result.getByRole('button', { name: 'Read it from the endpoint' });
    await read.first().click();
    await result.getByRole('tabpanel').getByRole('alert').first().waitFor();
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test('shows parts of what is huge', async () => {
    const result = await run('large');
    await result.getByText('The structured content is too large to be checked here.').waitFor();
    await result.getByRole('tab', { name: 'Words' }).click();
    await result.getByText(/more characters$/).waitFor();
    expect(
      (await result.getByRole('region', { name: 'Text 1 of the result' }).innerText()).length,
    ).toBeLessThan(60_000);
    await result.getByRole('tab', { name: 'Table' }).click();
    await result.getByText('The first 60 of 200 columns are shown.').waitFor();
    await result.getByRole('tab', { name: 'JSON' }).click();
    const tree = result.getByRole('region', { name: 'The whole result' });
    await tree.getByText('"list":', { exact: true }).click();
    await tree.getByText(/199,800 more values/).waitFor();
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(30_000);
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test('shows what is nested deep down to a depth', async () => {
    const result = await see('deep');
    await result.getByRole('tab', { name: 'JSON' }).click();
    const closed = result.getByRole('button', { name: 'Open' });
    while ((await closed.count()) > 0) await closed.first().click();
    await result
      .getByText(/nested deeper than 30 levels/)
      .first()
      .waitFor();
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test('runs an app only in the frame within its frame', async () => {
    const result = await see('app');
    await result.getByRole('tab', { name: 'App' }).click();
    await page.frameLocator('.app iframe').frameLocator('iframe').getByText('shown').waitFor();
    await result.getByText(/asks for what this page does not give: .*<script>/).waitFor();
    const middle = page.frames().find((frame) => frame.url().endsWith('?app-frame'));
    expect(await middle?.evaluate(() => (globalThis as { broken?: boolean }).broken)).toBeUndefined();
  });
});
