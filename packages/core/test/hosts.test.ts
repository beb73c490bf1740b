import { initTRPC } from '@trpc/server';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { mcpHandler as fastifyHandler } from '../src/adapters/fastify.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../src/adapters/node.ts';
import type { CallFailure, McpMeta } from '../src/index.ts';
import { call, headersOf, toMessage } from './messages.ts';
import { listen } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => ({ pong: true })) });

test('a Fastify app keeps its own parsers beside the plugin', async () => {
  const app = fastify();
  await app.register(fastifyHandler(router), { prefix: '/mcp' });
  app.post('/echo', (request) => request.body);
  const payload = { a: 1 };
  expect((await app.inject({ method: 'POST', url: '/echo', payload })).json()).toEqual(payload);
  await app.close();
});

test("a Fastify app's hooks see the reply", async () => {
  const app = fastify();
  app.addHook('onSend', async (_, reply, payload) => {
    reply.header('x-length', String(payload).length);
    return payload;
  });
  await app.register(fastifyHandler(router), { prefix: '/mcp' });
  const params = { name: 'ping' };
  const answer = await app.inject({
    method: 'POST',
    url: '/mcp',
    headers: headersOf('modern', 'tools/call', params),
    payload: toMessage('modern', 'tools/call', params),
  });
  expect([answer.statusCode, answer.headers['x-length']]).toEqual([200, String(answer.body.length)]);
  await app.close();
});

test('an app that answers by itself, in its createContext, is left alone', async () => {
  const handler = nodeHandler(router, {
    createContext({ res }) {
      res.writeHead(303, { location: '/login' }).end();
      return {};
    },
  });
  await using server = await listen(handler);
  const answer = await fetch(server.url, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...headersOf('modern', 'tools/call', { name: 'ping' }), 'content-type': 'application/json' },
    body: JSON.stringify(toMessage('modern', 'tools/call', { name: 'ping' })),
  });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login']);
});

test('a header that Node does not take costs the answer, and nothing else', async () => {
  let count = 0;
  const handler = nodeHandler(router, {
    createContext({ res }) {
      // As a library does that writes to the object it was given.
      if (count++ === 0) Object.defineProperty(res, 'getHeader', { value: () => 'a\r\nb' });
      return {};
    },
    cors: true,
  });
  await using server = await listen(handler);
  expect((await call(server.url, 'modern', 'ping')).status).toBe(500);
  expect((await call(server.url, 'modern', 'ping')).status).toBe(200);
});

test('a fetch host that has read the body already is told what to hand in', async () => {
  const failures: CallFailure[] = [];
  const handler = fetchHandler(router, { onError: (failure) => failures.push(failure) });
  const request = new Request('http://localhost/mcp', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  await request.text();
  expect((await handler(request)).status).toBe(500);
  expect(failures.map(({ error }) => error.message)).toEqual([
    'the body of the request was consumed before the MCP handler got it; pass it request.clone() before you read it',
  ]);
});
