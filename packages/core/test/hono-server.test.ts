import { serve } from '@hono/node-server';
import { initTRPC } from '@trpc/server';
import type http from 'node:http';
import { connect as connectSocket } from 'node:net';
import { expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/fetch.ts';
import type { CallFailure, McpMeta } from '../src/index.ts';
import { connect } from './clients.ts';
import { call } from './messages.ts';

// Hono's server for Node makes the parts of a request when they are asked for, and the handler asks for few of them.

const t = initTRPC.meta<McpMeta>().context<{ resHeaders?: Headers }>().create();
const tool = t.procedure.meta({ mcp: true });

test('a client that hangs up aborts a call that has begun, and one whose context is being made', async () => {
  const started = [deferred<void>(), deferred<void>()];
  const ended = [deferred<unknown>(), deferred<unknown>()];
  const left = deferred<void>();
  const untilAborted = (signal: AbortSignal) =>
    new Promise((resolve) => {
      if (signal.aborted) resolve(undefined);
      signal.addEventListener('abort', resolve, { once: true });
    });
  const router = t.router({
    begun: tool.mutation(async ({ signal }) => {
      started[0]!.resolve();
      await untilAborted(signal!);
      ended[0]!.resolve(signal!.aborted);
    }),
    begins: tool.mutation(async ({ signal }) => {
      await untilAborted(signal!);
      ended[1]!.resolve(signal!.aborted);
    }),
  });
  const handler = mcpHandler(router, {
    async createContext({ info }) {
      if (info.calls[0]!.path !== 'begins') return {};
      started[1]!.resolve();
      await left.promise;
      return {};
    },
  });
  await using server = await listen(handler);
  await using client = await connect['2026-07-28'](server.url);
  for (const [index, name] of ['begun', 'begins'].entries()) {
    const hangUp = new AbortController();
    const calling = client.callTool({ name }, { signal: hangUp.signal });
    await started[index]!.promise;
    hangUp.abort(new Error('never mind'));
    await expect(calling).rejects.toThrow('never mind');
    if (name === 'begins') left.resolve();
    expect(await ended[index]!.promise).toBe(true);
  }
});

test('closing the handler aborts a call under way', async () => {
  const started = deferred<void>();
  const ended = deferred<unknown>();
  const router = t.router({
    work: tool.mutation(async ({ signal }) => {
      started.resolve();
      await new Promise((resolve) => signal!.addEventListener('abort', resolve, { once: true }));
      ended.resolve(signal!.aborted);
    }),
  });
  const handler = mcpHandler(router);
  await using server = await listen(handler);
  const calling = call(server.url, 'modern', 'work');
  await started.promise;
  await handler.close();
  expect(await ended.promise).toBe(true);
  await calling;
});

test('headers that the context and the procedure set come with the answer, and Vary is joined', async () => {
  const router = t.router({
    quiet: tool.query(() => ({})),
    loud: tool.query(({ ctx }) => {
      ctx.resHeaders!.append('set-cookie', 'late=1');
      return {};
    }),
  });
  const handler = mcpHandler(router, {
    cors: true,
    createContext({ resHeaders, info }) {
      if (info.calls[0]!.path === 'quiet') return {};
      resHeaders.append('set-cookie', 'early=1');
      resHeaders.set('vary', 'Cookie');
      return { resHeaders };
    },
  });
  await using server = await listen(handler);
  const quiet = await call(server.url, 'modern', 'quiet');
  const loud = await call(server.url, 'modern', 'loud');
  for (const { status, headers } of [quiet, loud])
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
  expect(quiet.headers.getSetCookie()).toEqual([]);
  expect(loud.headers.getSetCookie()).toEqual(['early=1', 'late=1']);
  expect(loud.headers.get('vary')).toBe(`Cookie, ${quiet.headers.get('vary')}`);
});

test('a client that leaves in the middle of its body is not reported', async () => {
  const failures: CallFailure[] = [];
  const answered = deferred<void>();
  const reached = deferred<void>();
  const router = t.router({ ping: tool.query(() => ({})) });
  const handler = mcpHandler(router, { onError: (failure) => failures.push(failure) });
  await using server = await listen(async (request) => {
    reached.resolve();
    const response = await handler(request);
    answered.resolve();
    return response;
  });
  const socket = connectSocket(server.port, '127.0.0.1');
  socket.write(
    'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"jsonrpc"',
  );
  await reached.promise;
  socket.destroy();
  await answered.promise;
  expect(failures).toEqual([]);
});

test('a body that the app has read before is told, and what is told names the remedy', async () => {
  const failures: CallFailure[] = [];
  const router = t.router({ ping: tool.query(() => ({})) });
  const handler = mcpHandler(router, { onError: (failure) => failures.push(failure) });
  await using server = await listen(async (request) => {
    if (request.headers.has('x-read')) await request.text();
    if (!request.headers.has('x-clone')) return handler(request);
    const copy = request.clone();
    await request.text();
    return handler(copy);
  });
  expect((await call(server.url, 'modern', 'ping', {}, { 'x-clone': '1' })).status).toBe(200);
  expect((await call(server.url, 'modern', 'ping', {}, { 'x-read': '1' })).status).toBe(500);
  expect(failures.map(({ error }) => error.message)).toEqual([
    'the body of the request was consumed before the MCP handler got it; pass it request.clone() before you read it',
  ]);
});

interface HonoServer extends AsyncDisposable {
  url: string;
  port: number;
}

async function listen(fetch: (request: Request) => Promise<Response>): Promise<HonoServer> {
  const { server, port } = await new Promise<{ server: http.Server; port: number }>((resolve) => {
    const made = serve({ fetch, hostname: '127.0.0.1', port: 0 }, (info) =>
      resolve({ server: made as http.Server, port: info.port }),
    );
  });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function deferred<TValue>(): { promise: Promise<TValue>; resolve: (value: TValue) => void } {
  let resolve!: (value: TValue) => void;
  const promise = new Promise<TValue>((take) => (resolve = take));
  return { promise, resolve };
}
