import { initTRPC } from '@trpc/server';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  ElicitRequestSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { getMcpCall, type HandlerOptions, type McpMeta } from '../src/index.ts';
import { connect, toolValue } from './clients.ts';
import { post, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tagged = t.procedure.meta({ mcp: true });

async function start(options: HandlerOptions & { createContext?: () => object } = {}) {
  const aborted = vi.fn();
  const began = vi.fn();
  const router = t.router({
    ping: tagged.query(() => ({ pong: true })),
    work: tagged.mutation(
      ({ signal }) =>
        new Promise<string>((resolve, reject) => {
          began();
          signal!.addEventListener('abort', () => {
            aborted();
            reject(new Error('gone'));
          });
          setTimeout(() => resolve('late'), 5000).unref();
        }),
    ),
    count: tagged.mutation(async () => {
      getMcpCall()!.progress({ progress: 1, total: 1 });
      return { counted: true };
    }),
    ask: tagged.mutation(() =>
      getMcpCall()!.ask({ message: 'How many?', schema: z.object({ n: z.number() }) }),
    ),
    deny: tagged.use(() => Promise.reject(new Error('no'))).query(() => 1),
    now: t.procedure.meta({ mcp: { resource: { uri: 'clock://now' } } }).query(() => 'noon'),
  });
  const handler = mcpHandler(router, { legacy: 'sessions', onError: () => {}, ...options });
  const server = await serve(handler);
  return { handler, server, aborted, began, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function open(url: string, headers: Record<string, string> = {}) {
  const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { n: 7 } }));
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await client.connect(transport);
  return { client, transport, [Symbol.asyncDispose]: () => client.close() };
}

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
};
const ping = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'ping' } };
const version = { 'mcp-protocol-version': '2025-11-25' };

describe('in a session', () => {
  test('a client of 2025 calls, is asked, and is told of progress', async () => {
    await using server = await start();
    await using session = await open(server.server.mcp);
    const { client, transport } = session;
    expect(transport.sessionId).toMatch(/^[\da-f-]{36}$/);
    expect(await client.callTool({ name: 'ping' })).toMatchObject({ structuredContent: { pong: true } });
    expect(await client.callTool({ name: 'ask' })).toMatchObject({
      structuredContent: { action: 'accept', content: { n: 7 } },
    });
    const onprogress = vi.fn();
    expect(await client.callTool({ name: 'count' }, undefined, { onprogress })).toMatchObject({
      structuredContent: { counted: true },
    });
    expect(onprogress.mock.calls).toEqual([[{ progress: 1, total: 1 }]]);
  });

  test('a client of 2025 cancels what it has called', async () => {
    await using server = await start();
    await using session = await open(server.server.mcp);
    const cancel = new AbortController();
    const call = session.client.callTool({ name: 'work' }, undefined, { signal: cancel.signal });
    const cancelled = vi.waitFor(() => expect(server.began).toHaveBeenCalledOnce(), { timeout: 10_000 });
    void cancelled.then(() => cancel.abort('enough'));
    await expect(call).rejects.toThrow('enough');
    await vi.waitFor(() => expect(server.aborted).toHaveBeenCalledOnce(), 15_000);
  });

  test('a client of 2025 hears of changes', async () => {
    await using server = await start();
    await using session = await open(server.server.mcp);
    const heard = vi.fn<(what: string) => void>();
    session.client.setNotificationHandler(ToolListChangedNotificationSchema, () => heard('tools'));
    session.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) =>
      heard(params.uri),
    );
    await session.client.subscribeResource({ uri: 'clock://now' });
    // The client opens its stream after it has initialised, and does not report when it is open.
    await vi.waitFor(
      () => {
        server.handler.notify.toolsChanged();
        server.handler.notify.resourceUpdated('clock://now');
        server.handler.notify.resourceUpdated('clock://other');
        expect(new Set(heard.mock.calls.map(([what]) => what))).toEqual(new Set(['tools', 'clock://now']));
      },
      { timeout: 5000, interval: 100 },
    );
  });

  test('clients of 2026 are served beside it, and have none', async () => {
    await using server = await start();
    await using client = await connect['2026-07-28'](server.server.mcp);
    expect(await client.callTool({ name: 'ping' })).toEqual(toolValue({ pong: true }));
  });

  test('a call that is refused has the status of its own', async () => {
    const auth = {
      authenticate: () => undefined,
      authorize: ({ tool }: { tool: string | undefined }) => tool !== 'ping',
    };
    await using server = await start({ auth });
    const { headers } = await post(server.server.mcp, initialize);
    const session = { ...version, 'mcp-session-id': headers.get('mcp-session-id')! };
    const { status, body } = await post(server.server.mcp, ping, session);
    expect([status, body]).toMatchObject([401, { result: { isError: true } }]);
  });
});

test('a session that was guessed, stolen or ended is none', async () => {
  // A handler without a context cannot tell callers apart.
  await using server = await start({ createContext: () => ({}) });
  const url = server.server.mcp;
  const { headers } = await post(url, initialize, { authorization: 'ada' });
  const stolen = { ...version, 'mcp-session-id': headers.get('mcp-session-id')! };
  const none = {
    status: 404,
    body: { error: { message: 'There is no such session; initialize a new one' } },
  };
  expect(await post(url, ping, { ...stolen, authorization: 'bob' })).toMatchObject(none);
  expect(await post(url, ping, stolen)).toMatchObject(none);
  expect(
    await post(url, ping, { ...version, authorization: 'ada', 'mcp-session-id': crypto.randomUUID() }),
  ).toMatchObject(none);
  expect(await post(url, ping, { ...stolen, authorization: 'ada' })).toMatchObject({ status: 200 });
  const end = (authorization: string) =>
    fetch(url, { method: 'DELETE', headers: { ...stolen, authorization } });
  expect((await end('bob')).status).toBe(404);
  expect((await end('ada')).status).toBe(200);
  expect(await post(url, ping, { ...stolen, authorization: 'ada' })).toMatchObject(none);
});

test('the session used longest ago makes room', async () => {
  await using server = await start({ sessions: { max: 3 } });
  const url = server.server.mcp;
  const openOne = async () => (await post(url, initialize)).headers.get('mcp-session-id')!;
  const statusOf = async (id: string) => (await post(url, ping, { ...version, 'mcp-session-id': id })).status;
  const [first, second, third] = [await openOne(), await openOne(), await openOne()];
  expect(await statusOf(first)).toBe(200);
  const fourth = await openOne();
  expect(await Promise.all([first, second, third, fourth].map(statusOf))).toEqual([200, 404, 200, 200]);
  expect(await statusOf('none')).toBe(404);
});

test('a session that nobody uses ends', async () => {
  await using server = await start({ sessions: { idleMs: 100 } });
  const url = server.server.mcp;
  const id = (await post(url, initialize)).headers.get('mcp-session-id')!;
  const used = () => post(url, ping, { ...version, 'mcp-session-id': id });
  // To ask is to use it, so the times between two questions are longer than it may be unused.
  await vi.waitFor(async () => expect((await used()).status).toBe(404), { interval: 300, timeout: 20_000 });
});

test('sessions that only listen make room for others, and those with calls under way do not', async () => {
  await using server = await start({ sessions: { max: 2 } });
  const url = server.server.mcp;
  const openOne = async () => (await post(url, initialize)).headers.get('mcp-session-id')!;
  const statusOf = async (id: string) => (await post(url, ping, { ...version, 'mcp-session-id': id })).status;
  const listen = async (id: string) => {
    const headers = { ...version, accept: 'text/event-stream', 'mcp-session-id': id };
    expect((await fetch(url, { headers })).status).toBe(200);
  };
  const [first, second] = [await openOne(), await openOne()];
  await listen(first);
  await listen(second);
  const third = await openOne();
  expect(await Promise.all([first, second, third].map(statusOf))).toEqual([404, 200, 200]);
  const work = { jsonrpc: '2.0', id: 5, method: 'tools/call', params: { name: 'work' } };
  const calls = [second, third].map((id) => post(url, work, { ...version, 'mcp-session-id': id }));
  await vi.waitFor(async () => {
    const { status, body } = await post(url, initialize);
    expect([status, body]).toMatchObject([
      503,
      { error: { message: expect.stringContaining('sessions.max') } },
    ]);
  }, 15_000);
  await server.handler.close();
  await Promise.all(calls);
});

test('clients of before 2026 can be left out', async () => {
  await using server = await start({ legacy: 'reject' });
  const { body } = await post(server.server.mcp, initialize);
  expect(body).toMatchObject({ error: { code: -32_022 } });
  const called = await request(server.server.mcp, 'legacy', 'tools/call', { name: 'ping' });
  expect(called.body).toMatchObject({ error: expect.anything() });
  await using client = await connect['2026-07-28'](server.server.mcp);
  expect(await client.callTool({ name: 'ping' })).toEqual(toolValue({ pong: true }));
});
