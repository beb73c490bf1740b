import { TRPCError } from '@trpc/server';
import { serveStdio } from '@trpc-mcp/core/stdio';
import { appRouter } from './router.ts';

/** Your database goes in place of this Map. */
const owners = new Map([['key-of-ada', 'Ada']]);

serveStdio(appRouter, {
  createContext: ({ mcp }) => ({ author: mcp.auth?.clientId ?? 'somebody' }),
  auth: {
    authenticate({ APP_KEY }) {
      if (!APP_KEY) return undefined;
      const owner = owners.get(APP_KEY);
      if (!owner) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'APP_KEY is not a key of ours.' });
      return { token: APP_KEY, clientId: owner, scopes: [] };
    },
    required: true,
  },
});
