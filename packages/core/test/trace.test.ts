import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { getMcpCall, type McpMeta, type McpRequest } from '../src/index.ts';
import type { CallMethod } from '../src/protocol/call-by-name.ts';
import { clientKinds } from './clients.ts';
import { converse } from './conversation.ts';
import { serve } from './server.ts';

const trace = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
  baggage: 'tenant=acme',
};

const t = initTRPC.context<object>().meta<McpMeta>().create();
const router = t.router({
  where: t.procedure
    .meta({ mcp: { tool: true, resource: { uri: 'app://where' }, prompt: true } })
    .query(() => JSON.stringify(getMcpCall()!.trace ?? null)),
});

describe.each(clientKinds)('for a client of kind %s', (kind) => {
  /** The trace that createContext and the procedure get. */
  const seenOf = async (_meta: Record<string, unknown>, method: CallMethod = 'tools/call') => {
    const seen: McpRequest['trace'][] = [];
    const createContext = ({ mcp }: { mcp: McpRequest }) => {
      seen.push(mcp.trace);
      return {};
    };
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await converse(kind, server.mcp);
    const named = method === 'resources/read' ? { uri: 'app://where' } : { name: 'where' };
    const result = JSON.stringify(await client.call(method, { ...named, _meta }));
    expect(seen).toHaveLength(1);
    const told = JSON.stringify(JSON.stringify(seen[0] ?? null)).slice(1, -1);
    expect(result).toContain(told);
    return seen[0];
  };

  test.each<CallMethod>(['tools/call', 'resources/read', 'prompts/get'])(
    'the trace context of %s reaches createContext and the procedure',
    async (method) => {
      expect(await seenOf(trace, method)).toEqual(trace);
    },
  );

  test('it reaches them past other fields, which take the lane no request', async () => {
    expect(await seenOf({ ...trace, 'com.example/tenant': 'acme' })).toEqual(trace);
  });

  test('baggage travels without a trace, a tracestate does not', async () => {
    expect(await seenOf({ baggage: 'tenant=acme' })).toEqual({ baggage: 'tenant=acme' });
    expect(await seenOf({ tracestate: 'vendor=1' })).toBeUndefined();
  });

  test('what is no text is left out, and nothing is no trace', async () => {
    expect(await seenOf({ 'com.example/x': 1 })).toBeUndefined();
    expect(await seenOf({ traceparent: trace.traceparent, 'com.example/x': 1 })).toEqual({
      traceparent: trace.traceparent,
    });
  });
});
