import type * as OpenTelemetry from '@opentelemetry/api';
import type { Outcome } from './outcome.ts';
import type { TraceContext } from './context.ts';

/** What the attributes of a span are made of. */
export interface SpanSubject {
  method: string;
  /** The name of a tool or prompt. */
  name: string;
  /** The URI of a resource that is read. */
  uri: string | undefined;
  id: string | number | undefined;
  protocolVersion: string | undefined;
  trace: TraceContext | undefined;
}

type Work = () => Promise<Outcome | undefined>;

/**
 * Runs calls in spans, if the app has installed `@opentelemetry/api` and registered a tracer provider.
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp
 */
export interface Spans {
  /** Calls `describe` only if spans are collected. */
  run(describe: () => SpanSubject, work: Work): Promise<Outcome | undefined>;
}

export function createSpans(): Spans {
  let loading: Promise<void> | undefined;
  let loaded: { api: Api | undefined } | undefined;
  const run: Spans['run'] = (describe, work) => {
    const api = loaded?.api;
    const tracer = api && tracerOf(api);
    return tracer ? runInSpan(api, tracer, describe(), work) : work();
  };
  return {
    run(describe, work) {
      if (loaded) return run(describe, work);
      // Loading takes longer than a first call, so it waits until the app has registered something.
      if (!isRegistered()) return work();
      loading ??= load().then((api) => {
        loaded = { api };
      });
      return loading.then(() => run(describe, work));
    },
  };
}

const registry = Symbol.for('opentelemetry.js.api.1');

/**
 * Whether anything was registered with version 1 of `@opentelemetry/api`, in whatever copy of it. All copies of a major version
 * share this property of the global object.
 * @see https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/internal/global-utils.ts
 */
function isRegistered(): boolean {
  return registry in globalThis;
}

type Api = typeof OpenTelemetry;

/** The name is a literal, so that bundlers find the package. It is optional, so a failing import is ignored. */
async function load(): Promise<Api | undefined> {
  try {
    return await import('@opentelemetry/api');
  } catch {
    return undefined;
  }
}

/** The tracer of the provider that the app has registered; `undefined` until it has registered one. */
function tracerOf({ trace }: Api): OpenTelemetry.Tracer | undefined {
  const provider = trace.getTracerProvider();
  const scope = '@trpc-mcp/core';
  if (!('getDelegateTracer' in provider)) return provider.getTracer(scope);
  return (provider as InstanceType<Api['ProxyTracerProvider']>).getDelegateTracer(scope);
}

function runInSpan(
  api: Api,
  tracer: OpenTelemetry.Tracer,
  subject: SpanSubject,
  work: Work,
): ReturnType<Work> {
  const { context, propagation, SpanKind, SpanStatusCode, trace } = api;
  const ambient = context.active();
  const parent = subject.trace ? propagation.extract(ambient, subject.trace) : ambient;
  // Continues the client's trace, and links to the span of the HTTP request.
  const transport = trace.getSpanContext(ambient);
  const isRemote = transport && trace.getSpanContext(parent)?.spanId !== transport.spanId;
  const span = tracer.startSpan(
    toSpanName(subject),
    {
      kind: SpanKind.SERVER,
      attributes: toAttributes(subject),
      ...(isRemote && { links: [{ context: transport }] }),
    },
    parent,
  );
  return context.with(trace.setSpan(parent, span), async () => {
    try {
      const outcome = await work();
      const failure = outcome ?? notFound;
      if (failure.kind === 'failure') {
        span.setAttribute('error.type', failure.code);
        span.setStatus({ code: SpanStatusCode.ERROR, message: failure.text });
      }
      return outcome;
    } finally {
      span.end();
    }
  });
}

/** What a missing outcome means: the item is hidden from this caller. */
const notFound = { kind: 'failure', code: 'NOT_FOUND', text: '' } as const;

/** A span's name must not have millions of values, so the URI of a resource is not part of it. */
function toSpanName({ method, name }: SpanSubject): string {
  return method === 'tools/call' || method === 'prompts/get' ? `${method} ${name}` : method;
}

function toAttributes({ method, name, uri, id, protocolVersion }: SpanSubject): Record<string, string> {
  return {
    'mcp.method.name': method,
    ...(method === 'tools/call' && { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name }),
    ...(method === 'prompts/get' && { 'gen_ai.prompt.name': name }),
    ...(uri !== undefined && { 'mcp.resource.uri': uri }),
    ...(protocolVersion !== undefined && { 'mcp.protocol.version': protocolVersion }),
    ...(id !== undefined && { 'jsonrpc.request.id': String(id) }),
  };
}
