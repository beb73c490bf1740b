import { BAGGAGE_META_KEY, TRACEPARENT_META_KEY, TRACESTATE_META_KEY } from '@modelcontextprotocol/server';
import type { TraceContext } from '../call/context.ts';

/** Where the client's trace goes on; `undefined` where it has none. */
export function traceOf(meta: Record<string, unknown> | undefined): TraceContext | undefined {
  const traceparent = meta?.[TRACEPARENT_META_KEY];
  const tracestate = meta?.[TRACESTATE_META_KEY];
  // Baggage travels without a trace as well.
  const baggage = meta?.[BAGGAGE_META_KEY];
  const isTraced = typeof traceparent === 'string';
  if (!isTraced && typeof baggage !== 'string') return undefined;
  return {
    ...(isTraced && { traceparent }),
    ...(isTraced && typeof tracestate === 'string' && { tracestate }),
    ...(typeof baggage === 'string' && { baggage }),
  };
}
