import { initTRPC } from '@trpc/server';
import { expect, test, vi } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { getMcpCall, type HandlerOptions, type McpMeta } from '../src/index.ts';
import { connect } from './clients.ts';
import { post } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

/** A tool that waits, what it has seen, and a session in which it is called. */
async function open(options: HandlerOptions = {}) {
  const reasons: unknown[] = [];
  let hasBegun = 0;
  const router = t.router({
    wait: tool.mutation(async ({ signal }) => {
      hasBegun++;
      await new Promise<void>((resolve) => signal!.addEventListener('abort', () => resolve()));
      reasons.push(signal!.reason);
      return {};
    }),
    ping: tool.query(() => ({ pong: true })),
  });
  const handler = mcpHandler(router, { ...options, legacy: 'sessions' });
  const server = await serve(handler);
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };
  const opened = await post(server.mcp, { jsonrpc: '2.0', id: 0, method: 'initialize', params });
  const id = opened.headers.get('mcp-session-id')!;
  const headers = { 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': id };
  const send = (message: object) => post(server.mcp, { jsonrpc: '2.0', ...message }, headers);
  const ask = (callId: number, name: string) =>
    send({ id: callId, method: 'tools/call', params: { name, arguments: {} } });
  const begun = (count: number) => vi.waitFor(() => expect(hasBegun).toBe(count), 15_000);
  return {
    handler,
    server,
    headers,
    send,
    ask,
    begun,
    reasons,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

test('every answer in a session names the session', async () => {
  await using session = await open();
  for (const answer of [await session.ask(1, 'ping'), await session.send({ id: 2, method: 'tools/list' })]) {
    expect(answer.status).toBe(200);
    expect(answer.headers.get('mcp-session-id')).toBe(session.headers['mcp-session-id']);
  }
});

test('a call is cancelled by its id, with the reason of the client, and others go on', async () => {
  await using session = await open();
  const calls = [session.ask(1, 'wait'), session.ask(2, 'wait')];
  await session.begun(2);
  const cancelled = (requestId: number, reason: string) =>
    session.send({ method: 'notifications/cancelled', params: { requestId, reason } });
  await cancelled(3, 'nothing has this id');
  await cancelled(2, 'never mind');
  expect((await calls[1]!).status).toBe(202);
  await vi.waitFor(() => expect(session.reasons).toEqual(['never mind']), 15_000);
  await cancelled(1, 'nor this');
  expect((await calls[0]!).status).toBe(202);
});

test('two calls with one id are both answered, and cancelled together', async () => {
  await using session = await open();
  expect(
    (await Promise.all([session.ask(1, 'ping'), session.ask(1, 'ping')])).map(({ status }) => status),
  ).toEqual([200, 200]);
  const calls = [session.ask(1, 'wait'), session.ask(1, 'wait')];
  await session.begun(2);
  await session.send({ method: 'notifications/cancelled', params: { requestId: 1, reason: 'both' } });
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([202, 202]);
  await vi.waitFor(() => expect(session.reasons).toEqual(['both', 'both']), 15_000);
});

test.each(['the session is deleted', 'the handler closes'])('a call ends when %s', async (how) => {
  await using session = await open();
  const call = session.ask(1, 'wait');
  await session.begun(1);
  if (how === 'the handler closes') await session.handler.close();
  else await fetch(session.server.mcp, { method: 'DELETE', headers: session.headers });
  const { status, body } = await call;
  expect([status, body]).toEqual([
    503,
    {
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32_603, message: 'The server has ended this request before it was answered' },
    },
  ]);
  await vi.waitFor(() => expect(session.reasons).toHaveLength(1), 15_000);
});

test('a call under way keeps its session, and a call whose client has left does not', async () => {
  await using session = await open({ sessions: { max: 1 } });
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'b', version: '1' } };
  const initialize = () => post(session.server.mcp, { jsonrpc: '2.0', id: 0, method: 'initialize', params });
  const hangUp = new AbortController();
  const left = fetch(session.server.mcp, {
    method: 'POST',
    headers: {
      ...session.headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'wait', arguments: {} },
    }),
    signal: hangUp.signal,
  });
  await session.begun(1);
  expect((await initialize()).status).toBe(503);
  hangUp.abort();
  await expect(left).rejects.toThrow();
  await vi.waitFor(async () => expect((await initialize()).status).toBe(200), 15_000);
  await vi.waitFor(() => expect(session.reasons).toHaveLength(1), 15_000);
});

test('a procedure that reads the context of the SDK asks the client with it, in the middle of a call', async () => {
  const router = t.router({
    tell: tool.mutation(async () => {
      const { sdk } = getMcpCall()!;
      const answer = await sdk!.mcpReq.send({ method: 'ping' });
      return { answer, session: sdk!.sessionId !== undefined, method: sdk!.mcpReq.method };
    }),
  });
  await using server = await serve(mcpHandler(router, { legacy: 'sessions' }));
  await using client = await connect['2025-11-25'](server.mcp);
  const { structuredContent } = await client.callTool({ name: 'tell' });
  expect(structuredContent).toEqual({ answer: {}, session: true, method: 'tools/call' });
});

test.each(['was cancelled', 'has ended'])(
  'a procedure that tells of its progress after its call %s waits for nobody',
  async (how) => {
    const gone = deferred<void>();
    const told = deferred<string>();
    const tell = async () => {
      const call = getMcpCall()!;
      await gone.promise;
      const params = { progressToken: 1, progress: 1 };
      // One message is always allowed ahead.
      for (let count = 0; count < 2; count++)
        await call.sdk!.mcpReq.notify({ method: 'notifications/progress', params });
      told.resolve('told');
    };
    const router = t.router({
      late: tool.mutation(async ({ signal }) => {
        const telling = tell();
        if (how === 'has ended') return {};
        signal!.addEventListener('abort', () => gone.resolve());
        await telling;
        return {};
      }),
    });
    await using server = await serve(mcpHandler(router, { legacy: 'sessions' }));
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'a', version: '1' },
    };
    const opened = await post(server.mcp, { jsonrpc: '2.0', id: 0, method: 'initialize', params });
    const headers = { 'mcp-session-id': opened.headers.get('mcp-session-id')! };
    const calling = post(
      server.mcp,
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'late', arguments: {} } },
      headers,
    );
    if (how === 'was cancelled')
      await vi.waitFor(async () => {
        const cancelled = { method: 'notifications/cancelled', params: { requestId: 1 } };
        await post(server.mcp, { jsonrpc: '2.0', ...cancelled }, headers);
        await expect(Promise.race([calling, Promise.reject(new Error('not yet'))])).resolves.toBeDefined();
      }, 15_000);
    expect((await calling).status).toBe(how === 'has ended' ? 200 : 202);
    gone.resolve();
    expect(await told.promise).toBe('told');
  },
);

function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
