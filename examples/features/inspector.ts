import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { inspector } from '@trpc-mcp/inspector';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

export const router = t.router({
  hello: t.procedure
    .meta({ mcp: { description: 'Greets somebody by name.' } })
    .input(z.object({ name: z.string() }))
    .query(({ input }) => `Hi ${input.name}`),
});

export const handler = mcpHandler(router, { page: inspector() });

export const developmentHandler = mcpHandler(router, {
  page: inspector({ allow: () => process.env['NODE_ENV'] !== 'production' }),
});

/** The session of the app's own login, as its other pages find it. */
async function findSession(request: Request): Promise<{ isStaff: boolean } | undefined> {
  const id = /(?:^|; )session=([^;]+)/.exec(request.headers.get('cookie') ?? '')?.[1];
  return id === undefined ? undefined : { isStaff: id === 'of-priya' };
}

export const teamHandler = mcpHandler(router, {
  page: inspector({ allow: async (request) => (await findSession(request))?.isStaff === true }),
});
