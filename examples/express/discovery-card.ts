import { initTRPC } from '@trpc/server';
import { aiCatalogHandler, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import express from 'express';

const t = initTRPC.meta<McpMeta>().create();

export const appRouter = t.router({
  time: t.procedure.meta({ mcp: true }).query(() => new Date().toISOString()),
});

const mcp = mcpHandler(appRouter, {
  server: {
    name: 'acme-billing',
    version: '1.4.0',
    title: 'Acme Billing',
    description: 'Finds invoices and customers, and sends reminders.',
  },
  card: { name: 'com.acme/billing', url: 'https://app.acme.com/mcp' },
});

export const app = express();
app.use('/mcp', mcp);
app.use(aiCatalogHandler(mcp));

const support = mcpHandler(appRouter, {
  server: { name: 'com.acme/support', version: '1.0.0', description: 'Answers questions about Acme.' },
  card: {
    url: 'https://app.acme.com/support/mcp',
    headers: [{ name: 'X-Api-Key', description: 'Your key', isRequired: true, isSecret: true }],
  },
});

export const catalog = aiCatalogHandler([mcp, support], {
  host: { displayName: 'Acme' },
  entries: [
    {
      identifier: 'urn:air:acme.com:a2a:helper',
      type: 'application/a2a-agent-card+json',
      url: 'https://agents.acme.com/helper',
    },
  ],
});
