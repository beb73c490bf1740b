import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { call, eras, headersOf, post, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

describe.each(eras)('in the %s era', (era) => {
  test.each([
    ['UNAUTHORIZED', 401, 'Bearer', 'UNAUTHORIZED: sign in first (WWW-Authenticate: Bearer)'],
    ['FORBIDDEN', 403, null, 'FORBIDDEN: sign in first'],
    [
      'NOT_FOUND',
      200,
      null,
      'NOT_FOUND: sign in first\nCheck the identifiers; a tool that lists or searches has the right ones.',
    ],
    [
      'PAYMENT_REQUIRED',
      200,
      null,
      'PAYMENT_REQUIRED: sign in first\nTell the person; calling again does not help.',
    ],
  ] as const)('%s is HTTP %s, challenged with %s', async (code, status, challenge, text) => {
    const router = t.router({
      fail: tool.query(() => {
        throw new TRPCError({ code, message: 'sign in first' });
      }),
    });
    await using server = await serve(mcpHandler(router));
    const answer = await call(server.mcp, era, 'fail');
    expect(answer.status).toBe(status);
    expect(answer.headers.get('www-authenticate')).toBe(challenge);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.body).toMatchObject({
      jsonrpc: '2.0',
      id: 1,
      result: { content: [{ type: 'text', text }], isError: true },
    });
  });

  test.each(['UNAUTHORIZED', 'FORBIDDEN'] as const)(
    'return200ForErrors changes the status of %s and its header, and not one byte of the body',
    async (code) => {
      const router = t.router({
        fail: tool.query(() => {
          throw new TRPCError({ code, message: 'not you' });
        }),
      });
      await using strict = await serve(mcpHandler(router));
      await using lenient = await serve(mcpHandler(router, { return200ForErrors: true }));
      const body = await call(strict.mcp, era, 'fail');
      const same = await call(lenient.mcp, era, 'fail');
      expect(JSON.stringify(same.body)).toBe(JSON.stringify(body.body));
      expect([same.status, same.headers.get('www-authenticate')]).toEqual([200, null]);
      const names = (headers: Headers) => [...headers.keys()].filter((name) => name !== 'www-authenticate');
      expect(names(same.headers)).toEqual(names(body.headers));
    },
  );

  test('a context that refuses the caller is HTTP 401, and costs neither discovery nor the list', async () => {
    const c = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
    const router = c.router({ who: c.procedure.meta({ mcp: true }).query(({ ctx }) => ctx.user) });
    const handler = mcpHandler(router, {
      createContext: ({ req }) => {
        if (!req.headers.authorization) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'no token' });
        return { user: req.headers.authorization };
      },
    });
    await using server = await serve(handler);
    expect((await request(server.mcp, era, 'tools/list')).status).toBe(200);
    expect((await call(server.mcp, era, 'who')).status).toBe(401);
    expect((await call(server.mcp, era, 'who', undefined, { authorization: 'ada' })).status).toBe(200);
  });

  test('lists may be kept by anyone, because nothing in them depends on who asks', async () => {
    await using server = await serve(mcpHandler(t.router({ ping: tool.query(() => 1) })));
    const { body } = await request(server.mcp, era, 'tools/list');
    const hints =
      era === 'modern' ? { ttlMs: expect.any(Number), cacheScope: 'public' } : { tools: expect.any(Array) };
    expect(body).toMatchObject({ result: hints });
  });
});

test('a batch of 2025-03-26 has no status of one of its calls', async () => {
  const router = t.router({
    fail: tool.query(() => {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in first' });
    }),
    fine: tool.query(() => 'ok'),
  });
  await using server = await serve(mcpHandler(router));
  const calls = ['fine', 'fail'].map((name, id) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name },
  }));
  const { status, headers, body } = await post(server.mcp, calls, headersOf('legacy', 'tools/call'));
  expect([status, headers.get('www-authenticate')]).toEqual([200, null]);
  expect(body).toEqual([
    {
      jsonrpc: '2.0',
      id: 0,
      result: { content: [{ type: 'text', text: 'ok' }], structuredContent: { result: 'ok' } },
    },
    {
      jsonrpc: '2.0',
      id: 1,
      result: {
        content: [{ type: 'text', text: 'UNAUTHORIZED: sign in first (WWW-Authenticate: Bearer)' }],
        isError: true,
        _meta: {
          code: 'UNAUTHORIZED',
          httpStatus: 401,
          path: 'fail',
          shape: {
            message: 'sign in first',
            code: -32_001,
            data: { code: 'UNAUTHORIZED', httpStatus: 401, path: 'fail' },
          },
          'mcp/www_authenticate': ['Bearer'],
        },
      },
    },
  ]);
});
