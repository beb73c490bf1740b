import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta, Skills } from '@trpc-mcp/core';
import { mcpHandler as fetchHandler } from '@trpc-mcp/core/fetch';
import { mcpHandler, readSkills } from '@trpc-mcp/core/node';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

const invoices = [
  { number: 'A-1', cents: 4900, paidAt: '2026-11-20' },
  { number: 'A-2', cents: 900, paidAt: '2026-06-02' },
];

const byNumber = z.object({ number: z.string() });

function find(number: string) {
  const invoice = invoices.find((one) => one.number === number);
  if (invoice) return invoice;
  throw new TRPCError({ code: 'NOT_FOUND', message: `There is no invoice ${number}.` });
}

export const router = t.router({
  invoices: {
    get: t.procedure
      .meta({ mcp: true })
      .input(byNumber)
      .query(({ input }) => find(input.number)),
    refund: t.procedure
      .meta({ mcp: { confirm: 'Refund {number}?' } })
      .input(byNumber)
      .mutation(({ input }) => ({ refundedCents: find(input.number).cents })),
  },
});

export const handler = mcpHandler(router, {
  skills: await readSkills(new URL('skills', import.meta.url)),
});

const skills: Skills = {
  'refunds/SKILL.md': `---
name: refunds
description: Refunds an invoice by the policy of the company. Use it when a customer wants money back.
---

1. Read references/POLICY.md. It says who gets money back.
2. Call invoices_refund, or say which rule forbids it.
`,
  'refunds/references/POLICY.md': 'Within 30 days, everybody gets money back.\n',
};

export const worker = { fetch: fetchHandler(router, { skills }) };
