import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { initTRPC } from '@trpc/server';
import { bearer, type McpMeta } from '@trpc-mcp/core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { findBarriers, overflowOf } from './accessibility.ts';
import { chromiumMissing, launchChromium, watchTrouble } from './chromium.ts';
import { serveWithInspector } from './endpoint.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({
  greet: t.procedure
    .meta({ mcp: { description: 'Greets somebody.' } })
    .input(z.object({ name: z.string() }))
    .query(({ input }) => `Hello ${input.name}`),
});

const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const server = {
  name: 'acme-shop',
  version: '3.1.0',
  title: 'Acme <b>Shop</b>',
  websiteUrl: 'javascript:alert(1)',
  instructions: 'Look up <img src=x onerror=alert(1)> first.',
  icons: [{ src: 'javascript:alert(1)' }, { src: pixel }],
};

describe.skipIf(chromiumMissing)('connecting', { timeout: 120_000 }, () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium.close());

  const open = async (
    url: string,
    work: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
  ) => {
    const context = await chromium.newContext(options);
    try {
      const page = await context.newPage();
      const trouble = await watchTrouble(page);
      await page.goto(url);
      await work(page);
      expect(trouble).toEqual({ violations: [], errors: [] });
    } finally {
      await context.close();
    }
  };
  const era = (page: Page) => page.getByRole('combobox', { name: 'MCP', exact: true });

  test('shows what the app says about itself as text, and how to connect each client', async () => {
    const { url, close } = await serveWithInspector(router, { server });
    try {
      await open(
        url,
        async (page) => {
          await page.getByRole('heading', { name: 'Acme <b>Shop</b>' }).waitFor();
          await page.getByText('Look up <img src=x onerror=alert(1)> first.').waitFor();
          expect(await page.title()).toBe('Acme <b>Shop</b>: MCP');
          // The website is no link, because its scheme would run a script; the icon is the one that is a picture.
          expect(await page.getByRole('link', { name: /javascript/ }).count()).toBe(0);
          expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
          expect(
            await page.locator('img').evaluateAll((all) => all.map((one) => one.getAttribute('src'))),
          ).toEqual([pixel, pixel]);

          await page.getByText('Anybody may connect, list tools and send calls.').waitFor();
          await page
            .getByText('It speaks MCP 2026-07-28, and 2025-11-25 for clients that are older.')
            .waitFor();

          const titles = await page.locator('.clients summary').allInnerTexts();
          expect(titles).toEqual([
            'Claude Code',
            'Claude Desktop',
            'claude.ai',
            'ChatGPT',
            'Cursor',
            'VS Code',
            'Codex',
            'Gemini CLI',
          ]);
          for (const title of titles) {
            const details = page.locator('details', { has: page.getByText(title, { exact: true }) });
            await details.locator('summary').click();
            expect(await details.innerText()).toContain(url);
          }
          await page.locator('summary', { hasText: 'Cursor' }).click();
          await page.getByRole('button', { name: 'Copy the configuration of Cursor' }).click();
          await page.getByText('Copied the configuration of Cursor.').waitFor();
          expect(JSON.parse(await page.evaluate('navigator.clipboard.readText()'))).toEqual({
            mcpServers: { 'acme-shop': { url } },
          });
          await page.locator('summary', { hasText: 'claude.ai' }).click();
          await page
            .getByText('claude.ai connects from the servers of Anthropic, which cannot reach')
            .waitFor();

          // A header is a reference, and the secret itself stands there only when somebody asks for it.
          await page.getByRole('radio', { name: 'Whoever has a token' }).check();
          await page.getByLabel('Token', { exact: true }).fill('abcdefgh-1234');
          await page.getByRole('button', { name: 'Sign in' }).click();
          await page.getByRole('radio', { name: 'The header Authorization' }).check();
          await page.locator('summary', { hasText: 'VS Code' }).click();
          const config = page.getByRole('region', { name: /^VS Code/ });
          expect(await config.innerText()).toContain('Bearer ${input:acme-shop-token}');
          await page.getByLabel('Show the secret itself').check();
          expect(await config.innerText()).toContain('Bearer abcdefgh-1234');
          const link = await page.getByRole('link', { name: 'Install in VS Code' }).getAttribute('href');
          expect(decodeURIComponent(link!)).toContain('${input:acme-shop-token}');
          expect(link).not.toContain('abcdefgh');
        },
        { permissions: ['clipboard-read', 'clipboard-write'] },
      );
    } finally {
      await close();
    }
  });

  test.each(['light', 'dark'] as const)(
    'is accessible in a %s browser, and narrow enough for a phone',
    async (colorScheme) => {
      const { url, close } = await serveWithInspector(router, { server, auth: guard });
      try {
        await open(
          url,
          async (page) => {
            await page.getByRole('alert').waitFor();
            await page.locator('.sentences li').first().waitFor();
            await page.getByRole('radio', { name: 'Whoever has a token' }).check();
            await page.locator('summary', { hasText: 'Claude Code' }).click();
            expect(await findBarriers(page)).toEqual([]);
            expect(await overflowOf(page)).toBe(0);
          },
          { colorScheme, viewport: { width: 360, height: 740 } },
        );
      } finally {
        await close();
      }
    },
  );

  test('an endpoint that refuses the revision says so, with the button that switches', async () => {
    const { url, close } = await serveWithInspector(router, { legacy: 'reject' });
    try {
      await open(url, async (page) => {
        await page.getByText('Connected with MCP 2026-07-28.').waitFor();
        await page.getByText('It speaks MCP 2026-07-28 only.').waitFor();
        await era(page).selectOption('2025-11-25');
        const alert = page.getByRole('alert');
        await alert.getByText('The endpoint does not speak MCP 2025-11-25').waitFor();
        await alert.getByRole('button', { name: 'Switch to MCP 2026-07-28' }).click();
        await page.getByText('Connected with MCP 2026-07-28.').waitFor();
        expect(await alert.count()).toBe(0);
      });
    } finally {
      await close();
    }
  });

  test.each(['stateless', 'sessions'] as const)('MCP 2025 works where it is %s', async (legacy) => {
    const { url, close } = await serveWithInspector(router, {
      legacy,
      ...(legacy === 'sessions' && { sessions: { max: 1 } }),
    });
    try {
      await open(`${url}#/tools/greet`, async (page) => {
        await page.getByRole('link', { name: 'Greet' }).waitFor();
        // The list of before stands until the new one is there, so that seeing it says nothing.
        const listed = page.waitForResponse((response) =>
          Boolean(response.request().postData()?.includes('"tools/list"')),
        );
        await era(page).selectOption('2025-11-25');
        await listed;
        await page.getByRole('link', { name: 'Greet' }).waitFor();
        // Another client takes the only session, so that the one of the page is lost.
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
          body: JSON.stringify({
            jsonrpc: '2.0',
            id: 1,
            method: 'initialize',
            params: {
              protocolVersion: '2025-11-25',
              capabilities: {},
              clientInfo: { name: 'other', version: '1' },
            },
          }),
        });
        expect(response.headers.has('mcp-session-id')).toBe(legacy === 'sessions');
        await page.getByLabel(/^name/).fill('Ada');
        await page.getByRole('button', { name: 'Run', exact: true }).click();
        await page.getByText('Hello Ada').first().waitFor();
        await page.getByRole('link', { name: 'Requests', exact: true }).click();
        const statuses = await page.getByRole('main').innerText();
        expect(/404/.test(statuses)).toBe(legacy === 'sessions');
      });
    } finally {
      await close();
    }
  });

  test('asks without a credential what the endpoint demands, once, and only where that is shown', async () => {
    const { url, close } = await serveWithInspector(router);
    const context = await chromium.newContext();
    const page = await context.newPage();
    const checks: string[] = [];
    page.on('request', (request) => {
      const body = request.postData() ?? '';
      if (body.includes('trpc-mcp-inspector-check')) checks.push(body);
    });
    try {
      await page.goto(`${url}#/tools/greet`);
      await page.getByLabel(/^name/).fill('Ada');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText('Hello Ada').first().waitFor();
      expect(checks).toEqual([]);
      await page.getByRole('link', { name: 'Connect', exact: true }).click();
      await page.getByText('It speaks MCP').waitFor();
      const asked = checks.length;
      expect(asked).toBeGreaterThan(0);
      await page.getByRole('link', { name: 'History', exact: true }).click();
      await page.getByRole('heading', { name: 'History' }).waitFor();
      await page.getByRole('link', { name: 'Connect', exact: true }).click();
      await page.getByText('It speaks MCP').waitFor();
      expect(checks).toHaveLength(asked);
      await page.getByRole('button', { name: 'Check again' }).click();
      await expect.poll(() => checks.length).toBe(2 * asked);
    } finally {
      await context.close();
      await close();
    }
  });

  test('an endpoint that is gone is told apart from one that refuses', async () => {
    const { url, close } = await serveWithInspector(router);
    await open(url, async (page) => {
      await page.getByText('Connected with MCP').waitFor();
      await page.getByText('It speaks MCP').waitFor();
      await close();
      await era(page).selectOption('2025-11-25');
      await page
        .getByRole('alert')
        .getByText('The endpoint cannot be reached: there was no response.')
        .waitFor();
      await era(page).selectOption('2026-07-28');
      await page
        .getByRole('alert')
        .getByText('The endpoint cannot be reached: there was no response.')
        .waitFor();
    });
  });

  test('an authorization server that does not let pages in is explained, and its token endpoint elsewhere too', async () => {
    // Its metadata can be read, its registration cannot, and its token endpoint is on another host.
    let cors: Record<string, string> = {};
    const issuing = createServer((req, res) => {
      const origin = `http://${req.headers.host}`;
      for (const [name, value] of Object.entries(cors)) res.setHeader(name, value);
      if (req.method === 'OPTIONS') {
        res.end();
        return;
      }
      if (req.url !== '/.well-known/oauth-authorization-server') {
        res.writeHead(404).end();
        return;
      }
      res.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: 'https://token.example/token',
          registration_endpoint: 'https://token.example/register',
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
        }),
      );
    }).listen(0, '127.0.0.1');
    await once(issuing, 'listening');
    const issuer = `http://127.0.0.1:${(issuing.address() as AddressInfo).port}`;
    const { url, close } = await serveWithInspector(router, {
      auth: bearer({
        verify: () => undefined,
        // The port is not known yet. What names the resource is answered by the test below.
        resource: 'http://127.0.0.1/mcp',
        authorizationServers: [issuer],
      }),
    });
    const metadata = { resource: url, authorization_servers: [issuer] };
    const signIn = async (page: Page) => {
      await page.getByRole('radio', { name: 'Me, with OAuth' }).check();
      await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
    };
    const serveMetadata = async (page: Page) => {
      await page.route('**/.well-known/oauth-protected-resource**', (route) =>
        new URL(route.request().url()).host === new URL(url).host
          ? route.fulfill({ json: metadata })
          : route.continue(),
      );
      await page.route(url, async (route) => {
        if (route.request().method() !== 'POST') return route.continue();
        return route.fulfill({
          status: 401,
          headers: {
            'www-authenticate': `Bearer resource_metadata="${new URL(url).origin}/.well-known/oauth-protected-resource/mcp"`,
          },
        });
      });
    };
    try {
      await open('about:blank', async (page) => {
        await serveMetadata(page);
        await page.goto(url);
        await page.getByText('has no metadata that this page can read').waitFor();
        await signIn(page);
        const alert = page.getByRole('alert');
        await alert
          .getByText(`does not let a page of ${new URL(url).origin} read its answer (CORS)`)
          .waitFor();
        cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
        await page.getByRole('button', { name: 'Check again' }).click();
        await page
          .getByText('This page cannot sign in: it may not send requests to https://token.example.')
          .waitFor();
        await signIn(page);
        await alert.getByText('and https://token.example is neither').waitFor();
        await alert.getByText('send it as the header Authorization').waitFor();
      });
    } finally {
      await close();
      issuing.closeAllConnections();
      issuing.close();
    }
  });
});

const guard = { authenticate: () => undefined, required: true };
