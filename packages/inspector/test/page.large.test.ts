import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { chromiumMissing, launchChromium, watchTrouble } from './chromium.ts';
import { serveWithInspector } from './endpoint.ts';
import { eras, openIn } from './era.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({
  greet: t.procedure
    .meta({ mcp: { description: 'Greets somebody.' } })
    .input(z.object({ name: z.string() }))
    .query(({ input }) => `Hello ${input.name}`),
});

describe.skipIf(chromiumMissing)('the inspector', () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium.close());

  test('lists the tools of the endpoint that it is opened at', async () => {
    const { url, close } = await serveWithInspector(router);
    const page = await chromium.newPage();
    const trouble = await watchTrouble(page);
    try {
      await page.goto(`${url}#/tools`);
      await page.getByRole('link', { name: 'greet' }).waitFor();
      expect(trouble).toEqual({ violations: [], errors: [] });
    } finally {
      await page.close();
      await close();
    }
  });

  test.each(eras)('tells the endpoint that it shows apps, in %s', async (era) => {
    const { url, close } = await serveWithInspector(router);
    const page = await chromium.newPage();
    const methods = new Set<string>();
    page.on('request', (request) => {
      const body = request.postData() ?? '';
      if (!body.includes('"io.modelcontextprotocol/ui":{"mimeTypes":["text/html;profile=mcp-app"]}')) return;
      methods.add((JSON.parse(body) as { method: string }).method);
    });
    try {
      await openIn(era, page, `${url}#/tools`);
      await page.getByRole('link', { name: 'greet' }).waitFor();
      await expect.poll(() => [...methods]).toContain(era === '2026' ? 'tools/list' : 'initialize');
    } finally {
      await page.close();
      await close();
    }
  });
});
