import { initTRPC } from '@trpc/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { eras, headersOf, post, request, rpcError, seen, toMessage } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({
  ping: t.procedure.meta({ mcp: true }).query(() => ({ pong: true })),
  greet: t.procedure
    .meta({ mcp: { prompt: true } })
    .input(z.object({ tone: z.string() }))
    .query(() => 'hello'),
});

test.each([
  ['tools/call', {}, 'params.name is missing'],
  ['tools/call', { name: 1 }, 'params.name has to be a string, not a number'],
  ['tools/call', { name: null }, 'params.name has to be a string, not null'],
  ['tools/call', { name: 'ping', arguments: [] }, 'params.arguments has to be an object, not an array'],
  [
    'prompts/get',
    { name: 'greet', arguments: { 'to\nne': 5 } },
    String.raw`params.arguments."to\nne" has to be a string, not a number`,
  ],
  ['completion/complete', {}, 'params.ref is not valid; params.argument is missing'],
])(
  '%s with %j is told what is wrong, in both eras and with the lane on and off',
  async (method, params, what) => {
    for (const era of eras) {
      for (const fastLane of [true, false]) {
        await using server = await serve(mcpHandler(router, { fastLane }));
        expect(await seen(request(server.mcp, era, method, params))).toEqual({
          status: 200,
          body: rpcError(-32_602, `Malformed params of ${method}: ${what}`, 1),
        });
      }
    }
  },
);

test.each(eras)('params that are no object are told so in the %s era', async (era) => {
  await using server = await serve(mcpHandler(router));
  for (const [params, what] of [
    ['x', 'a string'],
    [[], 'an array'],
    [null, 'null'],
    [5, 'a number'],
  ] as const) {
    const message = { ...toMessage(era, 'tools/list', {}), params };
    expect(await seen(post(server.mcp, message, headersOf(era, 'tools/list')))).toEqual({
      status: 400,
      body: rpcError(-32_602, `Malformed params of tools/list: params has to be an object, not ${what}`, 1),
    });
  }
});

test('each message of a batch is told what is wrong with its own params', async () => {
  await using server = await serve(mcpHandler(router));
  const toCall = (id: number, params: object) => ({ jsonrpc: '2.0', id, method: 'tools/call', params });
  const batch = [toCall(1, { name: 'ping' }), toCall(2, { name: 5 }), toCall(3, {})];
  const { body } = await post(server.mcp, batch, { 'mcp-protocol-version': '2025-03-26' });
  const answers = (body as { id: number }[]).toSorted((one, other) => one.id - other.id);
  const malformed = 'Malformed params of tools/call: params.name';
  expect(answers).toMatchObject([
    { id: 1, result: {} },
    rpcError(-32_602, `${malformed} has to be a string, not a number`, 2),
    rpcError(-32_602, `${malformed} is missing`, 3),
  ]);
});

test('the keys and methods that a client made up are told in short', async () => {
  await using server = await serve(mcpHandler(router));
  const params = { name: 'greet', arguments: { ['x'.repeat(100_000)]: 5 } };
  const { body } = await request(server.mcp, 'legacy', 'prompts/get', params);
  expect(JSON.stringify(body).length).toBeLessThan(300);
  const long = { jsonrpc: '2.0', id: 1, method: 'y'.repeat(100_000), params: 5 };
  expect(JSON.stringify((await post(server.mcp, long)).body).length).toBeLessThan(300);
});

test('a response that nobody waits for is not answered under its id', async () => {
  await using server = await serve(mcpHandler(router, { legacy: 'reject' }));
  const { body } = await post(server.mcp, { jsonrpc: '2.0', id: 7, result: {} });
  expect(body).toMatchObject({ id: null, error: {} });
});

test('a message of a batch whose params are no object is told so, and the others are answered', async () => {
  for (const legacy of ['stateless', 'sessions'] as const) {
    await using server = await serve(mcpHandler(router, { legacy }));
    const batch = [
      { jsonrpc: '2.0', id: 1, method: 'tools/list', params: null },
      { jsonrpc: '2.0', id: 'two', method: 'tools/call', params: { name: 'ping', _meta: 5 } },
      { jsonrpc: '2.0', id: 3, method: 'initialize', params: {} },
      { jsonrpc: '2.0', method: 'notifications/initialized', params: 5 },
      { jsonrpc: '2.0', id: 4, method: 'tools/call', params: { name: 'ping' } },
    ];
    const { status, body } = await post(server.mcp, batch);
    expect([status, body]).toMatchObject([
      200,
      [
        rpcError(-32_602, 'Malformed params of tools/list: params has to be an object, not null', 1),
        rpcError(
          -32_602,
          'Malformed params of tools/call: params._meta has to be an object, not a number',
          'two',
        ),
        {
          id: 3,
          error: { code: -32_602, message: expect.stringContaining('params.protocolVersion is missing') },
        },
        { id: 4, result: { structuredContent: { pong: true } } },
      ],
    ]);
    const alone = await post(server.mcp, batch.slice(0, 1));
    expect(alone.body).toMatchObject({ id: 1, error: { code: -32_602 } });
    expect((await post(server.mcp, batch.slice(3, 4))).status).toBe(202);
  }
});

test.each([
  [{ inputResponses: 5 }, 'params.inputResponses has to be an object, not a number'],
  [{ inputResponses: null }, 'params.inputResponses has to be an object, not null'],
  [{ inputResponses: [] }, 'params.inputResponses has to be an object, not an array'],
  [{ inputResponses: { confirm: true } }, 'params.inputResponses.confirm has to be an object, not a boolean'],
  [{ requestState: {} }, 'params.requestState has to be a string, not an object'],
])('answers to questions that are none are told so: %j', async (round, what) => {
  await using server = await serve(mcpHandler(router));
  for (const [method, params] of [
    ['tools/call', { name: 'ping' }],
    ['prompts/get', { name: 'greet' }],
  ] as const) {
    expect((await request(server.mcp, 'modern', method, { ...params, ...round })).body).toEqual(
      rpcError(-32_602, `Malformed params of ${method}: ${what}`, 1),
    );
  }
});

test.each([{}, { protocolVersion: 5 }])(
  'initialize is no method of 2026, whatever its params are: %j',
  async (params) => {
    await using server = await serve(mcpHandler(router));
    const { status, body } = await request(server.mcp, 'modern', 'initialize', params);
    expect([status, body]).toEqual([
      404,
      expect.objectContaining({ error: expect.objectContaining({ code: -32_601 }) }),
    ]);
  },
);

test.each(eras)('a cursor that nobody gave is not valid in the %s era', async (era) => {
  await using server = await serve(mcpHandler(router));
  for (const method of ['tools/list', 'prompts/list']) {
    expect((await request(server.mcp, era, method, { cursor: 'page2' })).body).toMatchObject({
      id: 1,
      error: { code: -32_602, message: expect.stringContaining('Invalid cursor') },
    });
    expect((await request(server.mcp, era, method, { cursor: '' })).body).toHaveProperty('result');
  }
});
