import {
  McpUiInitializedNotificationSchema,
  McpUiInitializeRequestSchema,
  McpUiSizeChangedNotificationSchema,
} from '@modelcontextprotocol/ext-apps';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../test/chromium.ts';
import { describeDemo } from '../test/demo.ts';
import { connectAgent, eras } from '../test/mcp.ts';
import { tokens } from './sample/cast.ts';

interface Message {
  id?: number;
  method?: string;
  result?: unknown;
}

// No network: the policy that hosts set for apps that ask for nothing.
const policy =
  `<meta http-equiv="content-security-policy" content="default-src 'none'; script-src 'unsafe-inline'; ` +
  `style-src 'unsafe-inline'">`;

// Runs in the page of the host.
const host = `(html, hostContext) => {
  const frame = document.createElement('iframe');
  const seen = [];
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.style.cssText = 'width: 100%; height: 400px; border: 0';
  const tell = (message) => frame.contentWindow.postMessage({ jsonrpc: '2.0', ...message }, '*');
  addEventListener('message', ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== 'null') return;
    seen.push(data);
    if (data.method !== 'ui/initialize') return;
    const hostInfo = { name: 'host', version: '1' };
    tell({ id: data.id, result: { protocolVersion: '2026-01-26', hostInfo, hostCapabilities: {}, hostContext } });
  });
  Object.assign(globalThis, { seen, tell });
  frame.srcdoc = html;
  document.body.append(frame);
}`;

/** Frames an app as a host does, in an origin of its own. Returns a function that reads what it has sent. */
async function openHost(page: Page, html: string, hostContext: object): Promise<() => Promise<Message[]>> {
  await page.setContent('<!doctype html><title>Host</title>');
  const framed = html.replace('<head>', `<head>${policy}`);
  await page.evaluate(`(${host})(${JSON.stringify(framed)}, ${JSON.stringify(hostContext)})`);
  return () => page.evaluate('seen');
}

function tell(page: Page, message: object): Promise<void> {
  return page.evaluate(`tell(${JSON.stringify(message)})`);
}

describe('the chart of sign-ups, an MCP App', () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium?.close());

  describeDemo((demo) => {
    it.each(eras)('draws what the tool returned, by the client of %s', async (era) => {
      await using agent = await connectAgent(era, `${demo.url}/mcp`, tokens.viewer.token);
      const { mimeType, text } = await agent.read('ui://back-office/sign-ups');
      expect(mimeType).toBe('text/html;profile=mcp-app');
      const page = await chromium.newPage({ viewport: { width: 700, height: 500 }, colorScheme: 'light' });
      const troubles: string[] = [];
      page.on('pageerror', ({ message }) => troubles.push(message));
      page.on('console', (said) => said.type() === 'error' && troubles.push(said.text()));
      const seen = await openHost(page, text!, { theme: 'dark', locale: 'en-GB' });
      await expect
        .poll(async () => (await seen()).map(({ method }) => method))
        .toContain('ui/notifications/initialized');
      const app = page.frameLocator('iframe');

      for (const args of [{ weeks: 6 }, { months: 12 }]) {
        const params = await agent.result('reports_signUps', args);
        await tell(page, { method: 'ui/notifications/tool-input', params: { arguments: args } });
        await tell(page, { method: 'ui/notifications/tool-result', params });
        const expected = await demo.as('viewer').reports.signUps.query(args);
        await expect.poll(() => app.locator('rect').count()).toBe(expected.length);
        const cells = await app.locator('tbody tr td:nth-of-type(1)').allTextContents();
        expect(cells).toEqual(expected.map(({ signUps }) => String(signUps)));
        const label = (await app.locator('svg').getAttribute('aria-label'))!;
        expect(label.match(/(?<=: )\d+/g)).toEqual(cells);
        const heights = await app
          .locator('rect')
          .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute('height'))));
        const most = Math.max(...expected.map(({ signUps }) => signUps));
        expect(heights.map((height) => Math.round((height / Math.max(...heights)) * most))).toEqual(
          expected.map(({ signUps }) => signUps),
        );
        await expect(app.locator('h1').textContent()).resolves.toBe(
          'weeks' in args ? 'Sign-ups per week' : 'Sign-ups per month',
        );
      }

      // The host decides between dark and light, and may change its mind.
      const background = (): Promise<string> =>
        app.locator('body').evaluate('getComputedStyle(document.body).backgroundColor');
      const dark = await background();
      await tell(page, { method: 'ui/notifications/host-context-changed', params: { theme: 'light' } });
      await expect.poll(background).not.toBe(dark);

      await tell(page, { id: 7, method: 'ui/resource-teardown', params: {} });
      await expect.poll(async () => (await seen()).find(({ id }) => id === 7)).toMatchObject({ result: {} });
      const messages = await seen();
      McpUiInitializeRequestSchema.parse(messages.find(({ method }) => method === 'ui/initialize'));
      McpUiInitializedNotificationSchema.parse(
        messages.find(({ method }) => method === 'ui/notifications/initialized'),
      );
      McpUiSizeChangedNotificationSchema.parse(
        messages.findLast(({ method }) => method === 'ui/notifications/size-changed'),
      );
      expect(troubles).toEqual([]);
      await page.close();
    });

    it('says so where there are no figures', async () => {
      await using agent = await connectAgent('2026-07-28', `${demo.url}/mcp`, tokens.viewer.token);
      const { text } = await agent.read('ui://back-office/sign-ups');
      const page = await chromium.newPage();
      const seen = await openHost(page, text!, {});
      await expect.poll(async () => (await seen()).length).toBeGreaterThan(1);
      const params = await agent.result('reports_signUps', { weeks: 0 });
      await tell(page, { method: 'ui/notifications/tool-result', params });
      const summary = page.frameLocator('iframe').locator('#summary');
      await expect.poll(() => summary.textContent()).toMatch(/BAD_REQUEST/);
      await page.close();
    });
  });
});
