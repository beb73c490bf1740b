import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler as expressHandler } from '@trpc-mcp/core/express';
import { mcpHandler as fastifyHandler } from '@trpc-mcp/core/fastify';
import { mcpHandler as fetchHandler } from '@trpc-mcp/core/fetch';
import { mcpHandler as nodeHandler } from '@trpc-mcp/core/node';
import { inspector } from '@trpc-mcp/inspector';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { chromiumMissing, launchChromium, watchTrouble } from './chromium.ts';
import { eras, openIn } from './era.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({
  greet: t.procedure
    .meta({ mcp: { description: 'Greets somebody.', confirm: 'Greet {name}?' } })
    .input(z.object({ name: z.string() }))
    .mutation(({ input }) => `Hello ${input.name}`),
});
const options = { page: inspector(), legacy: 'sessions' } as const;

/** Each starts a server on a port of this machine. */
const hosts: Record<string, () => Promise<{ url: string } & AsyncDisposable>> = {
  Express: () => {
    const app = express();
    app.use('/mcp', expressHandler(router, options));
    return listen(createServer(app));
  },
  Fastify: async () => {
    const app = fastify({ forceCloseConnections: true });
    await app.register(fastifyHandler(router, options), { prefix: '/mcp' });
    const origin = await app.listen({ host: '127.0.0.1', port: 0 });
    return { url: `${origin}/mcp`, [Symbol.asyncDispose]: () => app.close() };
  },
  'Hono on Node': async () => {
    const handler = fetchHandler(router, options);
    const app = new Hono();
    app.all('/mcp', ({ req }) => handler(req.raw));
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
    if (!server.listening) await once(server, 'listening');
    return toHost(server as ReturnType<typeof createServer>);
  },
  'node:http': () => listen(createServer(nodeHandler(router, options))),
};

describe.skipIf(chromiumMissing)('the inspector', () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium.close());

  describe.each(Object.keys(hosts))('on %s', (name) => {
    test.each(eras)('opens, lists a tool, and calls it after a consent, in %s', async (era) => {
      await using host = await hosts[name]!();
      const page = await chromium.newPage();
      try {
        const trouble = await watchTrouble(page);
        await openIn(era, page, `${host.url}#/tools`);
        await page.getByRole('list', { name: 'Tools' }).getByRole('link', { name: 'greet' }).click();
        await page.getByLabel(/^name/).fill('Ada');
        await page.getByRole('button', { name: 'Run', exact: true }).click();
        const dialog = page.getByRole('dialog', { name: 'The tool asks' });
        await dialog.getByText('Greet "Ada"?').waitFor();
        await dialog.getByRole('button', { name: 'Accept' }).click();
        await page.getByText('Hello Ada').first().waitFor();
        expect(trouble).toEqual({ violations: [], errors: [] });
      } finally {
        await page.close();
      }
    });

    test('answers a browser once, and later that nothing has changed', async () => {
      await using host = await hosts[name]!();
      const headers = { accept: 'text/html', 'accept-encoding': 'gzip' };
      const first = await fetch(host.url, { headers });
      expect(first.headers.get('content-encoding')).toBe('gzip');
      const html = await first.text();
      expect(html).toMatch(/^<!doctype html>/i);
      const plain = await fetch(host.url, { headers: { ...headers, 'accept-encoding': 'identity' } });
      expect(plain.headers.has('content-encoding')).toBe(false);
      expect(await plain.text()).toBe(html);
      const etag = first.headers.get('etag')!;
      const again = await fetch(host.url, { headers: { ...headers, 'if-none-match': etag } });
      expect([again.status, await again.text()]).toEqual([304, '']);
      const head = await fetch(host.url, { method: 'HEAD', headers });
      expect([head.status, await head.text()]).toEqual([200, '']);
      const other = await fetch(host.url, { headers: { accept: '*/*' } });
      expect(other.status).toBe(405);
      await other.body?.cancel();
    });
  });
});

async function listen(server: ReturnType<typeof createServer>) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return toHost(server);
}

function toHost(server: ReturnType<typeof createServer>) {
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
