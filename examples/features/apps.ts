import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

const page = `<!doctype html>
<title>Sales</title>
<p id="sales">…</p>
<script type="module">
  // The client sends the tool's result to the page: see the documentation of MCP Apps.
  addEventListener('message', ({ data }) => {
    const result = data.params?.structuredContent;
    if (data.method === 'ui/notifications/tool-result') sales.textContent = JSON.stringify(result);
  });
</script>`;

export const router = t.router({
  sales: t.procedure
    .meta({ mcp: { title: 'Sales', _meta: { ui: { resourceUri: 'ui://sales' } } } })
    .input(z.object({ year: z.int() }))
    .output(z.object({ year: z.int(), total: z.number() }))
    .query(({ input }) => ({ year: input.year, total: 12_500 })),

  salesPage: t.procedure.meta({ mcp: { resource: { uri: 'ui://sales' } } }).query(() => page),
});

export const handler = mcpHandler(router);
