import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { headersOf, post, request, rpcError, seen, toMessage } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const one = t.procedure.meta({ mcp: true }).query(() => ({ ok: true }));
const message = toMessage('modern', 'tools/call', { name: 'one' });
const headers = headersOf('modern', 'tools/call', { name: 'one' });

describe('revision 2026-07-28', () => {
  test.each([
    ['mcp-protocol-version', undefined, 'MCP-Protocol-Version'],
    ['mcp-protocol-version', '2025-11-25', 'MCP-Protocol-Version'],
    ['mcp-protocol-version', '2099-01-01', 'MCP-Protocol-Version'],
    ['mcp-method', undefined, 'Mcp-Method'],
    ['mcp-method', 'tools/list', 'Mcp-Method'],
    ['mcp-name', undefined, 'Mcp-Name'],
    ['mcp-name', 'two', 'Mcp-Name'],
    ['mcp-name', 'ONE', 'Mcp-Name'],
  ])('refuses a %s of %s that the body contradicts', async (name, value, shown) => {
    await using server = await serve(mcpHandler(t.router({ one, two: one })));
    const { [name]: _, ...others } = headers;
    const changed = value === undefined ? others : { ...others, [name]: value };
    expect(await seen(post(server.mcp, message, changed))).toEqual({
      status: 400,
      body: {
        jsonrpc: '2.0',
        id: 1,
        error: { code: -32_020, message: expect.stringContaining(shown), data: expect.anything() },
      },
    });
  });

  test('takes a name that the header carries in base64', async () => {
    await using server = await serve(mcpHandler(t.router({ one })));
    const encoded = { ...headers, 'mcp-name': `=?base64?${btoa('one')}?=` };
    expect((await post(server.mcp, message, encoded)).body).toMatchObject({
      result: { structuredContent: { ok: true } },
    });
  });

  test('names the versions it speaks to a client of another', async () => {
    await using server = await serve(mcpHandler(t.router({ one })));
    const text = JSON.stringify(message).replace('2026-07-28', '2099-01-01');
    const answer = seen(post(server.mcp, text, { ...headers, 'mcp-protocol-version': '2099-01-01' }));
    expect(await answer).toEqual({
      status: 400,
      body: {
        jsonrpc: '2.0',
        id: 1,
        error: {
          code: -32_022,
          message: 'Unsupported protocol version: 2099-01-01',
          data: { supported: ['2026-07-28'], requested: '2099-01-01' },
        },
      },
    });
  });

  test.each([
    ['no capabilities', { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }],
    [
      'capabilities that are no object',
      {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': 'all',
      },
    ],
  ])('refuses an envelope with %s', async (_, _meta) => {
    await using server = await serve(mcpHandler(t.router({ one })));
    expect(await seen(post(server.mcp, { ...message, params: { name: 'one', _meta } }, headers))).toEqual({
      status: 400,
      body: {
        jsonrpc: '2.0',
        id: 1,
        error: {
          code: -32_602,
          message: expect.stringContaining('io.modelcontextprotocol/clientCapabilities'),
          data: expect.anything(),
        },
      },
    });
  });

  test('refuses a batch', async () => {
    await using server = await serve(mcpHandler(t.router({ one })));
    const text =
      'Bad Request: JSON-RPC batches may not contain requests for protocol revision 2026-07-28 or later';
    expect(await seen(post(server.mcp, [message, { ...message, id: 2 }], headers))).toEqual({
      status: 400,
      body: rpcError(-32_600, text),
    });
  });
});

describe('the revisions before', () => {
  const legacyHeaders = headersOf('legacy', 'tools/call');
  const callOf = (id: number) => ({ ...toMessage('legacy', 'tools/call', { name: 'one' }), id });

  test('answer a batch with a batch', async () => {
    await using server = await serve(mcpHandler(t.router({ one })));
    const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };
    const result = { content: [{ type: 'text', text: '{"ok":true}' }], structuredContent: { ok: true } };
    expect(await seen(post(server.mcp, [callOf(1), notification, callOf(2)], legacyHeaders))).toEqual({
      status: 200,
      body: [
        { jsonrpc: '2.0', id: 1, result },
        { jsonrpc: '2.0', id: 2, result },
      ],
    });
  });

  test('refuse a batch of more than a hundred', async () => {
    let calls = 0;
    const counted = t.procedure.meta({ mcp: true }).query(() => ++calls);
    await using server = await serve(mcpHandler(t.router({ one: counted })));
    const batch = Array.from({ length: 101 }, (_, id) => callOf(id));
    expect(await seen(post(server.mcp, batch, legacyHeaders))).toMatchObject({
      status: 400,
      body: { jsonrpc: '2.0', error: { code: -32_600 }, id: null },
    });
    expect(calls).toBe(0);
  });

  test.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])(
    '%s is negotiated as it is',
    async (version) => {
      await using server = await serve(mcpHandler(t.router({ one })));
      expect(await seen(request(server.mcp, 'legacy', 'initialize', hello(version)))).toEqual({
        status: 200,
        body: {
          jsonrpc: '2.0',
          id: 1,
          result: {
            protocolVersion: version,
            capabilities: { tools: {} },
            serverInfo: { name: 'trpc-app', version: '0.0.0' },
          },
        },
      });
    },
  );

  test('an unknown version is answered with the newest of them', async () => {
    await using server = await serve(mcpHandler(t.router({ one })));
    const { status, body } = await post(server.mcp, toMessage('legacy', 'initialize', hello('1999-01-01')));
    expect(status).toBe(200);
    expect(body).toMatchObject({ result: { protocolVersion: '2025-11-25' } });
  });

  test.each(['2099-01-01', 'banana'])('a header that names version %s is refused', async (version) => {
    await using server = await serve(mcpHandler(t.router({ one })));
    expect(
      await seen(
        post(server.mcp, toMessage('legacy', 'tools/list', {}), { 'mcp-protocol-version': version }),
      ),
    ).toMatchObject({ status: 400, body: { jsonrpc: '2.0', id: 1, error: { code: -32_602 } } });
  });

  test('a request without any header is one of 2025', async () => {
    await using server = await serve(mcpHandler(t.router({ one })));
    expect(await seen(post(server.mcp, callOf(7)))).toMatchObject({
      status: 200,
      body: { id: 7, result: { structuredContent: { ok: true } } },
    });
  });

  test('a client that accepts only one of the two content types is told', async () => {
    await using server = await serve(mcpHandler(t.router({ one })));
    expect((await post(server.mcp, callOf(7), { ...legacyHeaders, accept: 'text/html' })).status).toBe(406);
  });
});

function hello(protocolVersion: string) {
  return { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '0' } };
}
