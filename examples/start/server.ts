import { initTRPC } from '@trpc/server';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import { inspector } from '@trpc-mcp/inspector';
import express from 'express';
import { z } from 'zod';

// Your app reads a session or a token here. tRPC and MCP share the function.
const createContext = ({ req }: CreateExpressContextOptions) => ({ user: req.get('x-user') ?? 'a guest' });

const t = initTRPC.context<typeof createContext>().meta<McpMeta>().create();

const appRouter = t.router({
  hello: t.procedure
    .meta({ mcp: { description: 'Greets a person by name.' } })
    .input(z.object({ name: z.string() }))
    .query(({ ctx, input }) => `Hi ${input.name}, says ${ctx.user}`),
});

const app = express();
app.use('/trpc', createExpressMiddleware({ router: appRouter, createContext }));
app.use('/mcp', mcpHandler(appRouter, { createContext, page: inspector() }));

const port = Number(process.env['PORT'] ?? 3000);
app.listen(port, () => console.log(`http://localhost:${port}/mcp`));
