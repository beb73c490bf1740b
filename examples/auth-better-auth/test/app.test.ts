import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
  UnauthorizedError as ModernUnauthorized,
} from '@modelcontextprotocol/client';
import { UnauthorizedError as LegacyUnauthorized } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createApp } from '../app.ts';
import { Browser } from './browser.ts';
import { Login } from './login.ts';

const ada = { name: 'Ada', email: 'ada@example.com', password: 'on the analytical engine' };

async function start() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { app, auth } = createApp(url);
  server.on('request', app);
  const { user } = await auth.api.signUpEmail({ body: ada });
  return {
    url,
    userId: user.id,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test.each(['2026-07-28', '2025-11-25'] as const)(
  'the client of %s logs Ada in with her password, and asks her again for the scope that a tool needs',
  async (revision) => {
    await using server = await start();
    const login = new Login();
    const browser = new Browser(server.url, ada);
    const url = new URL(`${server.url}/mcp`);
    const info = { name: 'example', version: '1.0.0' };
    const modern = revision === '2026-07-28';
    const transports: (ModernTransport | LegacyTransport)[] = [];
    let client!: ModernClient | LegacyClient;
    const connect = async () => {
      if (modern) {
        const transport = new ModernTransport(url, { authProvider: login });
        transports.push(transport);
        client = new ModernClient(info, { versionNegotiation: { mode: { pin: revision } } });
        await client.connect(transport);
      } else {
        const transport = new LegacyTransport(url, { authProvider: login });
        transports.push(transport);
        client = new LegacyClient(info);
        await client.connect(transport);
      }
    };
    const withLogin = async <TResult>(work: () => Promise<TResult>): Promise<TResult> => {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ModernUnauthorized || error instanceof LegacyUnauthorized)) throw error;
        const params = await browser.allow(login.sentTo.at(-1)!);
        const transport = transports.at(-1)!;
        if (transport instanceof ModernTransport) await transport.finishAuth(params);
        else await transport.finishAuth(params.get('code')!);
        return work();
      }
    };

    await withLogin(connect);
    expect(login.sentTo.at(-1)!.searchParams.get('scope')).toBe('notes:read');
    const call = async (name: string): Promise<unknown> =>
      (await client.callTool({ name, arguments: {} })).content;
    expect(await call('me')).toEqual([{ type: 'text', text: expect.stringContaining(server.userId) }]);
    expect(await withLogin(() => call('add'))).toEqual([
      { type: 'text', text: expect.stringContaining('added') },
    ]);
    expect(login.sentTo).toHaveLength(2);
    expect(login.sentTo.at(-1)!.searchParams.get('scope')!.split(' ').toSorted()).toEqual([
      'notes:read',
      'notes:write',
    ]);
    await client.close();
  },
);

test('the same procedures are called over tRPC with the session of the browser', async () => {
  await using server = await start();
  const browser = new Browser(server.url, ada);
  expect((await browser.get('/trpc/me')).status).toBe(401);
  await browser.signIn();
  const { status, body } = await browser.get('/trpc/me');
  expect([status, body]).toEqual([200, { result: { data: server.userId } }]);
});

test('a session is no token, and a refusal says where to get one', async () => {
  await using server = await start();
  const response = await fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: 'Bearer a-session-token',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([
    401,
    `Bearer resource_metadata="${server.url}/mcp/.well-known/oauth-protected-resource", error="invalid_token", error_description="the token cannot be read", scope="notes:read"`,
  ]);
});
