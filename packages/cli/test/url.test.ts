import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as McpServer } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from './app.ts';
import { run } from './run.ts';

const t = initTRPC.context<{ user?: string }>().meta<McpMeta>().create();
const router = t.router({
  hello: t.procedure.meta({ mcp: true }).query(({ ctx }) => `hi ${ctx.user ?? 'stranger'}`),
  shapes: t.procedure.meta({ mcp: { toolset: 'drawing', scopes: ['draw'] } }).mutation(() => 'drawn'),
});
const authenticate = (request: Request) => {
  if (request.headers.get('x-key') === 'bad') throw new Error('no such key');
  return { token: 'x', clientId: 'c', scopes: request.headers.has('x-key') ? ['draw'] : [] };
};

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

const app = () =>
  serve(
    mcpHandler(router, {
      auth: { authenticate },
      createContext: ({ req }) => ({ user: String(req.headers['x-user'] ?? 'nobody') }),
    }),
  );

test('lists what an endpoint lists, and calls with headers', async () => {
  const url = await app();
  const { stdout, code } = await run(['list', url]);
  expect(stdout.split('\n').map((line) => line.split('\t').slice(0, 5))).toEqual([
    ['hello', 'hello', 'reads', '', ''],
    ['shapes', 'shapes', 'destroys', '', 'draw'],
    [''],
  ]);
  expect(code).toBe(0);
  const headers = ['-H', 'x-user: ada', '--header', 'x-key: 1'];
  expect(await run(['call', url, 'hello', ...headers])).toEqual({ code: 0, stdout: 'hi ada\n', stderr: '' });
  expect(await run(['call', url, 'shapes', ...headers])).toMatchObject({ code: 0, stdout: 'drawn\n' });
});

test('shows the sentence with which an endpoint refuses a call', async () => {
  const url = await app();
  const { code, stdout, stderr } = await run(['call', url, 'shapes']);
  expect(stderr).toContain('draw');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  const bad = await run(['list', url, '-H', 'x-key: bad']);
  expect(bad.stderr).toContain('wants a credential, and does not take the one that was sent');
  expect(bad.code).toBe(4);
});

test('speaks to a server of another make and of an earlier revision', async () => {
  const url = await serve((request, response) => {
    const server = new McpServer({ name: 'other', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: [
        {
          name: 'notesAdd',
          inputSchema: { type: 'object' as const, properties: { text: { type: 'string' } } },
        },
      ],
    }));
    server.setRequestHandler(CallToolRequestSchema, ({ params }) => ({
      content: [{ type: 'text' as const, text: JSON.stringify(params.arguments) }],
    }));
    const transport = new StreamableHTTPServerTransport({});
    void server.connect(transport as never).then(() => transport.handleRequest(request, response));
  });
  const listed = await run(['list', url]);
  expect(listed).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^notesAdd\tnotes\tdestroys/) as unknown,
  });
  const called = await run(['call', url, 'notesAdd', '-a', 'text=7']);
  expect(called).toEqual({ code: 0, stdout: '{"text":"7"}\n', stderr: '' });
});

test.each<[string, RequestListener, number, string]>([
  [
    'does not have the path',
    (_, response) => response.writeHead(404).end('nothing here'),
    3,
    'is no MCP endpoint: it answers 404',
  ],
  [
    'answers with a page',
    (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hi</p>'),
    3,
    'could not be used',
  ],
  ['fails', (_, response) => response.writeHead(502).end('Bad gateway'), 3, 'answers 502'],
  ['refuses', (_, response) => response.writeHead(403).end('go away'), 4, 'refuses this caller'],
  ['hangs up', (request) => request.destroy(), 3, 'closed the connection'],
])('says in words that an endpoint %s', async (_, listener, code, words) => {
  const ran = await run(['list', await serve(listener)]);
  expect(ran.stderr).toContain(words);
  expect(ran.stderr.trim().split('\n')).toHaveLength(2);
  expect(ran).toMatchObject({ code, stdout: '' });
});

test.each([
  ['http://127.0.0.1:4/mcp', 3, 'Nothing listens at 127.0.0.1:4'],
  ['http://nowhere.invalid/mcp', 3, 'There is no host nowhere.invalid'],
  ['http://', 2, 'is not a URL'],
])('says in words that nothing is at %s', async (url, code, words) => {
  const ran = await run(['list', url]);
  expect(ran.stderr).toContain(words);
  expect(ran.code).toBe(code);
});

test.each(['authorization', ': x', 'a b: c'])('says that %j is not a header', async (header) => {
  const { code, stderr } = await run(['list', 'http://127.0.0.1:1/mcp', '-H', header]);
  expect(stderr).toContain(`"${header}" is not a header`);
  expect(code).toBe(2);
});

test('says that an endpoint without OAuth cannot be signed in to', async () => {
  const url = await serve((_, response) => response.writeHead(401, { 'www-authenticate': 'Bearer' }).end());
  const { code, stderr } = await run(['list', url, '--login'], { env: { BROWSER: 'none' } });
  expect(stderr).toContain('has no OAuth');
  expect(code).toBe(4);
});

/** An endpoint of another make, which answers a method with what is given for it. */
function serveOther(methods: Record<string, (params: Record<string, unknown>) => unknown>): Promise<string> {
  return serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const {
      id,
      method,
      params = {},
    } = JSON.parse(body) as {
      id?: number;
      method: string;
      params?: Record<string, unknown>;
    };
    if (id === undefined) return void response.writeHead(202).end();
    const result = method === 'initialize' ? initialized : methods[method]?.(params);
    if (result === 'drop') return void response.destroy();
    if (result === 'hang') return undefined;
    const answer =
      result === undefined ? { error: { code: -32601, message: 'Method not found' } } : { result };
    response.writeHead(200, { 'content-type': 'application/json' });
    return void response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  });
}

const initialized = {
  protocolVersion: '2025-06-18',
  capabilities: { tools: {}, resources: {}, prompts: {} },
  serverInfo: { name: 'other', version: '1' },
};
const toTools = (...names: string[]) => ({
  'tools/list': () => ({ tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })) }),
});

test('lists an endpoint that does not know every method of what it says it has', async () => {
  const url = await serveOther({
    ...toTools('ping'),
    'prompts/list': () => ({ prompts: [{ name: 'hello' }] }),
  });
  const { stdout, code } = await run(['list', url, '--json']);
  const { tools, resources, prompts } = JSON.parse(stdout) as Record<string, { name: string }[]>;
  expect({ code, tools: tools!.map(({ name }) => name), resources, prompts }).toEqual({
    code: 0,
    tools: ['ping'],
    resources: [],
    prompts: [{ name: 'hello', arguments: [] }],
  });
});

test('what an endpoint says moves no cursor and sets no title', async () => {
  const evil = 'a\u001B]0;TITLE\u0007b\u001B[2Jc';
  const url = await serveOther({
    ...toTools('say', evil),
    'prompts/list': () => ({ prompts: [{ name: evil }] }),
    'tools/call': () => ({
      content: [
        { type: 'text', text: evil },
        { type: 'resource_link', name: evil, uri: `https://x.example/${evil}` },
      ],
    }),
  });
  expect((await run(['list', url])).stdout).not.toContain('\u001B');
  expect(await run(['call', url, 'say'])).toEqual({
    code: 0,
    stdout: 'abc\nabc: https://x.example/abc\n',
    stderr: '',
  });
});

test('a tool whose name leads out of the folder writes no file there', async () => {
  const url = await serveOther({
    ...toTools('../../evil'),
    'tools/call': () => ({ content: [{ type: 'image', data: 'aGk=', mimeType: 'image/png' }] }),
  });
  const cwd = createApp({});
  const { stdout, code } = await run(['call', url, '../../evil', '-o', 'out/deep'], { cwd });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'out/deep/_.._evil.png  image/png, 2 bytes\n' });
});

test('a call that fails on the way says why, and what to do', async () => {
  const url = await serveOther({
    ...toTools('drop', 'hang', 'draw'),
    'tools/call': ({ name }) =>
      name === 'draw' ? { content: [{ type: 'image', data: 'aGk=', mimeType: 'image/png' }] } : name,
  });
  const host = new URL(url).host;
  const cwd = createApp({});
  const failureOf = async (...args: string[]) => {
    const { stdout, code } = await run(['call', url, ...args, '--json'], { cwd });
    return { code, message: (JSON.parse(stdout) as { error: { message: string } }).error.message };
  };
  expect(await failureOf('drop')).toEqual({ code: 3, message: `${host} closed the connection` });
  expect(await failureOf('hang', '--timeout', '1')).toEqual({
    code: 1,
    message: 'hang did not answer within 1 second',
  });
  const full = await run(['call', url, 'draw', '-o', 'package.json'], { cwd });
  expect(full.code).toBe(1);
  expect(full.stderr).toContain('Name a folder that you may write into with --output.');
});
