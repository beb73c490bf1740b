import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, test } from 'vitest';
import { eras, rpcError, toMessage } from '../messages.ts';
import { compileServer, type ServerProcess, startServer } from './process.ts';

const command = await compileServer(new URL('server.ts', import.meta.url));
const start = (env?: Record<string, string>) => startServer(command, env);

describe('standard output', () => {
  test.each(eras)('carries nothing but the protocol in the %s era', async (era) => {
    await using server = await opened(era);
    server.send(toMessage(era, 'tools/call', { name: 'log' }));
    expect(await server.next()).toMatchObject({ id: 1, result: { structuredContent: { logged: true } } });
    await server.seen('from console.info');
    const printed = ['from console.log', 'console.table', 'from process.stdout', 'from bytes'];
    expect(printed.filter((text) => !server.stderr().includes(text))).toEqual([]);
    server.end();
    await expect(server.next()).rejects.toThrow('nothing more to say');
  });
});

test('the app can end serving by itself, and has standard output to itself again', async () => {
  await using server = await opened('legacy');
  server.send(toMessage('legacy', 'tools/call', { name: 'slow', arguments: { ms: 400 } }));
  server.send('?\n');
  await server.next();
  server.kill('SIGUSR2');
  expect(await server.next()).toMatchObject({ id: 1, result: { structuredContent: { slept: 400 } } });
  expect(await server.next()).toBe('closed');
  expect(await server.exit).toEqual({ code: 0, signal: null });
});

test('standard output is served once', async () => {
  await using server = start({ TWICE: 'yes' });
  await server.seen('standard output already serves MCP; call serveStdio only once in a process');
});

describe('a client of', () => {
  const info = { name: 'test-client', version: '1.2.3' };
  const modern = async (mode: 'auto' | { pin: string }, env: Record<string, string>) => {
    const client = new ModernClient(info, { versionNegotiation: { mode } });
    await client.connect(new ModernTransport({ ...command, env, stderr: 'ignore' }));
    return client;
  };
  const clients = {
    '2026-07-28': (env: Record<string, string> = {}) => modern({ pin: '2026-07-28' }, env),
    auto: (env: Record<string, string> = {}) => modern('auto', env),
    async '2025-11-25'(env: Record<string, string> = {}) {
      const client = new LegacyClient(info);
      await client.connect(new LegacyTransport({ ...command, env, stderr: 'ignore' }));
      return client as Pick<LegacyClient, 'listTools' | 'callTool' | 'getInstructions' | 'close'>;
    },
  };
  const kinds = Object.keys(clients) as (keyof typeof clients)[];

  test.each(kinds)('kind %s lists and calls, what lazy routers bring included', async (kind) => {
    const client = await clients[kind]({ TOKEN: 'writer' });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'context',
      'deaf',
      'late_ping',
      'log',
      'patient',
      'slow',
      'touch',
      'write',
    ]);
    const { structuredContent } = await client.callTool({ name: 'late_ping' });
    expect(structuredContent).toEqual({ pong: true });
    const context = await client.callTool({ name: 'context' });
    expect(context.structuredContent).toEqual({ url: null, keys: 'context context writer' });
    await client.close();
  });

  test.each(kinds)('kind %s gets instructions for its caller, and none where it is refused', async (kind) => {
    const [writer, nobody] = await Promise.all([
      clients[kind]({ TOKEN: 'writer' }),
      clients[kind]({ AUTH: 'required' }),
    ]);
    expect(writer.getInstructions()).toMatch(/^The URL is none, the context .*writer\.$/);
    expect(nobody.getInstructions()).toBeUndefined();
    await Promise.all([writer.close(), nobody.close()]);
  });

  test.each(kinds)('kind %s has the scopes that the environment gives it', async (kind) => {
    const [writer, reader] = await Promise.all([
      clients[kind]({ TOKEN: 'writer' }),
      clients[kind]({ TOKEN: 'reader' }),
    ]);
    expect((await writer.callTool({ name: 'write' })).structuredContent).toEqual({ written: true });
    expect(await reader.callTool({ name: 'write' })).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'FORBIDDEN: this tool needs the scope customers:write' }],
    });
    await Promise.all([writer.close(), reader.close()]);
  });

  test.each(kinds)('kind %s is told why it is not let in', async (kind) => {
    const [nobody, late] = await Promise.all([
      clients[kind]({ AUTH: 'required' }),
      clients[kind]({ TOKEN: 'expired' }),
    ]);
    await expect(nobody.listTools()).rejects.toThrow('UNAUTHORIZED: this endpoint needs a credential');
    await expect(late.listTools()).rejects.toThrow('UNAUTHORIZED: the token has expired');
    expect(await late.callTool({ name: 'log' })).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'UNAUTHORIZED: the token has expired' }],
    });
    await Promise.all([nobody.close(), late.close()]);
  });
});

test.each(eras)('a call that the client cancels is aborted in the %s era', async (era) => {
  await using server = await opened(era);
  server.send({ ...toMessage(era, 'tools/call', { name: 'patient' }), id: 'call-7' });
  await server.seen('patient started');
  server.send(notification('notifications/cancelled', { requestId: 'call-7' }));
  await server.seen('patient aborted');
  server.send(toMessage(era, 'tools/call', { name: 'late_ping' }));
  expect(await server.next()).toMatchObject({ id: 1, result: { structuredContent: { pong: true } } });
});

describe('a change', () => {
  test('is told to a client of 2025, and that of a resource if it has subscribed', async () => {
    await using server = await opened('legacy');
    server.send(toMessage('legacy', 'resources/subscribe', { uri: 'guide://start' }));
    expect(await server.next()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    server.send(toMessage('legacy', 'tools/call', { name: 'touch' }));
    expect([await server.next(), await server.next()]).toEqual([
      notification('notifications/tools/list_changed'),
      notification('notifications/resources/updated', { uri: 'guide://start' }),
    ]);
    expect(await server.next()).toMatchObject({ id: 1, result: { structuredContent: {} } });
  });

  test('is told to a client of 2026 that listens for it', async () => {
    await using server = await opened('modern');
    const notifications = { toolsListChanged: true, resourceSubscriptions: ['guide://start'] };
    server.send({ ...toMessage('modern', 'subscriptions/listen', { notifications }), id: 'sub' });
    expect(await server.next()).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
    server.send(toMessage('modern', 'tools/call', { name: 'touch' }));
    const _meta = { 'io.modelcontextprotocol/subscriptionId': 'sub' };
    expect([await server.next(), await server.next()]).toMatchObject([
      notification('notifications/tools/list_changed', { _meta }),
      notification('notifications/resources/updated', { uri: 'guide://start', _meta }),
    ]);
    expect(await server.next()).toMatchObject({ id: 1, result: { structuredContent: {} } });
    // A subscription is under way as long as the client likes, and keeps nobody waiting at the end.
    server.end();
    expect(await server.next()).toMatchObject({ id: 'sub', result: { resultType: 'complete' } });
    expect(await server.exit).toEqual({ code: 0, signal: null });
  });

  const listen = (...uris: string[]) => {
    const message = toMessage('modern', 'subscriptions/listen', {
      notifications: { resourceSubscriptions: uris },
    });
    return { ...message, id: 'sub' };
  };

  test('of a resource is told to no client of 2026 that may not read it', async () => {
    await using server = await opened('modern');
    server.send({ ...toMessage('modern', 'resources/read', { uri: 'guide://secret' }), id: 'sub' });
    const read = (await server.next()) as { error: { message: string } };
    expect(read.error.message).toContain('This is secret.');
    server.send(listen('guide://secret', 'guide://start'));
    expect(await server.next()).toEqual(read);
    server.send(toMessage('modern', 'tools/call', { name: 'touch' }));
    expect(await server.next()).toMatchObject({ id: 1, result: { structuredContent: {} } });
    // What is not there is left out, and the rest is told.
    server.send(listen('guide://nowhere', 'guide://start'));
    expect(await server.next()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { resourceSubscriptions: ['guide://start'] } },
    });
    server.send(toMessage('modern', 'tools/call', { name: 'touch' }));
    expect(await server.next()).toMatchObject({ params: { uri: 'guide://start' } });
    expect(await server.next()).toMatchObject({ id: 1 });
  });

  test('of a resource is told to a client of 2026 that may read it', async () => {
    await using server = await opened('modern', { TOKEN: 'writer' });
    server.send(listen('guide://secret'));
    expect(await server.next()).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
    server.send(toMessage('modern', 'tools/call', { name: 'touch' }));
    expect(await server.next()).toMatchObject({ params: { uri: 'guide://secret' } });
    expect(await server.next()).toMatchObject({ id: 1 });
  });

  test('is told no more to a client of 2026 that has cancelled', async () => {
    await using server = await opened('modern');
    server.send(listen('guide://start'));
    server.send(notification('notifications/cancelled', { requestId: 'sub' }));
    server.send(toMessage('modern', 'tools/call', { name: 'touch' }));
    const first = (await server.next()) as { method?: string };
    const isAcknowledged = first.method === 'notifications/subscriptions/acknowledged';
    expect(isAcknowledged ? await server.next() : first).toMatchObject({ id: 1 });
  });
});

test('what lazy routers could not bring is told on standard error, and nothing else is lost', async () => {
  await using server = start();
  await server.seen('broken: this lazy router did not load: no such module [LAZY_FAILED]');
  await server.seen('ready: MCP cannot serve this router as it is set up');
});

describe('input that is no message', () => {
  const garbage: [string, string | Buffer, unknown][] = [
    ['no JSON', 'Content-Length: 5\n', rpcError(-32_700, notJson)],
    ['cut off JSON', '{"jsonrpc":"2.0","id":1,\n', rpcError(-32_700, notJson)],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0x0a]), rpcError(-32_700, notJson)],
    ['nesting without end', `${'['.repeat(50_000)}\n`, rpcError(-32_700, notJson)],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]\n', rpcError(-32_600, noBatch)],
    ['a string', '"hello"\n', rpcError(-32_600, noMessage)],
    ['another version', '{"jsonrpc":"1.0","id":7,"method":"ping"}\n', rpcError(-32_600, noMessage, 7)],
    ['no method', '{"jsonrpc":"2.0","id":"a"}\n', rpcError(-32_600, noMessage, 'a')],
    ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"ping"}\n', rpcError(-32_600, noMessage)],
    ['too much', `{"text":"${'x'.repeat(200_000)}"}\n`, rpcError(-32_600, tooLarge)],
    ['far too much', `${'x'.repeat(10_000_000)}\n`, rpcError(-32_600, tooLarge)],
  ];

  test.each(eras)('is answered, and the %s era goes on', async (era) => {
    await using server = await opened(era);
    for (const [name, input, answer] of garbage) {
      server.send(input);
      expect([name, await server.next()]).toEqual([name, answer]);
    }
    server.send(toMessage(era, 'tools/call', { name: 'late_ping' }));
    expect(await server.next()).toMatchObject({ id: 1, result: { structuredContent: { pong: true } } });
  });

  test('and is an answer is dropped, lest two ends answer each other for ever', async () => {
    await using server = await opened('legacy');
    server.send('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}}\n');
    server.send('{"jsonrpc":"2.0","id":99,"result":{}}\n');
    server.send(toMessage('legacy', 'ping', {}));
    expect(await server.next()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });

  test('does not come of a byte order mark, blank lines, carriage returns, or pieces', async () => {
    await using server = start();
    const [first, second] = [initialize, toMessage('legacy', 'ping', {})].map((each) => JSON.stringify(each));
    server.send(`\uFEFF\r\n\n  \n\uFEFF${first}\r\n`);
    expect(await server.next()).toMatchObject({ id: 0, result: { serverInfo: { name: 'stdio-app' } } });
    const bytes = Buffer.from(`${second!.replace('"id":1', '"id":"é"')}\n`);
    const middle = bytes.indexOf(0xc3) + 1;
    server.send(bytes.subarray(0, middle));
    await new Promise((resolve) => setTimeout(resolve, 50));
    server.send(bytes.subarray(middle));
    expect(await server.next()).toEqual({ jsonrpc: '2.0', id: 'é', result: {} });
  });
});

describe('the process ends', () => {
  const clean = { code: 0, signal: null };
  const shutDown = rpcError(-32_603, 'This MCP server is shutting down', 1);

  test.each(['open', 'closed', 'none'])('when the client hangs up, with a pool that is %s', async (POOL) => {
    await using server = await opened('legacy', { POOL });
    server.end();
    expect(await server.exit).toEqual(clean);
  });

  test('before anything was said', async () => {
    await using server = start();
    server.end();
    expect(await server.exit).toEqual(clean);
  });

  test('after the last line, which needs no line break', async () => {
    await using server = await opened('legacy');
    server.send(JSON.stringify(toMessage('legacy', 'ping', {})));
    server.end();
    expect(await server.next()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    expect(await server.exit).toEqual(clean);
  });

  describe.each([
    ['the client hangs up', (server: ServerProcess) => server.end()],
    ['SIGINT comes', (server: ServerProcess) => server.kill('SIGINT')],
    ['SIGTERM comes', (server: ServerProcess) => server.kill('SIGTERM')],
  ])('when %s', (_, stop) => {
    test('after calls that are soon done', async () => {
      await using server = await opened('modern');
      server.send(toMessage('modern', 'tools/call', { name: 'slow', arguments: { ms: 400 } }));
      // Whatever is answered after it was read after it.
      server.send('?\n');
      await server.next();
      stop(server);
      expect(await server.next()).toMatchObject({ id: 1, result: { structuredContent: { slept: 400 } } });
      expect(await server.exit).toEqual(clean);
    });

    test.each(['patient', 'deaf'])('soon, also with a call that is %s', async (name) => {
      await using server = await opened('legacy');
      server.send(toMessage('legacy', 'tools/call', { name }));
      await server.seen(`${name} started`);
      stop(server);
      expect(await server.next()).toEqual(shutDown);
      // The call itself would last for a minute, and this test has less than that.
      expect(await server.exit).toEqual(clean);
      expect(server.stderr().includes('patient aborted')).toBe(name === 'patient');
    });
  });

  test('to requests that come too late it says so', async () => {
    await using server = await opened('legacy');
    server.send(toMessage('legacy', 'tools/call', { name: 'slow', arguments: { ms: 1000 } }));
    server.send('?\n');
    await server.next();
    server.kill('SIGTERM');
    // Until the signal has come, pings are answered.
    let answer: unknown;
    do {
      server.send({ ...toMessage('legacy', 'ping', {}), id: 2 });
      answer = await server.next();
    } while ((answer as { result?: unknown }).result);
    expect(answer).toEqual({ ...(shutDown as object), id: 2 });
    expect(await server.next()).toMatchObject({ id: 1, result: { structuredContent: { slept: 1000 } } });
    expect(await server.exit).toEqual(clean);
  });

  test('at once when it is told twice', async () => {
    await using server = await opened('legacy');
    server.send(toMessage('legacy', 'tools/call', { name: 'deaf' }));
    await server.seen('deaf started');
    server.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.kill('SIGINT');
    expect(await server.exit).toEqual({ code: 130, signal: null });
  });

  test('when nobody reads its answers', async () => {
    await using server = await opened('legacy');
    server.deafen();
    server.send(toMessage('legacy', 'tools/call', { name: 'log' }));
    expect(await server.exit).toEqual(clean);
  });
});

test.each(eras)('malformed params are told in words, under their id, in the %s era', async (era) => {
  await using server = await opened(era);
  for (const [params, what] of [
    [{ name: 5 }, 'params.name has to be a string, not a number'],
    ['x', 'params has to be an object, not a string'],
  ] as const) {
    const message = toMessage(era, 'tools/call', typeof params === 'string' ? {} : params);
    server.send(typeof params === 'string' ? { ...message, params } : message);
    expect(await server.next()).toEqual(rpcError(-32_602, `Malformed params of tools/call: ${what}`, 1));
  }
});

const notJson = 'the line is not valid JSON; send each message on one line';
const noBatch = 'send each message on a line of its own; batches are not taken';
const noMessage = 'the line is not a JSON-RPC message';
const tooLarge = 'the message is larger than 100000 bytes; send less, or raise the option maxBodyBytes';

const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};

const notification = (method: string, params?: object) => ({
  jsonrpc: '2.0',
  method,
  ...(params && { params }),
});

/** A server that has agreed on an era. */
async function opened(era: (typeof eras)[number], env?: Record<string, string>): Promise<ServerProcess> {
  const server = start(env);
  if (era === 'modern') {
    server.send(toMessage(era, 'server/discover', {}));
    expect(await server.next()).toMatchObject({ id: 1, result: { supportedVersions: ['2026-07-28'] } });
  } else {
    server.send(initialize);
    expect(await server.next()).toMatchObject({ id: 0, result: { protocolVersion: '2025-11-25' } });
    server.send(notification('notifications/initialized'));
  }
  return server;
}
