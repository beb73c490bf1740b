import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { initTRPC, type TRPCError } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import type { McpMeta, McpSettings } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { afterEach, describe, expect, test } from 'vitest';
import { createApp, createContextFor, router, type Sinks } from '../observe.ts';
import { connect, revisions } from './clients.ts';
import { start } from 'example-testing/server';

const createSinks = (): Sinks => ({ audit: [], log: [], calls: new Map() });
const headers = { 'x-user': 'ada', 'x-request-id': 'r1' };

afterEach(() => {
  trace.disable();
  context.disable();
});

describe.each(revisions)('a call of a client of %s', (revision) => {
  test('is a row of the audit log, with the person, the tool and the outcome', async () => {
    const sinks = createSinks();
    await using server = await start(createApp(sinks));
    await using client = await connect(revision, server.url, { headers });
    for (const account of ['a1', 'a7']) await client.call('close', { account });
    await client.call('close', { account: 'a1', reason: 'unpaid' });
    const row = { at: expect.any(Date), user: 'ada', path: 'close', tool: 'close', ms: expect.any(Number) };
    expect(sinks.audit).toEqual([
      { ...row, input: { account: 'a1' }, outcome: 'ok' },
      { ...row, input: { account: 'a7' }, outcome: 'NOT_FOUND' },
      { ...row, input: null, outcome: 'BAD_REQUEST' },
    ]);
    expect([...sinks.calls]).toEqual([
      ['close mcp ok', 1],
      ['close mcp NOT_FOUND', 1],
      ['close mcp BAD_REQUEST', 1],
    ]);
  });

  test('is a line of the log, which names the agent', async () => {
    const sinks = createSinks();
    await using server = await start(createApp(sinks));
    await using client = await connect(revision, server.url, { headers });
    await client.call('close', { account: 'a1' });
    expect(sinks.log).toMatchObject([
      { message: 'closing', account: 'a1', user: 'ada', requestId: 'r1', agent: { tool: 'close' } },
    ]);
  });

  test('has one reference for the model and for the log, when its error is masked', async () => {
    const sinks = createSinks();
    await using server = await start(createApp(sinks));
    await using client = await connect(revision, server.url, { headers });
    const { text } = await client.call('close', { account: 'a2' });
    const [, reference] =
      /^INTERNAL_SERVER_ERROR: something went wrong inside the app \(reference (\S+)\)/.exec(text) ?? [];
    expect(reference).toMatch(/^[\da-f-]{36}$/);
    expect(text).not.toContain('db-1');
    expect(sinks.log.at(-1)).toMatchObject({
      message: 'connection to db-1.internal lost',
      reference,
      tool: 'close',
      path: 'close',
    });
  });

  test('is a span, whose error has a code and no inner message', async () => {
    const exporter = new InMemorySpanExporter();
    const spanProcessors = [new SimpleSpanProcessor(exporter)];
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
    await using server = await start(createApp(createSinks()));
    await using client = await connect(revision, server.url, { headers });
    await client.call('close', { account: 'a2' });
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      name: 'tools/call close',
      attributes: { 'mcp.method.name': 'tools/call', 'error.type': 'INTERNAL_SERVER_ERROR' },
      status: { code: SpanStatusCode.ERROR },
    });
    expect(JSON.stringify(span?.status)).not.toContain('db-1');
  });
});

test('rate limits and declined questions reach onError, missing scopes do not', async () => {
  const seen: unknown[] = [];
  const plain = initTRPC.meta<McpMeta>().create();
  const tool = (mcp: McpSettings) => plain.procedure.meta({ mcp }).query(() => 'ran');
  const handler = mcpHandler(
    plain.router({
      scoped: tool({ scopes: ['accounts:write'] }),
      limited: tool({ rateLimit: { points: 1, durationMs: 60_000 } }),
      confirmed: tool({ confirm: true }),
    }),
    {
      auth: { authenticate: () => ({ token: '', clientId: 'desk', subject: 'ada', scopes: [] }) },
      return200ForErrors: true,
      onError: ({ error, path, auth }) => seen.push([path, (error as TRPCError).code, auth?.subject]),
    },
  );
  await using server = await start(handler);
  await using client = await connect('2026-07-28', server.url, { answer: () => ({ action: 'decline' }) });
  for (const name of ['scoped', 'limited', 'limited', 'confirmed']) await client.call(name);
  expect(seen).toEqual([
    ['limited', 'TOO_MANY_REQUESTS', 'ada'],
    ['confirmed', 'PRECONDITION_FAILED', 'ada'],
  ]);
});

test('over tRPC, the same middleware writes the same rows, without a tool', async () => {
  const sinks = createSinks();
  const createContext = createContextFor(sinks);
  await using server = await start(createHTTPHandler({ router, createContext }));
  await fetch(`${server.url}/close`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ account: 'a1' }),
  });
  expect(sinks.audit).toMatchObject([{ user: 'ada', path: 'close', tool: null, outcome: 'ok' }]);
  expect(sinks.log).toMatchObject([{ message: 'closing', agent: undefined }]);
  expect([...sinks.calls]).toEqual([['close trpc ok', 1]]);
});
