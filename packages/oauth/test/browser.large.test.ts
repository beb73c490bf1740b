import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from './app.ts';
import { chromiumMissing, collectComplaints, findBarriers, launchChromium } from './chromium.ts';
import { beginFlow, type FlowOptions, statusWith } from './code-flow.ts';
import { ada } from './people.ts';

const title = 'a login in Chromium';
const shownTitle = chromiumMissing ? `${title} (left out: ${chromiumMissing})` : title;

/** A program on the person's computer, which waits for the code. */
interface Program extends AsyncDisposable {
  port: number;
  /** Where the browser came, in order. */
  answers: URL[];
}

async function startProgram(): Promise<Program> {
  const answers: URL[] = [];
  const server = createServer((req, res) => {
    const url = new URL(`http://${req.headers.host}${req.url}`);
    if (url.pathname === '/callback') answers.push(url);
    res
      .setHeader('content-type', 'text/html')
      .end('<!doctype html><title>Program</title>You can close this page.');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    answers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.skipIf(chromiumMissing)(shownTitle, { timeout: 120_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  /** Opens a page, and expects that it complained about nothing, such as what its policy blocked. */
  const withPage = async (work: (page: Page) => Promise<void>) => {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      const complaints = collectComplaints(page);
      await work(page);
      expect(complaints).toEqual([]);
    } finally {
      await context.close();
    }
  };
  /** Opens the authorization URL of a new client, and signs in. Ends on the consent page. */
  const openConsent = async (page: Page, app: App, options: FlowOptions) => {
    const flow = await beginFlow(app.url, options);
    await page.goto(flow.url.href);
    await page.getByRole('button', { name: ada.name }).click();
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    return flow;
  };

  it.each([
    ['http://127.0.0.1', 'with its port'],
    ['http://127.0.0.1', 'without a port'],
    ['http://localhost', 'with its port'],
    ['http://localhost', 'without a port'],
  ])('comes back to a program at %s that registered %s', async (host, how) => {
    await using app = await startApp();
    await using program = await startProgram();
    await withPage(async (page) => {
      const redirectUri = `${host}:${program.port}/callback`;
      const registeredUri = how === 'with its port' ? redirectUri : `${host}/callback`;
      const flow = await openConsent(page, app, { redirectUri, registeredUri });
      await page.getByText('This name is not verified.').waitFor();
      await page.getByText('See your apples').waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.getByText('You can close this page.').waitFor();
      expect(program.answers.map(({ origin, searchParams }) => [origin, searchParams.get('iss')])).toEqual([
        [`${host}:${program.port}`, app.url],
      ]);
      const tokens = await flow.redeem(app.url, program.answers[0]!);
      expect(await statusWith(app.mcp, tokens.access_token)).toBe(200);
    });
  });

  it('comes back without a code when the person cancels', async () => {
    await using app = await startApp();
    await using program = await startProgram();
    await withPage(async (page) => {
      await openConsent(page, app, { redirectUri: `http://127.0.0.1:${program.port}/callback` });
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('You can close this page.').waitFor();
      const [{ searchParams } = new URL('about:blank')] = program.answers;
      expect(searchParams.get('error')).toBe('access_denied');
      expect(searchParams.has('code')).toBe(false);
    });
  });

  it('is remembered, shown on the page of connections, and ended there', async () => {
    await using app = await startApp();
    await using program = await startProgram();
    await withPage(async (page) => {
      const redirectUri = `http://127.0.0.1:${program.port}/callback`;
      const flow = await openConsent(page, app, { redirectUri });
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.getByText('You can close this page.').waitFor();
      const tokens = await flow.redeem(app.url, program.answers[0]!);

      // The second time nobody is asked.
      await page.goto(flow.url.href);
      await page.getByText('You can close this page.').waitFor();
      expect(program.answers).toHaveLength(2);

      await page.goto(`${app.url}/oauth/connections`);
      await page.getByRole('heading', { name: 'A client by hand' }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole('button', { name: /^End/ }).click();
      await page.getByText('Nothing is connected.').waitFor();
      expect(await statusWith(app.mcp, tokens.access_token)).toBe(401);
      expect(await flow.refresh(app.url, tokens.refresh_token!)).toMatchObject({ error: 'invalid_grant' });

      await page.goto(flow.url.href);
      await page.getByRole('button', { name: 'Allow' }).waitFor();
      expect(program.answers).toHaveLength(2);
    });
  });
});
