import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumMissing, launchChromium, watchTrouble } from './chromium.ts';
import { eras, openIn } from './era.ts';
import { serveNextApp } from './next.ts';

describe.skipIf(chromiumMissing)('the inspector in a route of Next.js', () => {
  let chromium: Browser;
  let host: Awaited<ReturnType<typeof serveNextApp>>;
  beforeAll(async () => {
    chromium = await launchChromium();
    host = await serveNextApp();
  }, 300_000);
  afterAll(async () => {
    await chromium.close();
    await host[Symbol.asyncDispose]();
  });

  test.each(eras)('opens, lists a tool, and calls it, in %s', async (era) => {
    const page = await chromium.newPage();
    try {
      const trouble = await watchTrouble(page);
      await openIn(era, page, `${host.url}#/tools`);
      await page.getByRole('list', { name: 'Tools' }).getByRole('link', { name: 'greet' }).click();
      await page.getByLabel(/^name/).fill('Ada');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText('Hello Ada').first().waitFor();
      expect(trouble).toEqual({ violations: [], errors: [] });
    } finally {
      await page.close();
    }
  });

  test('comes with its policy, compressed, and to browsers alone', async () => {
    const opened = await fetch(host.url, { headers: { accept: 'text/html' } });
    expect(opened.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(await opened.text()).toMatch(/^<!doctype html>/);
    const other = await fetch(host.url, { headers: { accept: '*/*' } });
    expect(other.status).toBe(405);
    await other.body?.cancel();
  });
});
