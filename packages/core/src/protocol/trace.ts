import { BAGGAGE_META_KEY, TRACEPARENT_META_KEY, TRACESTATE_META_KEY } from '@modelcontextprotocol/server';
import type { TraceContext } from '../call/context.ts';

/** Reads the client's trace from the `_meta` of a request; `undefined` if there is none. */
export function traceOf(meta: Record<string, unknown> | undefined): TraceContext | undefined {
  const traceparent = meta?.[TRACEPARENT_META_KEY];
  const tracestate = meta?.[TRACESTATE_META_KEY];
  // Baggage may come without a trace.
  const baggage = meta?.[BAGGAGE_META_KEY];
  const isTraced = typeof traceparent === 'string';
  if (!isTraced && typeof baggage !== 'string') return undefined;
  return {
    ...(isTraced && { traceparent }),
    ...(isTraced && typeof tracestate === 'string' && { tracestate }),
    ...(typeof baggage === 'string' && { baggage }),
  };
}
