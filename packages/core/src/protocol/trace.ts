import { BAGGAGE_META_KEY, TRACEPARENT_META_KEY, TRACESTATE_META_KEY } from '@modelcontextprotocol/server';
import type { TraceContext } from '../call/context.ts';

/** Where the client's trace goes on; `undefined` where it has none. */
export function traceOf(meta: Record<string, unknown> | undefined): TraceContext | undefined {
  const traceparent = meta?.[TRACEPARENT_META_KEY];
  if (typeof traceparent !== 'string') return undefined;
  const tracestate = meta![TRACESTATE_META_KEY];
  const baggage = meta![BAGGAGE_META_KEY];
  return {
    traceparent,
    ...(typeof tracestate === 'string' && { tracestate }),
    ...(typeof baggage === 'string' && { baggage }),
  };
}
