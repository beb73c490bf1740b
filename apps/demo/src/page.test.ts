import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { createPage } from './page.ts';

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe('the page at /', () => {
  it('is HTML for a browser, with a policy that allows only files of the server', async () => {
    await using server = await serve();
    const response = await fetch(server.url, { headers: browser });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('vary')).toBe('Accept');
    const html = await response.text();
    expect(html).toContain('<div id="root">');
    // Nothing that the policy would refuse.
    expect(html).not.toMatch(/<style|style=|<script(?![^>]* src=)|https?:/);
  });

  it('names files that may be kept for ever, and is itself asked for each time', async () => {
    await using server = await serve();
    const response = await fetch(server.url, { headers: browser });
    const files = [...(await response.text()).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)];
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const [, file] of files) {
      const asset = await fetch(server.url + file!);
      expect([asset.status, asset.headers.get('cache-control')]).toEqual([
        200,
        'public, max-age=31536000, immutable',
      ]);
      expect(file).toMatch(/-[\w-]{8}\.\w+$/);
    }
    // Not with fetch, which asks for a fresh answer as soon as it is given this header.
    const again = get(server.url, {
      headers: { ...browser, 'if-none-match': response.headers.get('etag')! },
    });
    const [answer] = (await once(again, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(304);
  });

  it.each(['*/*', 'text/plain', 'application/json'])(
    'is a sentence for a program that accepts %s',
    async (accept) => {
      await using server = await serve();
      const response = await fetch(server.url, { headers: { accept } });
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'text/plain; charset=utf-8',
      ]);
      expect(await response.text()).toBe('A SaaS back office. tRPC is at /trpc, MCP is at /mcp.\n');
    },
  );

  it('says how to build it where it is not built', async () => {
    await using server = await serve('/nowhere');
    const response = await fetch(server.url, { headers: browser });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      503,
      'text/plain; charset=utf-8',
    ]);
    expect(await response.text()).toContain('pnpm@12 build');
    // What else is there is not in the way.
    expect((await fetch(`${server.url}/other`, { headers: browser })).status).toBe(404);
  });
});

async function serve(folder?: string): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(express().use(createPage(folder))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
