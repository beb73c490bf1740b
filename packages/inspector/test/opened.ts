import type { AnyTRPCRouter } from '@trpc/server';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Trouble, watchTrouble } from './chromium.ts';
import { serveWithInspector } from './endpoint.ts';
import { type eras, openIn } from './era.ts';

/** A tool that is open in the inspector. */
export interface Opened extends AsyncDisposable {
  page: Page;
  trouble: Trouble;
  url: string;
}

/** Serves a router, and opens one of its tools in a page of its own. */
export async function openTool(
  chromium: Browser,
  router: AnyTRPCRouter,
  tool: string,
  {
    query = '',
    options = {},
    era = '2026',
    ...context
  }: BrowserContextOptions & {
    query?: string;
    options?: Record<string, unknown>;
    era?: (typeof eras)[number];
  } = {},
): Promise<Opened> {
  const { url, close } = await serveWithInspector(router, options);
  const browsing = await chromium.newContext(context);
  const page = await browsing.newPage();
  page.setDefaultTimeout(30_000);
  const trouble = await watchTrouble(page);
  await openIn(era, page, `${url}#/tools/${encodeURIComponent(tool)}${query}`);
  await page.getByRole('region', { name: `Try ${tool}` }).waitFor();
  return {
    page,
    trouble,
    url,
    async [Symbol.asyncDispose]() {
      await browsing.close();
      await close();
    },
  };
}
