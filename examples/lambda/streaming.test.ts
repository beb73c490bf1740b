import { PassThrough, type Writable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { steps } from './reports.ts';

interface Metadata {
  statusCode: number;
  headers: Record<string, string>;
}

/** What Lambda puts into the global scope of a function that streams. Here, it hands the metadata to the test. */
function stubLambda(onMetadata: (metadata: Metadata) => void): void {
  vi.stubGlobal('awslambda', {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: {
      from(stream: Writable, metadata: Metadata) {
        onMetadata(metadata);
        return stream;
      },
    },
  });
}

test('progress leaves the function while the call runs', async () => {
  let metadata: Metadata | undefined;
  stubLambda((given) => (metadata = given));
  const { handler } = await import('./streaming.ts');
  const stream = new PassThrough();
  let resume = () => {};
  steps.after = (step) => (step === 1 ? new Promise((resolve) => (resume = resolve)) : Promise.resolve());

  const invoke = handler as unknown as (event: object, stream: Writable, context: object) => Promise<void>;
  const invoked = invoke(createEvent(), stream, {});
  let received = '';
  for await (const chunk of stream) {
    received += String(chunk);
    // The second step is not begun before the first one has been read.
    if (received.includes('part 1')) {
      expect(received).not.toContain('part 2');
      resume();
    }
  }
  await invoked;
  expect(metadata).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/event-stream' } });
  expect(received).toMatch(/part 1[^]*part 3[^]*A report for Ben/);
});

/** A request to a function URL. */
function createEvent(): object {
  const meta = {
    progressToken: 1,
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { name: 'write', arguments: {}, _meta: meta };
  return {
    version: '2.0',
    rawPath: '/mcp',
    rawQueryString: '',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'write',
      'x-author': 'Ben',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    isBase64Encoded: false,
    requestContext: {
      domainName: 'abc.lambda-url.eu-central-1.on.aws',
      http: { method: 'POST', path: '/mcp', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
    },
  };
}
