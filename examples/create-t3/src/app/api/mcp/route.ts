import { TRPCError } from '@trpc/server';
import type { Authenticate } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { appRouter } from '~/server/api/root';
import { createTRPCContext } from '~/server/api/trpc';
import { findOwner, tokenOf } from '~/server/auth/token';

/** An agent sends a token of the person that it works for. The cookie of a browser is no credential here. */
const authenticate: Authenticate = async ({ headers }) => {
  const token = tokenOf(headers);
  if (token === undefined) return undefined;
  const owner = await findOwner(token);
  if (!owner) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Nobody has this token.' });
  return { token, clientId: 'api-token', subject: String(owner.id), scopes: [] };
};

const handler = mcpHandler(appRouter, {
  createContext: ({ req }) => createTRPCContext({ headers: req.headers }),
  auth: { authenticate, required: true },
  return200ForErrors: 'forbidden',
});

export { handler as GET, handler as POST };
