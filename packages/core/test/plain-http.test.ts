import { initTRPC } from '@trpc/server';
import express from 'express';
import fastify from 'fastify';
import net from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { mcpHandler as fastifyHandler } from '../src/adapters/fastify.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../src/adapters/node.ts';
import { type CallFailure, getMcpCall, type HandlerOptions, type McpMeta } from '../src/index.ts';
import { type Answer, call, eras, headersOf, post, request, toAnswer, toMessage } from './messages.ts';
import { listen, serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const router = t.router({
  ping: tool.query(() => ({ pong: true })),
  count: tool.mutation(async () => {
    getMcpCall()!.progress({ progress: 1, total: 2, message: 'half way' });
    return { counted: true };
  }),
  ask: tool.mutation(() => getMcpCall()!.ask({ message: 'How many?', schema: z.object({ n: z.number() }) })),
  close: t.procedure.meta({ mcp: { confirm: true } }).mutation(() => ({ closed: true })),
  greet: t.procedure
    .meta({ mcp: { prompt: true } })
    .input(z.object({ tone: z.enum(['warm', 'cold']) }))
    .query(() => 'hello'),
  page: t.procedure.meta({ mcp: { resource: { uri: 'x://page' } } }).query(() => 'text'),
});

const initialize = {
  jsonrpc: '2.0',
  id: 'first',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
};
const version = { 'mcp-protocol-version': '2025-11-25' };

const modes = ['stateless', 'sessions'] as const;

/** What a request has to be called malformed in: words, not a dump of what a validator found. */
const inWords = expect.not.stringMatching(/[[{\n]|"code"|invalid_type/);

describe.each(eras)('malformed params in the %s era', (era) => {
  test.each([
    ['tools/call', { name: 1 }],
    ['tools/call', {}],
    ['tools/call', { name: 'ping', arguments: 'x' }],
    ['tools/call', { name: 'ping', arguments: [] }],
    ['tools/list', { cursor: 1 }],
    ['prompts/list', { cursor: {} }],
    ['prompts/get', { name: ['greet'] }],
    ['prompts/get', {}],
    ['prompts/get', { name: 'greet', arguments: 'x' }],
    ['resources/list', { cursor: 1 }],
    ['resources/templates/list', { cursor: true }],
    ['resources/read', { uri: 1 }],
    ['resources/read', {}],
    ['completion/complete', {}],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'tone' } }],
    ['completion/complete', { ref: 'greet', argument: { name: 'tone', value: 'w' } }],
  ])('are -32602 in words, under the id: %s %j', async (method, params) => {
    await using server = await serve(mcpHandler(router));
    const message = { ...toMessage(era, method, params), id: 'mine' };
    const { body } = await post(server.mcp, message, headersOf(era, method, params));
    expect(body).toMatchObject({ id: 'mine', error: { code: -32_602, message: inWords } });
  });
});

describe.each(modes)('malformed params of clients of 2025, served as %s', (legacy) => {
  test.each([
    ['initialize', {}],
    ['initialize', { protocolVersion: 1, capabilities: {}, clientInfo: { name: 'a', version: '1' } }],
    ['initialize', { protocolVersion: '2025-11-25', capabilities: [], clientInfo: { name: 'a' } }],
    ['tools/call', []],
    ['tools/call', 'x'],
    ['tools/call', null],
    ['tools/list', 'x'],
    ['ping', 'x'],
    ['resources/subscribe', { uri: 1 }],
    ['logging/setLevel', { level: 'loud' }],
  ])('are -32602 in words, under the id: %s %j', async (method, params) => {
    const info = { server: { name: 'a', version: '1', capabilities: { logging: {} } } };
    await using server = await serve(mcpHandler(router, { legacy, ...info }));
    const { body } = await post(server.mcp, { jsonrpc: '2.0', id: 'mine', method, params }, version);
    expect(body).toMatchObject({ id: 'mine', error: { code: -32_602, message: inWords } });
  });
});

describe('a session id that is stale', () => {
  test.each([
    ['of a session that has ended', true],
    ['that never was one', false],
  ])('opens a new session with initialize: %s', async (_, wasOne) => {
    await using server = await serve(
      mcpHandler(router, { legacy: 'sessions', callerId: () => 'ada' } as never),
    );
    let stale: string = crypto.randomUUID();
    if (wasOne) {
      stale = (await post(server.mcp, initialize)).headers.get('mcp-session-id')!;
      await fetch(server.mcp, { method: 'DELETE', headers: { ...version, 'mcp-session-id': stale } });
    }
    const { status, headers, body } = await post(server.mcp, initialize, { 'mcp-session-id': stale });
    expect([status, body]).toMatchObject([200, { id: 'first', result: { protocolVersion: '2025-11-25' } }]);
    const fresh = headers.get('mcp-session-id')!;
    expect(fresh).toMatch(/^[\da-f-]{36}$/);
    expect(fresh).not.toBe(stale);
    const session = { 'mcp-session-id': fresh };
    expect((await call(server.mcp, 'legacy', 'ping', {}, session)).status).toBe(200);
  });

  test('is 404 with everything else, under the id of the request', async () => {
    await using server = await serve(mcpHandler(router, { legacy: 'sessions' }));
    const stale = { ...version, 'mcp-session-id': crypto.randomUUID() };
    const message = { jsonrpc: '2.0', id: 'mine', method: 'tools/list' };
    expect(await post(server.mcp, message, stale)).toMatchObject({ status: 404, body: { id: 'mine' } });
  });
});

describe('an error carries the id where it is known', () => {
  const guarded: HandlerOptions = {
    auth: { authenticate: () => undefined, required: true },
    onError: () => {},
  };
  test.each([
    ['where the gate refuses', guarded, { jsonrpc: '2.0', id: 'mine', method: 'tools/list' }, version],
    ['for an unknown method', {}, { jsonrpc: '2.0', id: 'mine', method: 'nope/nope' }, version],
    ['for another version of JSON-RPC', {}, { jsonrpc: '1.0', id: 'mine', method: 'ping' }, version],
    ['without a version of JSON-RPC', {}, { id: 'mine', method: 'ping' }, version],
    ['without a method', {}, { jsonrpc: '2.0', id: 'mine' }, version],
    ['where the method is no text', {}, { jsonrpc: '2.0', id: 'mine', method: 1 }, version],
    [
      'for a revision that is not served',
      {},
      { jsonrpc: '2.0', id: 'mine', method: 'ping' },
      { 'mcp-protocol-version': '1999-01-01' },
    ],
    [
      'where the header names another method',
      {},
      { ...toMessage('modern', 'tools/list', {}), id: 'mine' },
      { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' },
    ],
    [
      'where the header names another tool',
      {},
      { ...toMessage('modern', 'tools/call', { name: 'ping' }), id: 'mine' },
      { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'count' },
    ],
    [
      'where clients of before 2026 are not served',
      { legacy: 'reject' },
      { jsonrpc: '2.0', id: 'mine', method: 'tools/list' },
      version,
    ],
  ] as [string, HandlerOptions, object, Record<string, string>][])(
    '%s',
    async (_, options, message, headers) => {
      await using server = await serve(mcpHandler(router, options));
      expect((await post(server.mcp, message, headers)).body).toMatchObject({ id: 'mine', error: {} });
    },
  );
});

/** What people and their scripts send: fetch cannot leave `Accept` out, so that this goes by the bare socket. */
function postPlain(
  { mcp, port }: { mcp: string; port: number },
  message: object,
  headers: Record<string, string>,
): Promise<Answer> {
  const body = JSON.stringify(message);
  const head = {
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...headers,
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  return sendRaw(port, `POST ${new URL(mcp).pathname} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** Sends exactly these characters. */
function sendRaw(port: number, text: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (received += chunk));
    socket.once('error', reject);
    socket.once('close', () => {
      const [head = '', ...rest] = received.split('\r\n\r\n');
      const [statusLine = '', ...lines] = head.split('\r\n');
      const headers = new Headers(
        lines.map((line) => line.split(/: ?(.*)/s).slice(0, 2) as [string, string]),
      );
      const chunked = headers.get('transfer-encoding') === 'chunked';
      const payload = rest.join('\r\n\r\n');
      const plain = chunked
        ? payload.replace(/(^|\r\n)[\da-f]+\r\n/gi, '').replace(/\r\n\r\n$/, '')
        : payload;
      let body: unknown = plain;
      try {
        body = JSON.parse(plain);
      } catch {
        // Not everything is JSON.
      }
      resolve({ status: Number(statusLine.split(' ')[1]), headers, body });
    });
  });
}

const accepts: [string, Record<string, string>][] = [
  ['anything', { accept: '*/*' }],
  ['nothing in particular', {}],
  ['JSON alone', { accept: 'application/json' }],
  ['JSON of any kind', { accept: 'application/*' }],
  ['JSON, with a weight', { accept: 'application/json;q=0.9, */*;q=0.1' }],
  ['what a browser does', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }],
];

describe.each(modes)('a bare POST, where clients of 2025 are served as %s', (legacy) => {
  const start = (options: HandlerOptions = {}) =>
    serve(mcpHandler(router, { legacy, onError: () => {}, ...options }));
  const callOf = (name: string, params: object = {}) => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name, ...params },
  });

  test.each(accepts)(
    'that accepts %s is answered by one JSON body, without initialize',
    async (_, headers) => {
      await using server = await start();
      const called = await postPlain(server, callOf('ping'), headers);
      expect([called.status, called.headers.get('content-type')]).toEqual([200, 'application/json']);
      expect(called.body).toMatchObject({ id: 1, result: { structuredContent: { pong: true } } });
      expect(called.headers.get('mcp-session-id')).toBeNull();
      for (const method of ['tools/list', 'prompts/list', 'resources/list', 'ping']) {
        const { status, body } = await postPlain(server, { jsonrpc: '2.0', id: 2, method }, headers);
        expect([method, status, body]).toMatchObject([method, 200, { id: 2, result: {} }]);
      }
    },
  );

  test.each(accepts)('that accepts %s initialises as well', async (_, headers) => {
    await using server = await start();
    const { status, body } = await postPlain(server, initialize, headers);
    expect([status, body]).toMatchObject([200, { result: { protocolVersion: '2025-11-25' } }]);
  });

  test.each([{}, { accept: 'application/json' }])(
    'that accepts no event stream gets no progress, even where it asks for it: %j',
    async (headers) => {
      await using server = await start();
      const message = callOf('count', { _meta: { progressToken: 'p' } });
      const { status, headers: got, body } = await postPlain(server, message, headers);
      expect([status, got.get('content-type')]).toEqual([200, 'application/json']);
      expect(body).toMatchObject({ id: 1, result: { structuredContent: { counted: true } } });
    },
  );

  test.each(['ask', 'close'])('that accepts no event stream cannot be asked by the tool %j', async (name) => {
    await using server = await start();
    const { headers, body } = await postPlain(server, callOf(name), { accept: 'application/json' });
    expect(headers.get('content-type')).toBe('application/json');
    expect(body).toMatchObject({ id: 1, result: { isError: true } });
    const stateless = await serve(mcpHandler(router));
    await using _ = stateless;
    expect(body).toEqual((await call(stateless.mcp, 'legacy', name)).body);
  });

  test('with a token is all that a call takes', async () => {
    const auth: HandlerOptions['auth'] = {
      authenticate(incoming) {
        const token = incoming.headers.get('authorization')?.replace('Bearer ', '');
        return token === 'secret' ? { token, clientId: 'ada', scopes: [] } : undefined;
      },
      required: true,
    };
    await using server = await start({ auth });
    const token = { accept: '*/*', authorization: 'Bearer secret' };
    const { status, body } = await postPlain(server, callOf('ping'), token);
    expect([status, body]).toMatchObject([200, { result: { structuredContent: { pong: true } } }]);
    const refused = await postPlain(server, callOf('ping'), { accept: '*/*' });
    expect([refused.status, refused.body]).toMatchObject([401, { id: 1, result: { isError: true } }]);
  });

  test('is answered on every host', async () => {
    const message = callOf('ping');
    const handler = fetchHandler(router, { legacy });
    const response = await handler(
      new Request('http://127.0.0.1/mcp', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: '*/*' },
        body: JSON.stringify(message),
      }),
    );
    expect(await toAnswer(response)).toMatchObject({
      status: 200,
      body: { result: { structuredContent: {} } },
    });
    const onNode = nodeHandler(router, { legacy });
    await using server = await listen((req, res) => void onNode(req, res));
    expect(await postPlain(server, message, { accept: '*/*' })).toMatchObject({
      status: 200,
      body: { result: {} },
    });
    const app = fastify();
    await app.register(fastifyHandler(router, { legacy }), { prefix: '/mcp' });
    const answer = await app.inject({
      method: 'POST',
      url: '/mcp',
      headers: { accept: '*/*' },
      payload: message,
    });
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { result: {} }]);
    await app.close();
  });
});

describe('a body that the endpoint did not get', () => {
  const message = JSON.stringify(toMessage('modern', 'tools/call', { name: 'ping' }));
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...headersOf('modern', 'tools/call', { name: 'ping' }),
  };
  const send = (url: string) => fetch(url, { method: 'POST', headers, body: message }).then(toAnswer);

  const expectOurs = ({ status, body }: Answer, failures: CallFailure[]) => {
    expect(status).toBe(500);
    // Fastify adds a charset to the type, and then the body is not parsed.
    const parsed: unknown = typeof body === 'string' ? JSON.parse(body) : body;
    const { message: text } = (parsed as { error: { message: string } }).error;
    expect(text).toMatch(/reference [\da-f-]{36}/);
    expect(failures).toHaveLength(1);
    expect(text).toContain(failures[0]!.reference);
    expect(failures[0]!.error.message).toMatch(/body/);
    expect(failures[0]!.error.message).toMatch(/mount|before|parser|read|consumed/);
  };

  test.each([
    ['an empty object, as Express 4 does', {}],
    ['nothing', undefined],
    ['null', null],
  ])('is read where a parser for another type left it, and set %s', async (_, body) => {
    const failures: CallFailure[] = [];
    const handler = mcpHandler(router, { onError: (failure) => failures.push(failure) });
    await using server = await serve(handler, (req, __, next) => {
      req.body = body;
      next();
    });
    expect(await send(server.mcp)).toMatchObject({
      status: 200,
      body: { result: { structuredContent: { pong: true } } },
    });
    expect(failures).toEqual([]);
  });

  test('is the app’s fault where somebody has consumed it on Express', async () => {
    const failures: CallFailure[] = [];
    const handler = mcpHandler(router, { onError: (failure) => failures.push(failure) });
    await using server = await serve(handler, (req, _, next) => {
      req.resume();
      req.once('end', () => next());
    });
    expectOurs(await send(server.mcp), failures);
  });

  test('is the app’s fault where somebody has consumed it on Node', async () => {
    const failures: CallFailure[] = [];
    const handler = nodeHandler(router, { onError: (failure) => failures.push(failure) });
    await using server = await listen((req, res) => {
      req.resume();
      req.once('end', () => void handler(req, res));
    });
    expectOurs(await send(server.url), failures);
  });

  test.each([
    ['read', (incoming: Request) => incoming.text()],
    ['being read', (incoming: Request) => incoming.body!.getReader()],
  ])('is the app’s fault where it was %s on fetch hosts', async (_, consume) => {
    const failures: CallFailure[] = [];
    const handler = fetchHandler(router, { onError: (failure) => failures.push(failure) });
    const incoming = new Request('http://127.0.0.1/mcp', { method: 'POST', headers, body: message });
    await consume(incoming);
    expectOurs(await toAnswer(await handler(incoming)), failures);
  });

  test('is the app’s fault where somebody has consumed it on Fastify', async () => {
    const failures: CallFailure[] = [];
    const app = fastify();
    app.addHook('preParsing', async (incoming) => {
      incoming.raw.resume();
      await new Promise((resolve) => incoming.raw.once('end', resolve));
    });
    await app.register(fastifyHandler(router, { onError: (failure) => failures.push(failure) }), {
      prefix: '/mcp',
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const address = app.server.address() as net.AddressInfo;
    try {
      expectOurs(await send(`http://127.0.0.1:${address.port}/mcp`), failures);
    } finally {
      await app.close();
    }
  });

  test.each([
    ['none', '', []],
    ['an empty object, which a parser has read', '{}', [express.json()]],
  ])('is the client’s fault where the client sent %s', async (_, body, parsers) => {
    const onError = vi.fn<(failure: CallFailure) => void>();
    await using server = await serve(mcpHandler(router, { onError }), ...parsers);
    const { status } = await toAnswer(await fetch(server.mcp, { method: 'POST', headers, body }));
    expect(status).toBe(400);
    expect(onError).not.toHaveBeenCalled();
  });
});

describe('a Host that no client sends', () => {
  const message = JSON.stringify(toMessage('modern', 'tools/call', { name: 'ping' }));
  const fixed = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'content-length': String(message.length),
    connection: 'close',
    ...headersOf('modern', 'tools/call', { name: 'ping' }),
  };
  const lines = Object.entries(fixed).map(([name, value]) => `${name}: ${value}\r\n`);

  const hosts: [string, (port: number) => string[]][] = [
    ['twice', (port) => [`127.0.0.1:${port}`, 'evil.example']],
    ['twice the same', (port) => [`127.0.0.1:${port}`, `127.0.0.1:${port}`]],
    ['with a user', (port) => [`ada@127.0.0.1:${port}`]],
    ['with a user and a password', (port) => [`ada:secret@127.0.0.1:${port}`]],
    ['with a user, and encoded', (port) => [`a%40b@127.0.0.1:${port}`]],
  ];
  const options: [string, HandlerOptions][] = [
    ['by default', {}],
    ['where any host is allowed', { allowedHosts: true }],
    ['with auth, which sees a web request', { allowedHosts: true, auth: { authenticate: () => undefined } }],
  ];

  describe.each(options)('%s', (_, more) => {
    test.each(hosts)('is refused with 400 and no log entry: %s', async (__, toHosts) => {
      const onError = vi.fn<(failure: CallFailure) => void>();
      const handler = nodeHandler(router, { onError, ...more });
      await using server = await listen((req, res) => void handler(req, res));
      const head = toHosts(server.port).map((host) => `host: ${host}\r\n`);
      const text = `POST / HTTP/1.1\r\n${[...head, ...lines].join('')}\r\n${message}`;
      const { status } = await sendRaw(server.port, text);
      expect([status, onError.mock.calls]).toEqual([400, []]);
    });

    test.each(hosts)('is refused on Express as well: %s', async (__, toHosts) => {
      const onError = vi.fn<(failure: CallFailure) => void>();
      await using server = await serve(mcpHandler(router, { onError, ...more }));
      const head = toHosts(server.port).map((host) => `host: ${host}\r\n`);
      const text = `POST /mcp HTTP/1.1\r\n${[...head, ...lines].join('')}\r\n${message}`;
      const { status } = await sendRaw(server.port, text);
      expect([status, onError.mock.calls]).toEqual([400, []]);
    });
  });
});

test('a router whose context is empty takes nothing but itself', async () => {
  await using server = await serve(mcpHandler(router));
  expect(await request(server.mcp, 'modern', 'tools/call', { name: 'ping' })).toMatchObject({ status: 200 });
});
