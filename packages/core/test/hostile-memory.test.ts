import { initTRPC } from '@trpc/server';
import http from 'node:http';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler as expressHandler } from '../src/adapters/express.ts';
import { type FetchMcpHandler, mcpHandler } from '../src/adapters/fetch.ts';
import { StdioListening } from '../src/adapters/stdio-listening.ts';
import { StdioTransport } from '../src/adapters/stdio-transport.ts';
import { type CallFailure, getMcpCall, type McpMeta } from '../src/index.ts';
import { type Answer, eras, headersOf, toAnswer, toMessage } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<object>().meta<McpMeta>().create({ isDev: false });
const tool = t.procedure.meta({ mcp: true });

/** What never settles fails here, and not at the end of the whole run. */
const patience = 20_000;
const mebibyte = 2 ** 20;

const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The bytes that are held, once what can go is gone. */
async function heldBytes(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    await sleep(20);
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}

const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** Posts a message as text, because some of them are too deep for JSON.stringify. */
function toRequest(body: string, headers: Record<string, string> = {}): Request {
  return new Request('http://localhost/mcp', { method: 'POST', headers: { ...json, ...headers }, body });
}

async function post(
  handler: FetchMcpHandler,
  body: string,
  headers?: Record<string, string>,
): Promise<Answer> {
  return toAnswer(await handler(toRequest(body, headers)));
}

const initialize = (more: object = {}) => {
  const clientInfo = { name: 'client', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo, ...more };
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
};

const note = t.procedure
  .meta({ mcp: { tool: false, resource: { uri: 'note://{id}' } } })
  .input(z.object({ id: z.string() }))
  .query(() => 'text');
const echo = tool.input(z.object({ text: z.string() })).query(() => 'fine');
const ping = tool.query(() => 'pong');

describe('a session', () => {
  test(
    'keeps no megabytes of what its client says of itself',
    async () => {
      const handler = mcpHandler(t.router({ ping }), { legacy: 'sessions' });
      closings.push(handler.close);
      const before = await heldBytes();
      for (let index = 0; index < 20; index++) {
        const experimental = { list: { names: Array.from({ length: 50_000 }, (_, at) => `${index}-${at}`) } };
        const { status, body } = await post(handler, initialize({ capabilities: { experimental } }));
        expect([status, (body as { error: { code: number } }).error.code]).toEqual([400, -32_602]);
      }
      expect((await heldBytes()) - before).toBeLessThan(10 * mebibyte);
      expect((await post(handler, initialize())).status).toBe(200);
    },
    patience,
  );

  test.each(['nothing', 'a resource'] as const)(
    'that listens to %s does not keep the bodies of its requests',
    async (what) => {
      const handler = expressHandler(t.router({ echo, note }), { legacy: 'sessions' });
      closings.push(handler.close);
      await using server = await serve(handler);
      const send = async (body: string, session = '') => {
        const headers = { ...json, ...(session && { 'mcp-session-id': session }) };
        const response = await fetch(server.mcp, { method: 'POST', headers, body });
        expect(response.status).toBe(200);
        await response.text();
        return response.headers.get('mcp-session-id') ?? '';
      };
      const before = await heldBytes();
      const subscribe = { jsonrpc: '2.0', id: 2, method: 'resources/subscribe', params: { uri: 'note://1' } };
      for (let index = 0; index < 20; index++) {
        const session = await send(initialize());
        if (what === 'a resource') await send(JSON.stringify(subscribe), session);
        const args = { text: `${index}`.repeat(mebibyte) };
        const call = {
          jsonrpc: '2.0',
          id: 3,
          method: 'tools/call',
          params: { name: 'echo', arguments: args },
        };
        await send(JSON.stringify(call), session);
      }
      expect((await heldBytes()) - before).toBeLessThan(10 * mebibyte);
    },
    patience,
  );
});

test(
  'changes do not pile up for a client of 2026 that listens and does not read',
  async () => {
    const handler = mcpHandler(t.router({ ping, note }));
    closings.push(handler.close);
    const uri = `note://${'1'.repeat(1000)}`;
    const params = { notifications: { toolsListChanged: true, resourceSubscriptions: [uri] } };
    const response = await handler(
      toRequest(
        JSON.stringify(toMessage('modern', 'subscriptions/listen', params)),
        headersOf('modern', 'subscriptions/listen'),
      ),
    );
    const before = await heldBytes();
    for (let index = 0; index < 20_000; index++) {
      handler.notify.resourceUpdated(uri);
      handler.notify.toolsChanged();
      if (index % 1000 === 0) await sleep(0);
    }
    expect((await heldBytes()) - before).toBeLessThan(10 * mebibyte);
    // It hears of both, after all.
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!/acknowledged.*(updated.*list_changed|list_changed.*updated)/s.test(text)) {
      const { value, done } = await reader.read();
      expect(done).toBe(false);
      text += value;
    }
    await reader.cancel();
  },
  patience,
);

test.each(eras)(
  'log messages wait for a client of the %s era that does not read',
  async (era) => {
    let sent = 0;
    const talks = tool.query(async ({ signal }) => {
      const { sdk } = getMcpCall()!;
      for (; sent < 500; sent++) {
        signal?.throwIfAborted();
        await sdk!.mcpReq.log('info', 'x'.repeat(100_000));
      }
      return 'done';
    });
    const handler = expressHandler(t.router({ talks }), {
      server: { name: 'app', version: '1', capabilities: { logging: {} } },
    });
    closings.push(handler.close);
    await using server = await serve(handler);
    const _meta = { 'io.modelcontextprotocol/logLevel': 'debug' };
    const params = { name: 'talks', _meta };
    const headers = { ...json, ...headersOf(era, 'tools/call', params) };
    const request = http.request(server.mcp, { method: 'POST', headers, agent: false });
    request.on('error', () => {});
    const response = new Promise<http.IncomingMessage>((resolve) => request.once('response', resolve));
    request.end(JSON.stringify(toMessage(era, 'tools/call', params)));
    (await response).pause();
    // Until nothing more goes into the buffers of the socket.
    for (let seen = -1; seen !== sent; await sleep(300)) seen = sent;
    expect(sent).toBeLessThan(400);
    request.destroy();
  },
  patience,
);

test('a progress token of a megabyte is refused, because each progress message repeats it', async () => {
  const counts = tool.query(async function* () {
    for (let count = 0; count < 3; count++) yield count;
  });
  const handler = mcpHandler(t.router({ counts }));
  for (const era of eras) {
    const params = { name: 'counts', _meta: { progressToken: 'p'.repeat(mebibyte) } };
    const { body } = await post(
      handler,
      JSON.stringify(toMessage(era, 'tools/call', params)),
      headersOf(era, 'tools/call', params),
    );
    expect(JSON.stringify(body)).toMatch(
      /-32602.*params\._meta\.progressToken: has more than 1000 characters/,
    );
  }
});

test('a batch that is too long is refused before the app is asked about its messages', async () => {
  let asked = 0;
  const handler = mcpHandler(t.router({ ping }), {
    createContext: () => ({}),
    auth: {
      authenticate: () => ({ token: '', clientId: 'client', scopes: [] }),
      authorize: () => ++asked > 0,
    },
  });
  const { status, body } = await post(handler, `[${Array.from({ length: 50_000 }, () => '0').join(',')}]`);
  expect([status, (body as { error: { message: string } }).error.message]).toEqual([
    400,
    'Invalid Request: Batch must not exceed 100 messages',
  ]);
  expect(asked).toBe(0);
});

describe('after close()', () => {
  test.each([
    { legacy: 'stateless', fastLane: true },
    { legacy: 'stateless', fastLane: false },
    { legacy: 'sessions', fastLane: true },
  ] as const)('nothing begins that was being admitted (%o)', async (options) => {
    let ran = 0;
    let admit: () => void = () => undefined;
    const admitted = new Promise<void>((resolve) => (admit = resolve));
    const handler = mcpHandler(t.router({ it: tool.mutation(() => `${++ran}`) }), {
      ...options,
      createContext: () => ({}),
      auth: {
        authenticate: async () => {
          await admitted;
          return { token: '', clientId: 'client', scopes: [] };
        },
      },
    });
    const params = { name: 'it' };
    const answers = [
      ...eras.map((era) =>
        post(
          handler,
          JSON.stringify(toMessage(era, 'tools/call', params)),
          headersOf(era, 'tools/call', params),
        ),
      ),
      post(handler, initialize()),
    ];
    await sleep(20);
    await handler.close();
    admit();
    for (const { status, headers } of await Promise.all(answers)) {
      expect([status, headers.get('mcp-session-id')]).toEqual([503, null]);
    }
    expect(ran).toBe(0);
  });

  test('no session is opened for a caller who was being looked for', async () => {
    let find: () => void = () => undefined;
    const found = new Promise<string>((resolve) => (find = () => resolve('ann')));
    const handler = mcpHandler(t.router({ ping }), {
      legacy: 'sessions',
      createContext: () => ({}),
      callerId: () => found,
    });
    const answer = post(handler, initialize());
    await sleep(20);
    await handler.close();
    find();
    const { status, headers } = await answer;
    expect([status, headers.get('mcp-session-id')]).toEqual([503, null]);
  });
});

describe('what is nested too deeply, outside of arguments', () => {
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const modern = `"io.modelcontextprotocol/protocolVersion":"2026-07-28"`;
  const capabilities = `"io.modelcontextprotocol/clientCapabilities":{"experimental":{"x":{"y":${deep}}}}`;
  const messages: Record<string, string> = {
    'capabilities of a request': `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping","_meta":{${modern},${capabilities}}}}`,
    'capabilities of initialize': `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"experimental":{"x":{"y":${deep}}}},"clientInfo":{"name":"a","version":"1"}}}`,
  };

  test.each(Object.entries(messages))('%s: is a fault of the client', async (name, message) => {
    const failures: CallFailure[] = [];
    const unheard: unknown[] = [];
    const onUnheard = (reason: unknown) => void unheard.push(reason);
    process.on('unhandledRejection', onUnheard);
    closings.push(() => process.off('unhandledRejection', onUnheard));
    const isModern = name === 'capabilities of a request';
    for (const fastLane of [true, false]) {
      const handler = mcpHandler(t.router({ ping }), {
        fastLane,
        onError: (failure) => failures.push(failure),
      });
      const headers = isModern ? headersOf('modern', 'tools/call', { name: 'ping' }) : {};
      expect((await post(handler, message, headers)).status).toBe(400);
    }
    await sleep(0);
    expect(failures).toEqual([]);
    // Node ends a process at the first one.
    expect(unheard).toEqual([]);
  });

  test.each(['stateless', 'sessions'] as const)(
    'a response in a batch: the requests beside it are answered (%s)',
    async (legacy) => {
      const failures: CallFailure[] = [];
      const handler = mcpHandler(t.router({ ping }), {
        legacy,
        onError: (failure) => failures.push(failure),
      });
      closings.push(handler.close);
      const opened = legacy === 'sessions' ? await post(handler, initialize()) : undefined;
      const session = opened?.headers.get('mcp-session-id');
      const call = JSON.stringify(toMessage('legacy', 'tools/call', { name: 'ping' }));
      const batch = `[{"jsonrpc":"2.0","id":7,"result":${deep}},${call}]`;
      const { status, body } = await post(handler, batch, session ? { 'mcp-session-id': session } : {});
      expect([status, JSON.stringify(body)]).toEqual([200, expect.stringContaining('pong')]);
      expect(failures).toEqual([]);
    },
  );
});

test('over stdio, a message that is nested too deeply is refused, and the next one is read', async () => {
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const params = `{"protocolVersion":"2025-11-25","capabilities":{"experimental":{"x":{"y":${deep}}}},"clientInfo":{"name":"a","version":"1"}}`;
  const input = new PassThrough();
  const written: string[] = [];
  const transport = new StdioTransport({
    input,
    write: async (text) => void written.push(text),
    maxBytes: 4 * mebibyte,
    opened: Promise.resolve(() => undefined),
    listening: new StdioListening(() => Promise.reject(new Error('nobody listens here'))),
    onEnd() {},
  });
  // As the SDK does with a response that it does not expect.
  Object.assign(transport, { onmessage: JSON.stringify });
  await transport.start();
  input.write(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":${params}}\n`);
  input.write(`{"jsonrpc":"2.0","id":2,"result":${deep}}\n`);
  input.write('no JSON\n');
  while (written.length < 3) await sleep(10);
  expect(written.map((text) => (JSON.parse(text) as { error: { code: number } }).error.code)).toEqual([
    -32_602, -32_600, -32_700,
  ]);
});
