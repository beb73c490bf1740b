import type { TraceContext } from '../call/context.ts';
import { metaKeys } from './spec.ts';

/** Reads the client's trace from the `_meta` of a request; `undefined` if there is none. */
export function traceOf(meta: Record<string, unknown> | undefined): TraceContext | undefined {
  const traceparent = meta?.[metaKeys.traceparent];
  const tracestate = meta?.[metaKeys.tracestate];
  // Baggage may come without a trace.
  const baggage = meta?.[metaKeys.baggage];
  const isTraced = typeof traceparent === 'string';
  if (!isTraced && typeof baggage !== 'string') return undefined;
  return {
    ...(isTraced && { traceparent }),
    ...(isTraced && typeof tracestate === 'string' && { tracestate }),
    ...(typeof baggage === 'string' && { baggage }),
  };
}
