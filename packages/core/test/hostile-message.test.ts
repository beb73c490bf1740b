import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { call, eras, headersOf, post, request, rpcError, seen, toMessage } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const noMessage = 'Bad Request: the request body is not a valid JSON-RPC message';

describe.each(eras)('in the %s era', (era) => {
  test.each([
    ['malformed JSON', '{"jsonrpc":', -32_700, 'the body is not valid JSON'],
    ['no body', '', -32_700, 'the body is not valid JSON'],
    ['null', 'null', -32_600, noMessage],
    ['a number', '1', -32_600, noMessage],
    ['a string', '"tools/list"', -32_600, noMessage],
    ['an empty object', '{}', -32_600, noMessage],
    ['an empty batch', '[]', -32_600, 'Bad Request: empty JSON-RPC batch'],
    ['a batch of nonsense', '[1,"x"]', -32_600, 'Bad Request: JSON-RPC batch contains an invalid message'],
    [
      '10,000 nested arrays',
      nest(10_000),
      -32_600,
      'Bad Request: JSON-RPC batch contains an invalid message',
    ],
  ])('%s is answered with 400', async (_, body, code, message) => {
    await using server = await serve(mcpHandler(t.router({ one: tool.query(() => 1) })));
    expect(await seen(post(server.mcp, body, headersOf(era, 'tools/list')))).toEqual({
      status: 400,
      body: rpcError(code, message),
    });
  });

  test.each([
    ['a version of JSON-RPC that is not 2.0', { jsonrpc: '1.0' }, 1],
    ['an id that is null', { id: null }, null],
    ['an id that is an object', { id: { a: 1 } }, null],
    ['a method that is no string', { method: 5 }, 1],
    [
      'params that are a list',
      { params: [1] },
      1,
      -32_602,
      'Malformed params of tools/call: params has to be an object, not an array',
    ],
  ])('%s is answered with 400', async (_, wrong, id, code = -32_600, text = noMessage) => {
    await using server = await serve(mcpHandler(t.router({ one: tool.query(() => 1) })));
    const message = { ...toMessage(era, 'tools/call', { name: 'one' }), ...wrong };
    expect(await seen(post(server.mcp, message, headersOf(era, 'tools/call', { name: 'one' })))).toEqual({
      status: 400,
      body: rpcError(code, text, id),
    });
  });

  test('10,000 nested values are refused in the envelope and harmless in what nobody reads', async () => {
    const router = t.router({ one: tool.query(() => ({ fine: true })) });
    await using server = await serve(mcpHandler(router));
    const text = JSON.stringify(toMessage(era, 'tools/call', { name: 'one', spare: 'DEEP' }));
    const headers = headersOf(era, 'tools/call', { name: 'one' });
    for (const key of ['"id":', '"x":']) {
      const deep = text.replace('"id":1', `${key}${nest(10_000)}`);
      expect(await seen(post(server.mcp, deep, headers))).toEqual({
        status: 400,
        body: rpcError(-32_600, noMessage),
      });
    }
    const inParams = await seen(post(server.mcp, text.replace('"DEEP"', nest(10_000)), headers));
    expect(inParams).toMatchObject({
      status: 200,
      body: { id: 1, result: { structuredContent: { fine: true } } },
    });
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'a b'])(
    'a tool named %s is unknown',
    async (name) => {
      await using server = await serve(mcpHandler(t.router({ one: tool.query(() => 1) })));
      // What is near to the name of a tool gets that as a suggestion.
      const suggestion = name === 'one.' ? '. Did you mean one?' : '';
      expect(await seen(call(server.mcp, era, name))).toEqual({
        status: 200,
        body: rpcError(-32_602, `Unknown tool: ${name}${suggestion}`, 1),
      });
    },
  );

  test('a name of 300 characters is unknown, and not repeated whole', async () => {
    await using server = await serve(mcpHandler(t.router({ one: tool.query(() => 1) })));
    expect(await seen(call(server.mcp, era, 'x'.repeat(300)))).toEqual({
      status: 200,
      body: rpcError(-32_602, `Unknown tool: ${'x'.repeat(100)}…`, 1),
    });
  });

  test.each([
    ['missing', {}],
    ['a number', { name: 5 }],
    ['an object', { name: { toString: 'one' } }],
  ])('a name that is %s is answered with -32602', async (_, params) => {
    await using server = await serve(mcpHandler(t.router({ one: tool.query(() => 1) })));
    const { body } = await request(server.mcp, era, 'tools/call', params);
    expect(body).toMatchObject({ jsonrpc: '2.0', error: { code: expect.toBeOneOf([-32_602, -32_020]) } });
  });

  test.each(['nope', 'tools/__proto__', 'prompts/list', 'resources/read'])(
    'the method %s is unknown',
    async (method) => {
      await using server = await serve(mcpHandler(t.router({ one: tool.query(() => 1) })));
      const params = method === 'resources/read' ? { uri: 'x:y' } : {};
      const headers: Record<string, string> =
        method === 'resources/read' && era === 'modern' ? { 'mcp-name': 'x:y' } : {};
      expect(await seen(request(server.mcp, era, method, params, headers))).toMatchObject({
        status: era === 'modern' ? 404 : 200,
        body: { id: 1, error: { code: -32_601 } },
      });
    },
  );

  test('notifications and answers to nothing are taken with 202, and call nothing', async () => {
    let calls = 0;
    await using server = await serve(mcpHandler(t.router({ one: tool.query(() => ++calls) })));
    const { params } = toMessage(era, 'tools/call', { name: 'one' });
    for (const method of ['notifications/initialized', 'notifications/cancelled', 'tools/call']) {
      const message = { jsonrpc: '2.0', method, params };
      const headers = headersOf(era, method, { name: 'one' });
      expect(await seen(post(server.mcp, message, headers))).toEqual({ status: 202, body: '' });
    }
    expect(calls).toBe(0);
  });
});

function nest(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}
