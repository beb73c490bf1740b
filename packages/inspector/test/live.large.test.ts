import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBarriers, overflowOf } from './accessibility.ts';
import { chromiumMissing, launchChromium, watchTrouble } from './chromium.ts';
import { serveWithInspector } from './endpoint.ts';
import { eras, openIn } from './era.ts';

const t = initTRPC.meta<McpMeta>().create();

/** An app whose list of tools and whose notice change. */
function createApp() {
  const state = { isLarge: false, notice: 'The office is open.' };
  const router = t.router({
    first: t.procedure.meta({ mcp: { description: 'The first.' } }).query(() => 1),
    second: t.procedure
      .meta({ mcp: { description: 'The second.', visible: () => state.isLarge } })
      .query(() => 2),
    notice: t.procedure.meta({ mcp: { resource: { uri: 'office://notice' } } }).query(() => state.notice),
  });
  return { state, router };
}

describe.skipIf(chromiumMissing)('what an endpoint tells', () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium.close());

  test.each(eras)('is shown as it comes, and lists are read again, in %s', async (era) => {
    const { state, router } = createApp();
    const { url, notify, close } = await serveWithInspector(router, { legacy: 'sessions' });
    const page = await chromium.newPage();
    const trouble = await watchTrouble(page);
    try {
      await openIn(era, page, `${url}#/live`);
      await page.getByText('A stream is open.').waitFor();
      await page.getByRole('link', { name: 'Tools' }).click();
      await page.getByText('1 tool', { exact: true }).waitFor();
      state.isLarge = true;
      notify.toolsChanged();
      await page.getByText('2 tools', { exact: true }).waitFor();
      await page.getByText(/The list of tools changed, and was read again at/).waitFor();

      await page.goto(`${url}#/resources/${encodeURIComponent('office://notice')}`);
      await page.getByText('The office is open.').waitFor();
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByRole('button', { name: 'Unsubscribe' }).waitFor();
      state.notice = 'The office is closed.';
      notify.resourceUpdated('office://notice');
      await page.getByText('The office is closed.').waitFor();

      await page.getByRole('link', { name: 'Live' }).click();
      const log = page.getByRole('log', { name: 'Notifications' });
      expect(await log.getByRole('listitem').allTextContents()).toEqual([
        expect.stringContaining('The resource office://notice has changed.'),
        expect.stringContaining('The list of tools has changed.'),
      ]);
      await page.getByRole('combobox', { name: 'Kind' }).selectOption('lists');
      expect(await log.getByRole('listitem').count()).toBe(1);
      await page.getByRole('combobox', { name: 'Kind' }).selectOption('all');
      await page.getByRole('button', { name: 'Pause' }).click();
      notify.resourceUpdated('office://notice');
      await page.getByText('Paused. 1 more came since.').waitFor();
      expect(await log.getByRole('listitem').count()).toBe(2);
      await page.getByRole('button', { name: 'Go on' }).click();
      await expect.poll(() => log.getByRole('listitem').count()).toBe(3);
      expect(await findBarriers(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await findBarriers(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 700 });
      expect(await overflowOf(page)).toBe(0);
      await page.getByRole('button', { name: 'Clear' }).click();
      await page.getByText('Nothing has come yet.').waitFor();
      await page.getByRole('button', { name: 'Unsubscribe from office://notice' }).click();
      await page.getByText('None. Subscribe here, or at a resource.').waitFor();
      expect(trouble).toEqual({ violations: [], errors: [] });
    } finally {
      await page.close();
      await close();
    }
  });

  test.each(eras)('is heard again after the stream was cut, in %s', async (era) => {
    const { state, router } = createApp();
    const { url, notify, drop, close } = await serveWithInspector(router, { legacy: 'sessions' });
    const page = await chromium.newPage();
    try {
      await openIn(era, page, `${url}#/live`);
      await page.getByText('A stream is open.').waitFor();
      drop();
      await page.getByText('It is opened again').waitFor();
      await page.getByText('A stream is open.').waitFor();
      state.isLarge = true;
      notify.toolsChanged();
      await page.getByText('The list of tools has changed.').waitFor();
    } finally {
      await page.close();
      await close();
    }
  });

  test('is refused for a resource that is not there, and the stream stays', async () => {
    const { router } = createApp();
    const { url, notify, close } = await serveWithInspector(router);
    const page = await chromium.newPage();
    try {
      await page.goto(`${url}#/live`);
      await page.getByText('A stream is open.').waitFor();
      await page.getByRole('textbox', { name: 'URI of a resource' }).fill('office://nowhere');
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByRole('alert').waitFor();
      notify.toolsChanged();
      await page.getByText('The list of tools has changed.').waitFor();
    } finally {
      await page.close();
      await close();
    }
  });
});
