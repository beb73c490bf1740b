import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { NextRequest } from 'next/server.js';
import { describe, expect, test } from 'vitest';
import { app } from '../hono.ts';
import { DELETE, GET, POST } from '../next-auth.ts';
import type { appRouter } from '../router.ts';
import { Route } from '../tanstack-start.ts';

type Serve = (request: Request) => Response | Promise<Response>;

const routes = { GET, POST, DELETE };
const hosts: Record<string, Serve> = {
  Hono: (request) => app.fetch(request),
  'Next.js with Auth.js': (request) =>
    routes[request.method as keyof typeof routes](new NextRequest(request), { params: Promise.resolve({}) }),
  'TanStack Start': (request) => Route.serve(request),
};

const revisions = ['2026-07-28', '2025-11-25'] as const;

async function connect(revision: (typeof revisions)[number], serve: Serve, headers: Record<string, string>) {
  const url = new URL('http://localhost/mcp');
  const options = {
    requestInit: { headers },
    fetch: async (input: string | URL, init?: RequestInit) => serve(new Request(input, init)),
  };
  const info = { name: 'example', version: '1.0.0' };
  if (revision === '2025-11-25') {
    const client = new LegacyClient(info);
    await client.connect(new LegacyHttp(url, options));
    return client;
  }
  const client = new ModernClient(info, { versionNegotiation: { mode: { pin: revision } } });
  await client.connect(new ModernHttp(url, options));
  return client;
}

describe.each(Object.keys(hosts))('%s', (host) => {
  test.each(revisions)('hands its own context to createContext, for a client of %s', async (revision) => {
    for (const name of ['ada', 'ben']) {
      const client = await connect(revision, hosts[host]!, { cookie: `session=${name}` });
      expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['whoAmI']);
      const { structuredContent } = await client.callTool({ name: 'whoAmI' });
      expect(structuredContent).toEqual({ name });
      await client.close();
    }
  });

  test('answers 401 to whom it does not know', async () => {
    const params = { name: 'whoAmI', arguments: {} };
    const request = new Request('http://localhost/mcp', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    });
    const response = await hosts[host]!(request);
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('Sign in first.');
  });
});

test('the same createContext serves tRPC on Hono', async () => {
  const trpc = createTRPCClient<typeof appRouter>({
    links: [
      httpBatchLink({
        url: 'http://localhost/trpc',
        headers: { cookie: 'session=ada' },
        fetch: async (input, init) => app.request(input as string, init as RequestInit),
      }),
    ],
  });
  expect(await trpc.whoAmI.query()).toEqual({ name: 'ada' });
});
