import { expect, test } from 'vitest';
import { start } from 'example-testing/server';
import { handler } from '../outputs.ts';
import outputs from '../mcp.outputs.json' with { type: 'json' };
import { connect } from './clients.ts';

test('a client reads the types, and results follow them', async () => {
  await using server = await start(handler);
  await using client = await connect('2026-07-28', server.url);
  const { tools } = await client.any.listTools();
  const order = outputs.$defs.Order;
  const schemas = Object.fromEntries(tools.map(({ name, outputSchema }) => [name, outputSchema]));
  expect(schemas).toEqual({
    orders_get: { anyOf: [order, { type: 'null' }] },
    orders_list: {
      type: 'object',
      properties: {
        items: { type: 'array', items: order },
        next: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      },
      required: ['items', 'next'],
    },
  });
  const { structuredContent } = await client.any.callTool({ name: 'orders_list' });
  expect(structuredContent).toEqual({
    items: [{ id: 'o1', total: '1999', placedAt: '1970-01-01T00:00:00.000Z', state: 'open' }],
    next: null,
  });
});
