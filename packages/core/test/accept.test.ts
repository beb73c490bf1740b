import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { getMcpCall, type HandlerOptions, type McpMeta } from '../src/index.ts';
import { call, eras, post, request, rpcError } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const router = t.router({
  ping: tool.query(() => ({ pong: true })),
  count: tool.mutation(() => {
    getMcpCall()!.progress({ progress: 1, total: 2, message: 'half way' });
    return { counted: true };
  }),
  refuse: tool.mutation(() => {
    getMcpCall()!.progress({ progress: 1 });
    throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
  }),
  log: tool.mutation(async () => {
    await getMcpCall()!.sdk!.mcpReq.log('info', 'said before');
    return { logged: true };
  }),
  ask: tool.mutation(() => getMcpCall()!.ask({ message: 'How many?', schema: z.object({ n: z.number() }) })),
  close: t.procedure.meta({ mcp: { confirm: true } }).mutation(() => ({ closed: true })),
});

const start = (options: HandlerOptions = {}) => serve(mcpHandler(router, { onError: () => {}, ...options }));
const progress = { _meta: { progressToken: 'p' } };
const json = { accept: 'application/json' };

describe.each(eras)('in the %s era', (era) => {
  describe.each([true, false])('with the lane %s', (fastLane) => {
    test.each([
      'application/json',
      'application/*',
      'application/json, text/event-stream;q=0',
      '*/*, text/*;q=0',
    ])('a client that accepts %s gets one JSON body, and no progress', async (accept) => {
      await using server = await start({ fastLane });
      const answer = await request(server.mcp, era, 'tools/call', { name: 'count', ...progress }, { accept });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
      expect(answer.body).toMatchObject({ id: 1, result: { structuredContent: { counted: true } } });
    });

    test.each(['*/*', 'text/event-stream;q=0.1, */*', 'application/json, text/*'])(
      'a client that accepts %s gets progress before the answer',
      async (accept) => {
        await using server = await start({ fastLane });
        const answer = await request(
          server.mcp,
          era,
          'tools/call',
          { name: 'count', ...progress },
          { accept },
        );
        expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
        expect(answer.body).toMatch(/half way[^]*counted/);
      },
    );

    test.each(['text/html', 'application/json;q=0, */*', 'text/event-stream', '*/*;q=0'])(
      'a client that accepts %s is told what to accept, under its id',
      async (accept) => {
        await using server = await start({ fastLane });
        const answer = await call(server.mcp, era, 'ping', {}, { accept });
        const message = 'The answer is JSON. Send Accept: application/json, or none';
        expect([answer.status, answer.body]).toEqual([406, rpcError(-32_600, message, 1)]);
      },
    );

    test('a refusal has its status where nothing streams', async () => {
      await using server = await start({ fastLane });
      const params = { name: 'refuse', ...progress };
      expect((await request(server.mcp, era, 'tools/call', params, json)).status).toBe(403);
      expect((await request(server.mcp, era, 'tools/call', params)).status).toBe(200);
    });

    test('log messages are left out where nothing streams', async () => {
      await using server = await start({
        fastLane,
        server: { name: 'a', version: '1', capabilities: { logging: {} } },
      });
      const _meta = { 'io.modelcontextprotocol/logLevel': 'debug' };
      const params = { name: 'log', ...(era === 'modern' && { _meta }) };
      const silent = await request(server.mcp, era, 'tools/call', params, json);
      expect([silent.status, silent.body]).toMatchObject([200, { id: 1, result: { structuredContent: {} } }]);
      expect((await request(server.mcp, era, 'tools/call', params)).body).toMatch(/said before[^]*logged/);
    });
  });
});

describe.each([true, false])('a client of 2026 that accepts JSON alone, with the lane %s,', (fastLane) => {
  const elicitation = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } };

  test.each(['ask', 'close'])('is answered by the tool %j like one that cannot be asked', async (name) => {
    await using server = await start({ fastLane });
    const params = { name, _meta: elicitation };
    const { body } = await request(server.mcp, 'modern', 'tools/call', params, json);
    expect(body).toMatchObject({ id: 1, result: { isError: true } });
    const unable = await (name === 'ask'
      ? call(server.mcp, 'legacy', name)
      : call(server.mcp, 'modern', name));
    const { content } = (unable.body as { result: { content: unknown } }).result;
    expect(body).toMatchObject({ result: { content } });
    const asked = await request(server.mcp, 'modern', 'tools/call', params);
    expect(asked.body).toMatchObject({ result: { resultType: 'input_required' } });
  });

  test('is told that what it listens for comes as a stream', async () => {
    await using server = await start({ fastLane });
    const params = { notifications: { toolsListChanged: true } };
    const answer = await request(server.mcp, 'modern', 'subscriptions/listen', params, json);
    const message =
      'What is listened for comes as a stream of events. Send Accept: application/json, text/event-stream';
    expect([answer.status, answer.body]).toEqual([406, rpcError(-32_600, message, 1)]);
  });
});

describe('in a session of 2025', () => {
  const version = { 'mcp-protocol-version': '2025-11-25' };
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: {} },
      clientInfo: { name: 'a', version: '1' },
    },
  };
  const open = async (options: HandlerOptions = {}) => {
    const server = await start({ legacy: 'sessions', ...options });
    const { headers } = await post(server.mcp, initialize);
    const session = { ...version, 'mcp-session-id': headers.get('mcp-session-id')! };
    return { server, session, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  };
  const toCall = (name: string, id = 2) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, ...progress },
  });

  test('a client that accepts JSON alone gets one JSON body, and is not asked', async () => {
    await using opened = await open();
    const { server, session } = opened;
    const counted = await post(server.mcp, toCall('count'), { ...session, ...json });
    expect(counted.headers.get('content-type')).toBe('application/json');
    expect(counted.body).toMatchObject({ id: 2, result: { structuredContent: { counted: true } } });
    for (const name of ['ask', 'close']) {
      const { body } = await post(server.mcp, toCall(name), { ...session, ...json });
      expect([name, body]).toMatchObject([name, { id: 2, result: { isError: true } }]);
    }
  });

  test('a batch is one JSON body with all answers', async () => {
    await using opened = await open();
    const { server, session } = opened;
    const batch = [toCall('count', 2), toCall('ping', 3)];
    const { headers, body } = await post(server.mcp, batch, { ...session, ...json });
    expect(headers.get('content-type')).toBe('application/json');
    const ids = (body as { id: number }[]).map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set([2, 3]));
  });

  test.each([
    ['*/*', 200],
    ['text/*', 200],
    ['text/event-stream;q=0, */*', 406],
    ['application/json', 406],
  ])('the stream of changes is opened by a client that accepts %s with %i', async (accept, status) => {
    await using opened = await open();
    const { server, session } = opened;
    const hangUp = new AbortController();
    const answer = await fetch(server.mcp, { headers: { ...session, accept }, signal: hangUp.signal });
    hangUp.abort();
    expect(answer.status).toBe(status);
  });
});

test('an endpoint of 2026 alone tells a bare POST what to send', async () => {
  await using server = await start({ legacy: 'reject' });
  const message = { jsonrpc: '2.0', id: 'mine', method: 'tools/call', params: { name: 'ping' } };
  const { status, body } = await post(server.mcp, message, { accept: '*/*' });
  expect([status, body]).toEqual([
    400,
    {
      jsonrpc: '2.0',
      id: 'mine',
      error: {
        code: -32_022,
        message: expect.stringMatching(
          /^Unsupported protocol version: .*\. This endpoint serves revision 2026-07-28 alone: send the headers/,
        ) as string,
        data: { supported: ['2026-07-28'] },
      },
    },
  ]);
});
