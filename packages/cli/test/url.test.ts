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
