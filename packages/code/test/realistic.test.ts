import type { CodeMode, CodeTool } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { expect, test } from 'vitest';
import { appRouter } from '../../../apps/realistic/src/router.ts';
import { declareApi } from '../src/declare/declaration.ts';
import { compile } from './compile.ts';

test('the 120 procedures of a realistic app are declared in valid TypeScript, of about 80 tokens each', async () => {
  let tools: readonly CodeTool[] = [];
  const tool = (does: 'search' | 'run') => ({
    does,
    name: does,
    title: does,
    description: does,
    inputSchema: { type: 'object' as const },
  });
  const reading: CodeMode = {
    kind: 'code',
    tools: [tool('search'), tool('run')],
    async call(_name, _args, run) {
      tools = await run.tools();
      return { kind: 'result', text: 'read' };
    },
  };
  // Casts: their context is not asked for here.
  const handler = mcpHandler(
    appRouter as never,
    {
      tag: () => true,
      createContext: () => ({}),
      discovery: reading,
    } as never,
  );
  const call = {
    name: 'search',
    arguments: {},
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  };
  await handler(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'search',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call }),
    }),
  );
  expect(tools.length).toBe(120);
  const text = declareApi(tools);
  expect(compile(text)).toBe('');
  expect(Math.round(text.length / 4 / tools.length)).toBeLessThan(100);
});
