import type { Tool } from '@modelcontextprotocol/client';
import { expect, test } from 'vitest';
import { areaOf, toAreas } from './area.ts';

const tool = (name: string, procedure?: object): Tool => ({
  name,
  inputSchema: { type: 'object' },
  ...(procedure && { _meta: { 'trpc-mcp/procedure': procedure } }),
});

test.each([
  [tool('x', { path: 'customers.search', type: 'query', toolset: 'sales' }), 'sales'],
  [tool('x', { path: 'customers.search', type: 'query' }), 'customers'],
  [tool('x', { path: 'greet', type: 'query' }), 'General'],
  [tool('greet', { path: 'greet', type: 'query', toolset: 'greet' }), 'General'],
  [tool('sales_report', { path: 'sales_report', type: 'query', toolset: 'sales_report' }), 'sales'],
  [tool('customers_search'), 'customers'],
  [tool('github-create-issue'), 'github'],
  [tool('greet'), 'General'],
  [tool('_private'), 'General'],
  [tool('a_b', { path: 7, toolset: null }), 'a'],
])('%j belongs to %s', (one, area) => {
  expect(areaOf(one)).toBe(area);
});

test('areas keep the order of the list, and what has none comes last', () => {
  const tools = ['greet', 'b_one', 'a_one', 'b_two'].map((name) => ({ tool: tool(name) }));
  expect(toAreas(tools).map(({ name, tools: all }) => [name, all.map((one) => one.tool.name)])).toEqual([
    ['b', ['b_one', 'b_two']],
    ['a', ['a_one']],
    ['General', ['greet']],
  ]);
});
