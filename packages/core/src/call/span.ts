import type * as OpenTelemetry from '@opentelemetry/api';
import type { Outcome } from './outcome.ts';
import type { TraceContext } from './context.ts';

/** What a span says of its call. */
export interface SpanSubject {
  method: string;
  /** Of a tool or a prompt. */
  name: string;
  /** Of a resource that is read. */
  uri: string | undefined;
  id: string | number | undefined;
  protocolVersion: string | undefined;
  trace: TraceContext | undefined;
}

type Work = () => Promise<Outcome | undefined>;

/**
 * Runs calls in spans, where the app has `@opentelemetry/api` and has registered a tracer provider.
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp
 */
export interface Spans {
  /** `describe` is called where somebody collects spans, and nothing is paid where nobody does. */
  run(describe: () => SpanSubject, work: Work): Promise<Outcome | undefined>;
}

export function createSpans(): Spans {
  let api: Api | undefined;
  let loading: Promise<void> | undefined = load().then((loaded) => {
    api = loaded;
    loading = undefined;
  });
  const run: Spans['run'] = (describe, work) => {
    const tracer = api && tracerOf(api);
    return tracer ? runInSpan(api!, tracer, describe(), work) : work();
  };
  return {
    run: (describe, work) => (loading ? loading.then(() => run(describe, work)) : run(describe, work)),
  };
}

type Api = typeof OpenTelemetry;

/** Its name is written out so that bundlers find it, and tried so that they do without it where it is not installed. */
async function load(): Promise<Api | undefined> {
  try {
    return await import('@opentelemetry/api');
  } catch {
    return undefined;
  }
}

/** The app's own. Until it has registered one, what the API hands out stands for none. */
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
  // The client's own trace goes on; the HTTP request that brought it is linked to.
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
      const { code, text = '' } = outcome ? (outcome.failed ?? {}) : { code: 'NOT_FOUND' };
      if (code !== undefined) {
        span.setAttribute('error.type', code);
        span.setStatus({ code: SpanStatusCode.ERROR, message: text });
      }
      return outcome;
    } finally {
      span.end();
    }
  });
}

/** What a resource is called by may be one of millions, and is no part of the name. */
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
