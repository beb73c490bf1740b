import { initTRPC } from '@trpc/server';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { type FetchMcpHandler, mcpHandler } from '../src/adapters/fetch.ts';
import { getMcpCall, type McpMeta } from '../src/index.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** The heap after garbage collection, in megabytes. */
async function heapUsed(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await sleep(10);
    gc();
  }
  return process.memoryUsage().heapUsed / 2 ** 20;
}

function send(
  handler: FetchMcpHandler,
  message: unknown,
  session?: string,
  signal?: AbortSignal,
): Promise<Response> {
  return handler(
    new Request('http://127.0.0.1/mcp', {
      method: 'POST',
      headers: {
        host: '127.0.0.1',
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
        ...(session !== undefined && { 'mcp-session-id': session }),
      },
      body: JSON.stringify(message),
      ...(signal && { signal }),
    }),
  );
}

/** Opens sessions and leaves them. Returns the ids. */
async function open(handler: FetchMcpHandler, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const response = await send(handler, {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
    });
    await response.text();
    ids.push(response.headers.get('mcp-session-id')!);
  }
  return ids;
}

async function statusOf(handler: FetchMcpHandler, session: string): Promise<number> {
  const message = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'ping' } };
  const response = await send(handler, message, session);
  await response.text();
  return response.status;
}

test('10,000 sessions that were opened and left give their memory back when they have been idle', async () => {
  const idleMs = 1000;
  const handler = mcpHandler(router, { legacy: 'sessions', sessions: { max: 20_000, idleMs } });
  // The first sessions fill caches, which stay.
  await open(handler, 500);
  await sleep(2.5 * idleMs);
  const before = await heapUsed();
  const kept = mcpHandler(router, { legacy: 'sessions', sessions: { max: 20_000, idleMs: 600_000 } });
  const keptIds = await open(kept, 1000);
  const eachOpen = ((await heapUsed()) - before) / 1000;
  expect(await statusOf(kept, keptIds[0]!)).toBe(200);
  await kept.close();

  const ids = await open(handler, 10_000);
  expect(new Set(ids).size).toBe(10_000);
  const end = Date.now() + 60_000;
  let after: number;
  do {
    await sleep(idleMs / 2);
    after = await heapUsed();
  } while (after - before > 500 * eachOpen && Date.now() < end);
  // Less than a twentieth of what all sessions would take.
  expect(after - before).toBeLessThan(500 * eachOpen);
  // The first session has been idle for longest. A request makes a session used again.
  expect(await statusOf(handler, ids[0]!)).toBe(404);
  await handler.close();
}, 180_000);

test('10,000 sessions that were opened and left at once take the memory of as many as are kept', async () => {
  const handler = mcpHandler(router, { legacy: 'sessions', sessions: { max: 200 } });
  const first = await open(handler, 1000);
  const before = await heapUsed();
  const ids = await open(handler, 10_000);
  const after = await heapUsed();
  expect(after - before).toBeLessThan(8);
  expect(await statusOf(handler, first[0]!)).toBe(404);
  expect(await statusOf(handler, ids[9799]!)).toBe(404);
  expect(await statusOf(handler, ids[9800]!)).toBe(200);
  expect(await statusOf(handler, ids[9999]!)).toBe(200);
  await handler.close();
}, 180_000);

test('10,000 events to a client that has left take the memory of those that are kept', async () => {
  const text = 'x'.repeat(1000);
  let leave = () => {};
  const left = new Promise<void>((resolve) => (leave = resolve));
  let finish = () => {};
  const over = new Promise<void>((resolve) => (finish = resolve));
  const noisy = mcpHandler(
    t.router({
      tell: t.procedure.meta({ mcp: true }).mutation(async () => {
        const { mcpReq } = getMcpCall()!.sdk!;
        const tell = (data: string) =>
          mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data } });
        await tell('first');
        await left;
        for (let index = 0; index < 10_000; index++) await tell(`${index}${text}`);
        finish();
        return 'told';
      }),
    }),
    { legacy: 'sessions', server: { name: 'noisy', version: '1', capabilities: { logging: {} } } },
  );
  const [session] = await open(noisy, 1);
  const before = await heapUsed();
  const hangUp = new AbortController();
  const tell = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'tell' } };
  const response = await send(noisy, tell, session, hangUp.signal);
  const reader = response.body!.getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  const [id] = /(?<=^id: ).*$/m.exec(first)!;
  hangUp.abort();
  await reader.cancel().catch(() => {});
  leave();
  await over;
  expect((await heapUsed()) - before).toBeLessThan(6);
  const resumed = await noisy(
    new Request('http://127.0.0.1/mcp', {
      headers: {
        host: '127.0.0.1',
        accept: 'text/event-stream',
        'mcp-protocol-version': '2025-11-25',
        'mcp-session-id': session!,
        'last-event-id': id,
      },
    }),
  );
  const rest = await resumed.text();
  // The last log messages are there, and the result.
  expect(rest).toContain('"data":"9999x');
  expect(rest).toContain('"structuredContent"');
  expect(rest.length).toBeLessThan(2 * 2 ** 20);
  await noisy.close();
}, 180_000);
