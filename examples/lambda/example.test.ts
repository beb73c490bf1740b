import { describeHttpExample } from 'example-testing';
import { expect, test } from 'vitest';
import { handler } from './handler.ts';

describeHttpExample(new URL('.', import.meta.url));

test('an event of API Gateway is answered with what it takes for a response', async () => {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'notes_read', arguments: { id: 1 } },
  });
  const http = {
    method: 'POST',
    path: '/mcp',
    protocol: 'HTTP/1.1',
    sourceIp: '192.0.2.1',
    userAgent: 'curl',
  };
  const result = await handler({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/mcp',
    rawQueryString: '',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    body,
    isBase64Encoded: false,
    requestContext: {
      accountId: '123456789012',
      apiId: 'r3pmxmplak',
      authentication: null,
      authorizer: {},
      domainName: 'r3pmxmplak.execute-api.us-east-2.amazonaws.com',
      domainPrefix: 'r3pmxmplak',
      http,
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '10/Mar/2026:00:03:59 +0000',
      timeEpoch: 1_772_000_000_000,
    },
  });
  expect(result).toMatchObject({
    statusCode: 200,
    isBase64Encoded: false,
    headers: { 'content-type': 'application/json' },
  });
  expect(JSON.parse(result.body)).toMatchObject({
    id: 1,
    result: { structuredContent: { id: 1, text: 'Water the plants', author: 'Ada' } },
  });
});
