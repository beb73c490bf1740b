import { initTRPC } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { createMemoryStore } from '../src/call/memory-store.ts';
import type { McpMeta } from '../src/index.ts';
import { clientKinds, connect, toolValue } from './clients.ts';
import { call } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });
const router = t.router({
  open: t.procedure.meta({ mcp: true }).query(() => ({ ok: true })),
  tight: t.procedure
    .meta({ mcp: { rateLimit: { points: 2, durationMs: 60_000 } } })
    .query(() => ({ ok: true })),
  shared: t.procedure
    .meta({ mcp: { rateLimit: { points: 1, durationMs: 60_000, by: () => 'everybody' } } })
    .query(() => ({ ok: true })),
});

type Body = { result: { content: [{ text: string }]; _meta?: object } };
const textOf = ({ body }: { body: unknown }) => (body as Body).result.content[0].text;
const ok = '{"ok":true}';
const limited =
  /^TOO_MANY_REQUESTS: more than \d calls? in 60 s\nCall again in (5\d|60) seconds, not sooner\.$/;

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('is told when to come back', async () => {
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    for (let count = 0; count < 2; count++) {
      expect(await client.callTool({ name: 'tight' })).toEqual(toolValue({ ok: true }));
    }
    const { isError, content } = await client.callTool({ name: 'tight' });
    expect(isError).toBe(true);
    expect((content as [{ text: string }])[0].text).toMatch(limited);
    expect(await client.callTool({ name: 'open' })).toEqual(toolValue({ ok: true }));
  });
});

test('each caller has their own points, unless the tool says who shares them', async () => {
  // A handler without a context cannot tell callers apart.
  await using server = await serve(mcpHandler(router, { createContext: () => ({}) }));
  const as = (user: string, name: string) =>
    call(server.mcp, 'modern', name, undefined, { authorization: user });
  for (const user of ['ada', 'bob']) {
    expect(textOf(await as(user, 'tight'))).toBe(ok);
    expect(textOf(await as(user, 'tight'))).toBe(ok);
    expect(textOf(await as(user, 'tight'))).toMatch(limited);
  }
  expect(textOf(await as('ada', 'shared'))).toBe(ok);
  expect(textOf(await as('bob', 'shared'))).toMatch(limited);
});

test('the handler’s own limit counts every call, and lists are free', async () => {
  await using server = await serve(mcpHandler(router, { rateLimit: { points: 2, durationMs: 60_000 } }));
  await using client = await connect['2026-07-28'](server.mcp);
  await client.listTools();
  await client.listTools();
  expect(textOf(await call(server.mcp, 'modern', 'open'))).toBe(ok);
  expect(textOf(await call(server.mcp, 'modern', 'tight'))).toBe(ok);
  expect(textOf(await call(server.mcp, 'modern', 'open'))).toMatch(limited);
});

test('the points come back', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const store = createMemoryStore();
    const limit = { points: 2, durationMs: 10_000 };
    expect(await store.take('a', limit)).toBe(0);
    expect(await store.take('a', limit)).toBe(0);
    expect(await store.take('a', limit)).toBe(10_000);
    vi.setSystemTime(Date.now() + 4000);
    expect(await store.take('a', limit)).toBe(6000);
    vi.setSystemTime(Date.now() + 6000);
    expect(await store.take('a', limit)).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a limit that lets nobody in is found at mount', () => {
  const tagged = t.procedure.meta({ mcp: { rateLimit: { points: 0, durationMs: 1000 } } }).query(() => 1);
  expect(() => mcpHandler(t.router({ a: tagged }))).toThrow(
    'mcp.rateLimit.points is 0; it has to be more than 0',
  );
});
