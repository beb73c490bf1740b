import { trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, test } from 'vitest';
import { handler } from '../metadata.ts';
import { connect, revisions } from './clients.ts';
import { start } from 'example-testing/server';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

afterEach(() => trace.disable());

describe.each(revisions)('a client of %s', (revision) => {
  test('sees icons and metadata, and hands its trace on', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const { tools } = await client.any.listTools();
    expect(tools[0]).toMatchObject({
      name: 'invoices',
      _meta: { 'anthropic/alwaysLoad': true, 'anthropic/searchHint': 'bill receipt' },
    });
    expect(tools[1]).toMatchObject({
      icons: [{ src: 'https://example.com/orders.svg', mimeType: 'image/svg+xml' }],
      _meta: { 'com.example/team': 'shop' },
    });
    const text = 'Orders are those of every region, unless the person asks for others.';
    expect(client.any.getInstructions()).toBe(text);
    const request = { name: 'orders', arguments: { region: 'eu' }, _meta: { traceparent } };
    expect(await client.any.callTool(request)).toMatchObject({
      structuredContent: { region: 'eu', traceparent },
    });
  });

  test('gets words for the model, and the data for programs', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    expect(await client.any.callTool({ name: 'sales', arguments: {} })).toMatchObject({
      content: [{ type: 'text', text: '12500 in 2026' }],
      structuredContent: { year: 2026, total: 12_500 },
    });
  });

  test('is a span, once a provider is there', async () => {
    const exporter = new InMemorySpanExporter();
    const spanProcessors = [new SimpleSpanProcessor(exporter)];
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    await client.call('orders', { region: 'eu' });
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({ name: 'tools/call orders', attributes: { 'gen_ai.tool.name': 'orders' } });
  });
});

test('an argument that its header contradicts is refused before the call', async () => {
  await using server = await start(handler);
  const answer = await fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'orders',
      'mcp-param-region': 'us',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'orders',
        arguments: { region: 'eu' },
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }),
  });
  expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: -32_020 } }]);
});
