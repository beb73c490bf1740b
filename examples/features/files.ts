import { createHash } from 'node:crypto';
import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

const reports = new Map([
  ['2026', `month,total\n${'january,12500\n'.repeat(4000)}`],
  ['2025', 'month,total\njanuary,9100\n'],
]);

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const upload = t.procedure
  .meta({ mcp: { description: 'Keeps a scanned invoice, and returns what it is.' } })
  .input(
    z.object({
      customer: z.string(),
      scan: z.file().max(1_000_000).mime(['application/pdf', 'image/png']),
    }),
  )
  .mutation(async ({ input: { scan } }) => {
    const bytes = new Uint8Array(await scan.arrayBuffer());
    return { name: scan.name, type: scan.type, size: scan.size, sha256: digestOf(bytes) };
  });

const digest = t.procedure
  .meta({ mcp: true })
  .input(z.object({ bytes: z.instanceof(Uint8Array) }))
  .query(({ input }) => digestOf(input.bytes));

const chart = t.procedure
  .meta({ mcp: { description: 'Draws the sales of this year as a picture.' } })
  .query(() => new File([pixel], 'sales.png', { type: 'image/png' }));

const letter = t.procedure.meta({ mcp: true }).query(() => ({
  to: 'Ada',
  attachment: new File(['Dear Ada'], 'letter.txt', { type: 'text/plain' }),
}));

const report = t.procedure
  .meta({
    mcp: { tool: true, description: 'The sales of a year as CSV.', resource: { uri: 'reports://{year}' } },
  })
  .input(z.object({ year: z.string() }))
  .query(({ input: { year } }) => {
    const csv = reports.get(year);
    if (csv === undefined) throw new TRPCError({ code: 'NOT_FOUND', message: `No report of ${year}.` });
    return new File([csv], `${year}.csv`, { type: 'text/csv' });
  });

const downloadLink = t.procedure
  .meta({ mcp: true })
  .input(z.object({ year: z.string() }))
  .query(({ input }) => ({ url: `https://files.example.com/${input.year}.csv?token=short-lived` }));

export const router = t.router({ upload, digest, chart, letter, report, downloadLink });

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}

export const createApp = () =>
  mcpHandler(router, {
    // A file of more than 20,000 bytes becomes a link.
    files: { linkOver: 20_000 },
    // Bodies of up to 8 MiB, and so files of up to about 6 MB.
    maxBodyBytes: 8 * 1024 * 1024,
  });
