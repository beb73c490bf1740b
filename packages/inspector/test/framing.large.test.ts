import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumMissing, launchChromium } from './chromium.ts';
import { serveWithInspector } from './endpoint.ts';

const t = initTRPC.meta<McpMeta>().create();
const called: string[] = [];
const router = t.router({
  wipe: t.procedure.meta({ mcp: true }).mutation(() => {
    called.push('wipe');
    return 'done';
  }),
});

/** A page of another origin, with what it shows in frames. */
async function servePage(html: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/html' }).end(html);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe.skipIf(chromiumMissing)('a page of another origin', () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium.close());

  test.each(['', '?app-frame'])('cannot show the endpoint%s in a frame', async (query) => {
    const { url, close } = await serveWithInspector(router);
    const other = await servePage(`<iframe id="endpoint" src="${url}${query}"></iframe>`);
    const page = await chromium.newPage();
    try {
      const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
      await page.goto(other.url);
      await refused;
      const [, frame] = page.frames();
      // Chromium shows a page of its own in the place of what it refused.
      expect(frame?.url()).toMatch(/^chrome-error:/);
    } finally {
      await page.close();
      other.close();
      await close();
    }
  });

  test('cannot call a tool, and reads no answer', async () => {
    const { url, close } = await serveWithInspector(router);
    const other = await servePage('<p>Hello</p>');
    const page = await chromium.newPage();
    try {
      await page.goto(other.url);
      const message = {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'wipe', arguments: {} },
      };
      const outcomes = await page.evaluate(
        async ([to, body]) => {
          const types = ['application/json', 'text/plain'];
          const modes: RequestMode[] = ['cors', 'no-cors'];
          const attempts = types.flatMap((type) => modes.map((mode) => ({ type, mode })));
          return Promise.all(
            attempts.map(({ type, mode }) =>
              fetch(to!, { method: 'POST', mode, headers: { 'content-type': type }, body: body! }).then(
                (response) => `${response.type} ${response.status}`,
                () => 'refused',
              ),
            ),
          );
        },
        [url, JSON.stringify(message)],
      );
      // An opaque answer has no status and no body that the page could read.
      expect(outcomes).toEqual(['refused', 'opaque 0', 'refused', 'opaque 0']);
      expect(called).toEqual([]);
    } finally {
      await page.close();
      other.close();
      await close();
    }
  });
});
