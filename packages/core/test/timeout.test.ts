import { initTRPC } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { type CallFailure, getMcpCall, type McpMeta } from '../src/index.ts';
import type { CallMethod } from '../src/protocol/call-by-name.ts';
import { clientKinds } from './clients.ts';
import { converse, type Conversation } from './conversation.ts';
import { eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<object>().meta<McpMeta>().create();
const never = new Promise<never>(() => {});

function timedOut(ms: number): unknown {
  return {
    isError: true,
    content: [
      {
        type: 'text',
        text: `TIMEOUT: it took more than ${ms} ms\nIt took too long. Ask for less, or try once more later.`,
      },
    ],
    _meta: { code: 'TIMEOUT', httpStatus: 408 },
  };
}

describe.each(clientKinds)('for a client of kind %s', (kind) => {
  const callTool = (client: Conversation, name: string) => client.call('tools/call', { name });

  test('the handler’s time limit ends a call with TIMEOUT and aborts its signal with the reason', async () => {
    const reasons: unknown[] = [];
    const failures: CallFailure[] = [];
    const router = t.router({
      work: t.procedure.meta({ mcp: true }).mutation(async ({ signal }) => {
        const call = getMcpCall()!;
        signal!.addEventListener('abort', () => reasons.push(signal!.reason, call.signal.reason));
        await never;
      }),
    });
    const onError = (failure: CallFailure) => failures.push(failure);
    const handler = mcpHandler(router, { createContext: () => ({}), timeoutMs: 50, onError });
    await using server = await serve(handler);
    await using client = await converse(kind, server.mcp);
    expect(await callTool(client, 'work')).toMatchObject(timedOut(50) as object);
    expect(reasons).toEqual([
      expect.objectContaining({ code: 'TIMEOUT', message: 'it took more than 50 ms' }),
      expect.objectContaining({ code: 'TIMEOUT' }),
    ]);
    expect(failures).toMatchObject([{ error: { code: 'TIMEOUT' }, tool: 'work', path: 'work' }]);
  });

  test('a tool’s own time limit wins over the handler’s, whichever is longer', async () => {
    const router = t.router({
      short: t.procedure.meta({ mcp: { timeoutMs: 30 } }).mutation(() => never),
      long: t.procedure
        .meta({ mcp: { timeoutMs: 20_000 } })
        .mutation(() => new Promise((resolve) => setTimeout(() => resolve('done'), 400))),
      endless: t.procedure
        .meta({ mcp: { timeoutMs: Number.POSITIVE_INFINITY } })
        .mutation(() => new Promise((resolve) => setTimeout(() => resolve('done'), 400))),
      plain: t.procedure.meta({ mcp: true }).mutation(() => never),
    });
    await using server = await serve(mcpHandler(router, { createContext: () => ({}), timeoutMs: 200 }));
    await using client = await converse(kind, server.mcp);
    const names = ['short', 'long', 'endless', 'plain'];
    const [short, long, endless, plain] = await Promise.all(names.map((name) => callTool(client, name)));
    expect(short).toMatchObject(timedOut(30) as object);
    expect(long!['isError']).toBeUndefined();
    expect(endless!['isError']).toBeUndefined();
    expect(plain).toMatchObject(timedOut(200) as object);
  });

  test('a createContext that hangs is ended as well', async () => {
    const router = t.router({ work: t.procedure.meta({ mcp: true }).query(() => 'never reached') });
    await using server = await serve(mcpHandler(router, { createContext: () => never, timeoutMs: 50 }));
    await using client = await converse(kind, server.mcp);
    expect(await callTool(client, 'work')).toMatchObject(timedOut(50) as object);
  });

  test('a hidden tool whose context hangs cannot be told from one that does not exist', async () => {
    const router = t.router({
      work: t.procedure.meta({ mcp: { visible: () => true } }).query(() => 'never reached'),
      other: t.procedure.meta({ mcp: { visible: () => false } }).query(() => 'never reached'),
    });
    const onError = vi.fn();
    const options = { createContext: () => never, timeoutMs: 50, hookTimeoutMs: 50, onError };
    await using server = await serve(mcpHandler(router, options));
    await using client = await converse(kind, server.mcp);
    const timeout = expect.objectContaining({ error: expect.objectContaining({ code: 'TIMEOUT' }) });
    for (const name of ['work', 'missing']) {
      onError.mockClear();
      await expect(callTool(client, name)).rejects.toThrow(`Unknown tool: ${name}`);
      expect(onError.mock.calls).toEqual([[timeout]]);
    }
  });

  test('a stream is ended by the time limit of its call, its finally too', async () => {
    let ended = () => {};
    const end = new Promise<void>((resolve) => (ended = resolve));
    const router = t.router({
      work: t.procedure.meta({ mcp: { timeoutMs: 50 } }).query(async function* () {
        try {
          for (;;) {
            await new Promise((resolve) => setTimeout(resolve, 5));
            yield 1;
          }
        } finally {
          ended();
        }
      }),
    });
    await using server = await serve(mcpHandler(router, { createContext: () => ({}) }));
    await using client = await converse(kind, server.mcp);
    expect(await callTool(client, 'work')).toMatchObject(timedOut(50) as object);
    await end;
  });

  test.each<[CallMethod, Record<string, unknown>]>([
    ['resources/read', { uri: 'app://slow' }],
    ['prompts/get', { name: 'slow' }],
  ])('%s has a time limit too', async (method, params) => {
    const router = t.router({
      slow: t.procedure
        .meta({ mcp: { resource: { uri: 'app://slow' }, prompt: true, timeoutMs: 50 } })
        .query(() => never),
    });
    await using server = await serve(mcpHandler(router, { createContext: () => ({}) }));
    await using client = await converse(kind, server.mcp);
    await expect(client.call(method, params)).rejects.toMatchObject({
      code: -32_603,
      data: { code: 'TIMEOUT', httpStatus: 408 },
    });
  });

  test('no call leaves its timer behind, however it ended', async () => {
    const auth = { authenticate: () => ({ token: 'x', clientId: 'x', scopes: [] }) };
    const router = t.router({
      fine: t.procedure.meta({ mcp: true }).query(() => 1),
      stream: t.procedure.meta({ mcp: { stream: { maxItems: 1 } } }).query(async function* () {
        yield 1;
      }),
      failing: t.procedure.meta({ mcp: true }).query(() => {
        throw new Error('no');
      }),
      hidden: t.procedure.meta({ mcp: { visible: () => false } }).query(() => 1),
      scoped: t.procedure.meta({ mcp: { scopes: ['more'] } }).query(() => 1),
    });
    const options = { createContext: () => ({}), timeoutMs: 600_000, auth, onError: () => {} };
    await using server = await serve(mcpHandler(router, { ...options, return200ForErrors: true }));
    await using client = await converse(kind, server.mcp);
    const round = async () => {
      for (const name of ['fine', 'stream', 'failing', 'hidden', 'scoped']) {
        await callTool(client, name).catch(() => {});
      }
    };
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await round();
    const before = timers();
    for (let index = 0; index < 20; index++) await round();
    // Sockets and clients have a few timers of their own.
    expect(timers() - before).toBeLessThan(10);
  });
});

test.each(eras)(
  'in the %s era, a context that hangs hides what needs it, and the list comes',
  async (era) => {
    const router = t.router({
      hidden: t.procedure.meta({ mcp: { visible: () => true } }).query(() => 'never listed'),
      open: t.procedure.meta({ mcp: true }).query(() => 'done'),
    });
    const onError = vi.fn();
    const options = { createContext: () => never, timeoutMs: 50, onError };
    await using server = await serve(mcpHandler(router, options));
    const { body } = await request(server.mcp, era, 'tools/list');
    expect(body).toMatchObject({ result: { tools: [{ name: 'open' }] } });
    expect(onError.mock.calls).toMatchObject([[{ error: { code: 'TIMEOUT' } }]]);
  },
);
