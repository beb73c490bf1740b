import { initTRPC, TRPCError } from '@trpc/server';
import { bypassable, getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { z } from 'zod';

interface Customer {
  id: string;
  name: string;
  isActive: boolean;
}

export interface Context {
  user: string | undefined;
}

export const customers = new Map<string, Customer>([
  ['c1', { id: 'c1', name: 'Alice', isActive: true }],
  ['c2', { id: 'c2', name: 'Bob', isActive: false }],
]);

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const authentication = t.middleware(({ ctx, next }) => {
  if (ctx.user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { user: ctx.user } });
});

const byEndpoint = t.middleware(({ next }) => {
  const user = getMcpCall()?.auth?.subject;
  if (user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Use a token.' });
  return next({ ctx: { user } });
});

const authenticated = t.procedure.use(bypassable('authentication', authentication, byEndpoint));

const list = authenticated.meta({ mcp: { description: 'Lists customers.' } }).query(() => {
  const all = [...customers.values()];
  // request.is_mcp_request
  return getMcpCall() ? all.filter(({ isActive }) => isActive) : all;
});

const retrieve = authenticated
  .meta({ mcp: { title: 'Get customer details', description: 'Reads one customer.' } })
  .input(z.object({ id: z.string() }))
  .query(({ input }) => find(input.id));

const partialUpdate = authenticated
  .meta({ mcp: true })
  .input(z.object({ id: z.string(), name: z.string().min(1).optional(), isActive: z.boolean().optional() }))
  .mutation(({ input }) => {
    const before = find(input.id);
    const changed = {
      ...before,
      name: input.name ?? before.name,
      isActive: input.isActive ?? before.isActive,
    };
    customers.set(changed.id, changed);
    return changed;
  });

const destroy = authenticated
  .meta({ mcp: { confirm: 'Delete the customer {id}?', confirmFallback: 'proceed' } })
  .input(z.object({ id: z.string() }))
  .mutation(({ input }) => {
    customers.delete(input.id);
  });

const bulkCreate = authenticated
  .meta({ mcp: true })
  .input(z.array(z.object({ name: z.string() })))
  .mutation(({ input }) => input.length);

export const appRouter = t.router({
  customers: t.router({ list, retrieve, partialUpdate, destroy, bulkCreate }),
});

function find(id: string): Customer {
  const customer = customers.get(id);
  if (!customer) throw new TRPCError({ code: 'NOT_FOUND', message: `There is no customer ${id}.` });
  return customer;
}

export const handler = mcpHandler(appRouter, {
  createContext: ({ req }): Context => ({ user: req.headers.get('x-session-user') ?? undefined }),
  auth: {
    // authentication_classes of MCPView
    authenticate({ headers }) {
      if (headers.get('authorization') !== 'Bearer of-ada') return undefined;
      return { token: '', clientId: 'token', subject: 'ada', scopes: [] };
    },
    required: true,
    // has_mcp_permission of MCPView
    authorize: ({ auth }) => auth?.subject === 'ada',
  },
  // BYPASS_VIEWSET_AUTHENTICATION
  bypass: { authentication: true },
  // RETURN_200_FOR_ERRORS
  return200ForErrors: true,
});
