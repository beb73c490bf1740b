import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

const invoice = z.object({
  number: z.string(),
  customer: z.string(),
  amountCents: z.int().describe('US cents'),
  issuedAt: z.date(),
});

const invoices = Array.from({ length: 250 }, (_, index): z.output<typeof invoice> => ({
  number: `INV-${String(index + 1).padStart(4, '0')}`,
  customer: ['Ada', 'Bo', 'Cleo'][index % 3]!,
  amountCents: (index + 1) * 100,
  issuedAt: new Date(Date.UTC(2026, 0, 1 + Math.floor(index / 10))),
}));

const listInvoices = t.procedure
  .meta({ mcp: { description: 'Lists all invoices.' } })
  .output(z.array(invoice))
  .query(() => invoices);

const listPage = t.procedure
  .meta({ mcp: { description: 'Lists invoices, page by page.' } })
  .input(z.object({ limit: z.int().min(1).max(100).default(100), cursor: z.int().default(0) }))
  .output(z.object({ items: z.array(invoice), nextCursor: z.int().optional() }))
  .query(({ input: { limit, cursor } }) => {
    const next = cursor + limit;
    return { items: invoices.slice(cursor, next), nextCursor: next < invoices.length ? next : undefined };
  });

const listTable = t.procedure
  .meta({ mcp: { description: 'Lists all invoices as a table.', result: { format: 'tsv' } } })
  .output(z.array(invoice))
  .query(() => invoices);

export const router = t.router({ invoices: listInvoices, page: listPage, table: listTable });

export const handler = mcpHandler(router, { result: { maxTokens: 2000, fields: true } });
