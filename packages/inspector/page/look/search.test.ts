import type { Tool } from '@modelcontextprotocol/client';
import { expect, test } from 'vitest';
import { createMatcher, createToolMatchers } from './search.ts';

const tool: Tool = {
  name: 'invoices_list',
  title: 'Find invoices',
  description: 'Lists what customers in Zürich owe.',
  inputSchema: {
    type: 'object',
    properties: {
      issuedUntil: { type: 'string', description: 'The last day.' },
      lines: { type: 'array', items: { type: 'object', properties: { amount: { type: 'number' } } } },
    },
  },
  _meta: { 'trpc-mcp/procedure': { path: 'billing.invoices.list', type: 'query' } },
};
const [matches] = createToolMatchers([tool]);

test.each([
  'invoices_list',
  'FIND',
  'zurich',
  'billing.inv',
  'issueduntil',
  'amount',
  'last day',
  'owe find',
  '',
])('%j finds the tool', (query) => {
  expect(matches!(query)).toBe(true);
});

test.each(['refund', 'find refund'])('%j does not', (query) => {
  expect(matches!(query)).toBe(false);
});

test('words are found in any of the texts', () => {
  expect(createMatcher(['a b', undefined, 'c'])('c a')).toBe(true);
});
