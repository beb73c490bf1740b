import { createExpressMiddleware } from '@trpc/server/adapters/express';
import { mcpHandler } from '@trpc-mcp/core/express';
import express from 'express';
import { appRouter } from './router.ts';
import { createContext } from './trpc.ts';
import { userOf } from './users.ts';

export const app = express();
app.use('/trpc', createExpressMiddleware({ router: appRouter, createContext }));
app.use(
  '/mcp',
  mcpHandler(appRouter, {
    createContext,
    auth: {
      required: true, // strangers do not see the list either
      authenticate: async (request) => {
        const token = request.headers.get('authorization')?.replace('Bearer ', '');
        const user = token === undefined ? undefined : await userOf(`Bearer ${token}`);
        return token && user ? { token, clientId: 'api-token', subject: user.id, scopes: [] } : undefined;
      },
    },
  }),
);
