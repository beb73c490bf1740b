import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/fetch.ts';
import type { McpMeta } from '../src/index.ts';
import { headersOf, toAnswer, toMessage } from './messages.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });
const router = t.router({
  one: t.procedure.meta({ mcp: true }).query(() => 1),
  sized: t.procedure
    .meta({ mcp: true })
    .input(z.object({ size: z.int().meta({ 'x-mcp-header': 'Size' }) }))
    .query(({ input }) => input.size),
});

describe('the length that a request of fetch announces', () => {
  const lengths = [
    '-1',
    '',
    ' ',
    '0x10',
    '10',
    '0',
    '1e1',
    '+5',
    '-0',
    'NaN',
    'Infinity',
    'many',
    '10, 10',
    '1.5',
    '0b1',
    '1_0',
    '١',
  ];
  const maxBodyBytes = 1000;
  const one = JSON.stringify(toMessage('legacy', 'tools/call', { name: 'one' }));

  test.each(lengths)('is not believed where it says %j', async (length) => {
    const handler = mcpHandler(router, { maxBodyBytes });
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled++;
          if (pulled > 200) controller.close();
          else controller.enqueue(new TextEncoder().encode(' '.repeat(maxBodyBytes)));
        },
      },
      { highWaterMark: 0 },
    );
    const init = { method: 'POST', headers: toHeaders(length), body, duplex: 'half' as const };
    const request = new Request('http://localhost/mcp', init);
    expect((await toAnswer(await handler(withLength(request, length)))).status).toBe(413);
    expect(pulled).toBeLessThan(10);
  });

  test.each(lengths)('does not let a body in that is too large, where it says %j', async (length) => {
    const handler = mcpHandler(router, { maxBodyBytes });
    const body = one + ' '.repeat(maxBodyBytes);
    const request = new Request('http://localhost/mcp', {
      method: 'POST',
      headers: toHeaders(length),
      body,
    });
    expect((await toAnswer(await handler(withLength(request, length)))).status).toBe(413);
  });

  test.each(lengths)('does not keep a body out that fits, where it says %j', async (length) => {
    const handler = mcpHandler(router, { maxBodyBytes });
    const request = new Request('http://localhost/mcp', {
      method: 'POST',
      headers: toHeaders(length),
      body: one,
    });
    expect((await toAnswer(await handler(withLength(request, length)))).status).toBe(200);
  });

  test('is refused without reading where it is far too large', async () => {
    const handler = mcpHandler(router, { maxBodyBytes });
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({ pull: () => void pulled++ }, { highWaterMark: 0 });
    const init = { method: 'POST', headers: toHeaders('1000000'), body, duplex: 'half' as const };
    const answer = await toAnswer(await handler(new Request('http://localhost/mcp', init)));
    expect([answer.status, pulled]).toEqual([413, 0]);
  });

  test('is not believed by a server that reads the text itself, if it is no number', async () => {
    const handler = mcpHandler(router, { maxBodyBytes });
    for (const [length, status] of [
      [String(one.length), 200],
      ['-1', 413],
    ] as const) {
      const request = new Request('http://localhost/mcp', {
        method: 'POST',
        headers: toHeaders(length),
        body: length === '-1' ? one + ' '.repeat(maxBodyBytes) : one,
      });
      let texts = 0;
      const read = request.text.bind(request);
      Object.defineProperty(request, 'text', { value: () => read().finally(() => texts++) });
      const answer = await toAnswer(await handler(withLength(request, length)));
      expect([length, answer.status, texts]).toEqual([length, status, length === '-1' ? 0 : 1]);
    }
  });

  function toHeaders(length: string): Headers {
    const headers = new Headers({
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    });
    if (/^[ -~]*$/.test(length)) headers.set('content-length', length);
    return headers;
  }

  /** Headers hold Latin-1 alone, and are trimmed. A host may hand on what came as it is. */
  function withLength(request: Request, length: string): Request {
    const get = request.headers.get.bind(request.headers);
    const value = (name: string) => (name.toLowerCase() === 'content-length' ? length : get(name));
    Object.defineProperty(request.headers, 'get', { value });
    return request;
  }
});

test.each([
  ['16', 200],
  ['16.0', 200],
  ['1.6e1', 200],
  ['0x10', 400],
  ['+16', 400],
  ['016', 400],
  ['16,16', 400],
  ['0b10000', 400],
  ['=?base64?MTY=?=', 200],
  ['=?base64?IDE2?=', 400],
])('the header of a number is read as JSON writes numbers: %j is answered with %i', async (sent, status) => {
  const handler = mcpHandler(router);
  const params = { name: 'sized', arguments: { size: 16 } };
  const request = new Request('http://localhost/mcp', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headersOf('modern', 'tools/call', params),
      'mcp-param-size': sent,
    },
    body: JSON.stringify(toMessage('modern', 'tools/call', params)),
  });
  expect((await toAnswer(await handler(request))).status).toBe(status);
});
