import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { initTRPC, TRPCError } from '@trpc/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { getMcpCall, type McpMeta } from '../src/index.ts';
import type { CallMethod } from '../src/protocol/call-by-name.ts';
import { clientKinds, eraOf } from './clients.ts';
import { converse } from './conversation.ts';
import { call } from './messages.ts';
import { serve } from './server.ts';

const exporter = new InMemorySpanExporter();

beforeEach(() => {
  exporter.reset();
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const propagators = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()];
  propagation.setGlobalPropagator(new CompositePropagator({ propagators }));
});

afterEach(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

const traceId = '0af7651916cd43dd8448eb211c80319c';
const clientSpanId = 'b7ad6b7169203331';
const remote = { traceparent: `00-${traceId}-${clientSpanId}-01`, baggage: 'tenant=acme' };

const t = initTRPC.context<object>().meta<McpMeta>().create();
const inner = (name: string) => trace.getTracer('app').startSpan(name).end();

function spanOf(name: string): ReadableSpan {
  const found = exporter.getFinishedSpans().filter((span) => span.name === name);
  expect(found).toHaveLength(1);
  return found[0]!;
}

test('a call through a runner is a span of the tool inside, and each call of a batch is one', async () => {
  const router = t.router({
    first: t.procedure.meta({ mcp: true }).query(() => 1),
    second: t.procedure.meta({ mcp: true }).query(() => 2),
  });
  await using server = await serve(mcpHandler(router, { discovery: 'search' }));
  for (const names of [['first'], ['first', 'second']]) {
    exporter.reset();
    const calls = names.map((name) => ({ name }));
    await call(server.mcp, 'modern', 'run_query', { calls });
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(
      names.map((name) => `tools/call ${name}`),
    );
  }
});

test('a call of a tool that stands in for a method is a span of that method', async () => {
  const router = t.router({
    about: t.procedure.meta({ mcp: { resource: { uri: 'docs://about' } } }).query(() => 'about'),
    plan: t.procedure.meta({ mcp: { prompt: true } }).query(() => 'Plan.'),
  });
  await using server = await serve(mcpHandler(router, { asTools: true }));
  await call(server.mcp, 'modern', 'read_resource', { uri: 'docs://about' });
  await call(server.mcp, 'modern', 'get_prompt', { name: 'plan' });
  expect(spanOf('resources/read').attributes['mcp.resource.uri']).toBe('docs://about');
  expect(spanOf('prompts/get plan').attributes['gen_ai.prompt.name']).toBe('plan');
});

describe.each(clientKinds)('for a client of kind %s', (kind) => {
  const version = eraOf[kind] === 'modern' ? '2026-07-28' : '2025-11-25';

  test('a tool call is a server span, and what the app does is below it', async () => {
    const router = t.router({
      hello: t.procedure
        .meta({ mcp: true })
        .use(({ next }) => {
          inner('middleware');
          return next();
        })
        .input(z.object({ name: z.string() }))
        .query(async ({ input }) => {
          await Promise.resolve();
          inner('procedure');
          return { tenant: propagation.getActiveBaggage()?.getEntry('tenant')?.value, name: input.name };
        }),
    });
    const createContext = async () => {
      await Promise.resolve();
      inner('context');
      return {};
    };
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await converse(kind, server.mcp);
    const { structuredContent } = await client.call('tools/call', {
      name: 'hello',
      arguments: { name: 'Ada' },
      _meta: remote,
    });
    expect(structuredContent).toEqual({ tenant: 'acme', name: 'Ada' });
    const span = spanOf('tools/call hello');
    expect(span.kind).toBe(SpanKind.SERVER);
    expect(span.attributes).toEqual({
      'mcp.method.name': 'tools/call',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'hello',
      'mcp.protocol.version': version,
      'jsonrpc.request.id': expect.stringMatching(/^\d+$/),
    });
    expect(span.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(span.parentSpanContext).toMatchObject({ traceId, spanId: clientSpanId, isRemote: true });
    expect(span.instrumentationScope.name).toBe('@trpc-mcp/core');
    for (const name of ['context', 'middleware', 'procedure']) {
      expect(spanOf(name).parentSpanContext).toMatchObject({ traceId, spanId: span.spanContext().spanId });
    }
  });

  test.each<[CallMethod, Record<string, unknown>, string, Record<string, string>]>([
    ['prompts/get', { name: 'report' }, 'prompts/get report', { 'gen_ai.prompt.name': 'report' }],
    [
      'resources/read',
      { uri: 'app://reports/7' },
      'resources/read',
      { 'mcp.resource.uri': 'app://reports/7' },
    ],
  ])('%s is a span too', async (method, params, name, attributes) => {
    const router = t.router({
      report: t.procedure
        .meta({ mcp: { resource: { uri: 'app://reports/{id}' }, prompt: true } })
        .input(z.object({ id: z.string().optional() }))
        .query(() => 'all is well'),
    });
    await using server = await serve(mcpHandler(router, { createContext: () => ({}) }));
    await using client = await converse(kind, server.mcp);
    await client.call(method, params);
    expect(spanOf(name).attributes).toEqual({
      'mcp.method.name': method,
      'mcp.protocol.version': version,
      'jsonrpc.request.id': expect.any(String),
      ...attributes,
    });
  });

  test('a failed call is an error of its code, in words that keep what is masked', async () => {
    const router = t.router({
      conflict: t.procedure.meta({ mcp: true }).mutation(() => {
        throw new TRPCError({ code: 'CONFLICT', message: 'somebody was faster' });
      }),
      secret: t.procedure.meta({ mcp: true }).mutation(() => {
        throw new Error('password was hunter2');
      }),
      slow: t.procedure.meta({ mcp: { timeoutMs: 20 } }).mutation(() => new Promise(() => {})),
      hidden: t.procedure.meta({ mcp: { visible: () => false } }).mutation(() => 1),
    });
    const options = { createContext: () => ({}), onError: () => inner('onError') };
    await using server = await serve(mcpHandler(router, options));
    await using client = await converse(kind, server.mcp);
    for (const name of ['conflict', 'secret', 'slow', 'hidden']) {
      await client.call('tools/call', { name }).catch(() => {});
    }
    const errorOf = (name: string) => spanOf(`tools/call ${name}`).attributes['error.type'];
    expect(['conflict', 'secret', 'slow', 'hidden'].map(errorOf)).toEqual([
      'CONFLICT',
      'INTERNAL_SERVER_ERROR',
      'TIMEOUT',
      'NOT_FOUND',
    ]);
    const conflict = spanOf('tools/call conflict').status;
    expect(conflict.code).toBe(SpanStatusCode.ERROR);
    expect(conflict.message).toContain('somebody was faster');
    expect(JSON.stringify(spanOf('tools/call secret').status)).not.toContain('hunter2');
    // Spans that `onError` makes are children of the call's span.
    const parents = exporter
      .getFinishedSpans()
      .filter(({ name }) => name === 'onError')
      .map(({ parentSpanContext }) => parentSpanContext?.spanId);
    expect(parents).toContain(spanOf('tools/call conflict').spanContext().spanId);
  });

  test('without a trace of the client’s the active one goes on, with one it is linked to', async () => {
    const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });
    const tracer = trace.getTracer('http');
    await using server = await serve(mcpHandler(router, { createContext: () => ({}) }), (_, res, next) => {
      const span = tracer.startSpan('POST /mcp');
      res.once('close', () => span.end());
      context.with(trace.setSpan(context.active(), span), next);
    });
    await using client = await converse(kind, server.mcp);
    exporter.reset();
    await client.call('tools/call', { name: 'ping' });
    const local = spanOf('tools/call ping');
    expect(local.parentSpanContext?.isRemote).toBeFalsy();
    expect(local.parentSpanContext?.spanId).toMatch(/^[\da-f]{16}$/);
    expect(local.links).toEqual([]);
    exporter.reset();
    await client.call('tools/call', { name: 'ping', _meta: remote });
    const linked = spanOf('tools/call ping');
    expect(linked.parentSpanContext).toMatchObject({ traceId, spanId: clientSpanId });
    expect(linked.links).toHaveLength(1);
    expect(linked.links[0]!.context.traceId).not.toBe(traceId);
    exporter.reset();
    await client.call('tools/call', { name: 'ping', _meta: { traceparent: 'nonsense' } });
    expect(spanOf('tools/call ping').parentSpanContext?.traceId).not.toBe(traceId);
  });

  test('a stream is in its span to its end', async () => {
    const router = t.router({
      count: t.procedure.meta({ mcp: { stream: { maxItems: 2 } } }).query(async function* () {
        try {
          for (let value = 1; ; value++) {
            await Promise.resolve();
            inner(`value ${value}`);
            yield value;
          }
        } finally {
          inner('finally');
        }
      }),
    });
    await using server = await serve(mcpHandler(router, { createContext: () => ({}) }));
    await using client = await converse(kind, server.mcp);
    await client.call('tools/call', { name: 'count' });
    const { spanId } = spanOf('tools/call count').spanContext();
    for (const name of ['value 1', 'value 2', 'finally']) {
      expect(spanOf(name).parentSpanContext?.spanId).toBe(spanId);
    }
  });
});

test('a provider that is registered after the handler was made is used, and no other', async () => {
  trace.disable();
  const router = t.router({
    ping: t.procedure
      .meta({ mcp: true })
      .query(() => ({ path: getMcpCall()!.tool.path, isTraced: trace.getActiveSpan() !== undefined })),
  });
  await using server = await serve(mcpHandler(router, { createContext: () => ({}) }));
  await using client = await converse('2026-07-28', server.mcp);
  const ping = async () => (await client.call('tools/call', { name: 'ping' }))['structuredContent'];
  expect(await ping()).toEqual({ path: 'ping', isTraced: false });
  expect(exporter.getFinishedSpans()).toEqual([]);
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  expect(await ping()).toEqual({ path: 'ping', isTraced: true });
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['tools/call ping']);
});
