import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { LambdaEvent } from 'hono/aws-lambda';

/** A request as API Gateway passes it to a function, in version 2.0 of its payload. */
export async function toEvent(req: IncomingMessage): Promise<LambdaEvent> {
  const { pathname, search } = new URL(req.url ?? '/', 'http://gateway');
  const { method = 'GET', headers } = req;
  const body = await buffer(req);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    body: body.toString('base64'),
    isBase64Encoded: true,
    requestContext: {
      accountId: '123456789012',
      apiId: 'notes',
      authentication: null,
      authorizer: {},
      domainName: headers.host ?? 'localhost',
      domainPrefix: 'notes',
      http: {
        method,
        path: pathname,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: crypto.randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: new Date().toISOString(),
      timeEpoch: Date.now(),
    },
  };
}
