import { initTRPC } from '@trpc/server';
import net from 'node:net';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { CallFailure, McpMeta } from '../src/index.ts';
import { connect } from './clients.ts';
import { call, eras, headersOf, post, rpcError, seen, send, toAnswer, toMessage } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const ping = tool.query(() => ({ pong: true }));
const acme = { server: { name: 'acme', version: '1.0.0', title: 'Acme' } };

describe('methods', () => {
  test.each(['GET', 'HEAD', 'DELETE', 'PUT', 'PATCH', 'OPTIONS'])(
    '%s is answered with 405',
    async (method) => {
      await using server = await serve(mcpHandler(t.router({ ping }), acme));
      const { status, headers, body } = await toAnswer(await fetch(server.mcp, { method }));
      const message = `This is the MCP endpoint of Acme. MCP clients send JSON-RPC messages here with POST; there is nothing to see with ${method}.`;
      expect({ status, allow: headers.get('allow'), body }).toEqual({
        status: 405,
        allow: 'POST',
        body: method === 'HEAD' ? '' : rpcError(-32_600, message),
      });
    },
  );
});

describe.each(eras)('content types in the %s era', (era) => {
  const headers = headersOf(era, 'tools/call', { name: 'ping' });
  const message = toMessage(era, 'tools/call', { name: 'ping' });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'text/json',
    'application/json, text/plain',
    '',
  ])('%j is answered with 415', async (type) => {
    await using server = await serve(mcpHandler(t.router({ ping })));
    expect(await seen(post(server.mcp, message, { ...headers, 'content-type': type }))).toEqual({
      status: 415,
      body: rpcError(-32_600, 'send the message as application/json'),
    });
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON;charset=UTF-8'])(
    '%j is taken',
    async (type) => {
      await using server = await serve(mcpHandler(t.router({ ping })));
      expect((await post(server.mcp, message, { ...headers, 'content-type': type })).status).toBe(200);
    },
  );
});

describe.each(eras)('large bodies in the %s era', (era) => {
  const tooLarge = (max: number) => ({
    status: 413,
    body: rpcError(
      -32_600,
      `the body is larger than ${max} bytes; send less, or raise the option maxBodyBytes`,
    ),
  });
  const name = 'size';
  const size = tool
    .input(z.object({ text: z.string() }))
    .query(({ input }) => ({ length: input.text.length }));
  const bodyOf = (text: string) =>
    JSON.stringify(toMessage(era, 'tools/call', { name, arguments: { text } }));
  const headers = { 'content-type': 'application/json', ...headersOf(era, 'tools/call', { name }) };

  test('10 MB are answered with 413, which the client can read, and the connection goes on', async () => {
    await using server = await serve(mcpHandler(t.router({ size })));
    for (let round = 0; round < 3; round++) {
      expect(await seen(post(server.mcp, bodyOf('x'.repeat(10_000_000)), headers))).toEqual(
        tooLarge(4_194_304),
      );
      expect((await call(server.mcp, era, name, { text: 'abc' })).status).toBe(200);
    }
  });

  test('10 MB without a content-length are answered with 413 as well', async () => {
    await using server = await serve(mcpHandler(t.router({ size })));
    const chunk = Buffer.alloc(100_000, 'x');
    let left = 100;
    const body = new ReadableStream({
      pull(controller) {
        if (left-- > 0) controller.enqueue(chunk);
        else controller.close();
      },
    });
    const response = await fetch(server.mcp, { method: 'POST', headers, body, duplex: 'half' });
    expect(await seen(toAnswer(response))).toEqual(tooLarge(4_194_304));
    expect((await call(server.mcp, era, name, { text: 'abc' })).status).toBe(200);
  });

  test('a content-length that is too large is answered before the body comes', async () => {
    await using server = await serve(mcpHandler(t.router({ size })));
    const announced = { ...headers, 'content-length': '10000000' };
    expect(await send(server.mcp, 'POST', announced)).toEqual(tooLarge(4_194_304));
  });

  test('maxBodyBytes counts bytes, and takes as many as it says', async () => {
    const body = bodyOf('ž'.repeat(100));
    const maxBodyBytes = Buffer.byteLength(body);
    await using exact = await serve(mcpHandler(t.router({ size }), { maxBodyBytes }));
    expect(await seen(post(exact.mcp, body, headers))).toMatchObject({
      status: 200,
      body: { result: { structuredContent: { length: 100 } } },
    });
    await using less = await serve(mcpHandler(t.router({ size }), { maxBodyBytes: maxBodyBytes - 1 }));
    expect(await seen(post(less.mcp, body, headers))).toEqual(tooLarge(maxBodyBytes - 1));
  });

  test('a large result is whole', async () => {
    const text = 'ž"\n'.repeat(1_000_000);
    await using server = await serve(mcpHandler(t.router({ big: tool.query(() => ({ text })) })));
    const { body } = await call(server.mcp, era, 'big');
    expect(body).toMatchObject({ result: { structuredContent: { text } } });
  });
});

describe('hang-ups', () => {
  test('a client that leaves in the middle of sending disturbs nobody', async () => {
    const failures: CallFailure[] = [];
    let gone = () => {};
    const hasGone = new Promise<void>((resolve) => (gone = resolve));
    const handler = mcpHandler(t.router({ ping }), { onError: (failure) => failures.push(failure) });
    await using server = await serve(handler, (req, _res, next) => {
      if (req.headers['content-length'] === '1000') req.once('close', gone);
      next();
    });
    const socket = net.connect(server.port, '127.0.0.1');
    const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n`;
    socket.write(`${head}{"jsonrpc":"2.0",`, () => socket.destroy());
    await hasGone;
    await using client = await connect['2026-07-28'](server.mcp);
    expect(await client.callTool({ name: 'ping' })).toMatchObject({ structuredContent: { pong: true } });
    expect(failures).toEqual([]);
  });

  test('a client that leaves does not take the answer of another with it', async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    let arrived = 0;
    let open = () => {};
    const bothArrived = new Promise<void>((resolve) => (open = resolve));
    const work = tool.input(z.object({ who: z.string() })).query(async ({ input }) => {
      if (++arrived === 2) open();
      await finished;
      return input;
    });
    await using server = await serve(mcpHandler(t.router({ work })));
    await using stays = await connect['2026-07-28'](server.mcp);
    await using leaves = await connect['2026-07-28'](server.mcp);
    const hangUp = new AbortController();
    const answer = stays.callTool({ name: 'work', arguments: { who: 'stays' } });
    const lost = leaves.callTool({ name: 'work', arguments: { who: 'leaves' } }, { signal: hangUp.signal });
    await bothArrived;
    hangUp.abort(new Error('never mind'));
    await expect(lost).rejects.toThrow('never mind');
    finish();
    expect(await answer).toMatchObject({ structuredContent: { who: 'stays' } });
  });
});
