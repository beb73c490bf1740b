import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { initTRPC, TRPCError } from '@trpc/server';
import { getMcpCall, mcpContent, mcpTool, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

const customers = [
  { id: 'c1', name: 'Ada', since: new Date('2026-01-31T09:00:00Z') },
  { id: 'c2', name: 'Grace', since: new Date('2026-06-01T09:00:00Z') },
];

export function createOldServer(): McpServer {
  const server = new McpServer({ name: 'crm', version: '1.0.0' });
  server.registerTool(
    'find_customer',
    {
      title: 'Find a customer',
      description: 'Finds a customer by id.',
      inputSchema: { id: z.string().describe('As list_customers returns it') },
      annotations: { readOnlyHint: true },
    },
    async ({ id }, { sendNotification, _meta }) => {
      const progressToken = _meta?.progressToken;
      if (progressToken !== undefined) {
        const params = { progressToken, progress: 1, total: 1 };
        await sendNotification({ method: 'notifications/progress', params });
      }
      const customer = customers.find((one) => one.id === id);
      if (!customer) {
        return { isError: true, content: [{ type: 'text', text: `There is no customer ${id}.` }] };
      }
      return { content: [{ type: 'text', text: JSON.stringify(customer) }] };
    },
  );
  return server;
}

const t = initTRPC.meta<McpMeta>().create();

const find = t.procedure
  .meta({ mcp: { name: 'find_customer', title: 'Find a customer', description: 'Finds a customer by id.' } })
  .input(z.object({ id: z.string().describe('As list_customers returns it') }))
  .query(({ input }) => {
    getMcpCall()?.progress({ progress: 1, total: 1 });
    const customer = customers.find(({ id }) => id === input.id);
    if (!customer) throw new TRPCError({ code: 'NOT_FOUND', message: `There is no customer ${input.id}.` });
    return customer;
  });

const card = t.procedure
  .meta({ mcp: { name: 'customer_card', description: 'Shows a customer as a card.' } })
  .input(z.object({ id: z.string() }))
  .query(({ input }) => mcpContent([{ type: 'text', text: `# Customer ${input.id}` }]));

const version = mcpTool({
  name: 'version',
  description: 'Says which version of the app runs.',
  annotations: { readOnlyHint: true },
  run: () => '1.4.0',
});

export const createApp = () =>
  mcpHandler(t.router({ customers: t.router({ find, card }) }), {
    server: { name: 'crm', version: '1.0.0' },
    tools: [version],
  });
