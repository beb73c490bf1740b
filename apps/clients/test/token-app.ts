import { initTRPC, TRPCError } from '@trpc/server';
import type { HandlerOptions, McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import express, { type Express } from 'express';

/** The only token that the app knows. */
export const token = 'token-of-ada';

/** What the app says to a caller whose token it does not know. */
export const unknownToken = 'Nobody has this token. Make a new one in the settings.';

const t = initTRPC.meta<McpMeta>().create();

const router = t.router({
  whoami: t.procedure.meta({ mcp: true }).query(() => ({ name: 'Ada' })),
});

/** An endpoint that takes plain tokens alone: there is no login that a client could start. */
export function createApp(options: Pick<HandlerOptions, 'return200ForErrors'>): Express {
  const app = express();
  app.use(
    '/mcp',
    mcpHandler(router, {
      ...options,
      auth: {
        required: true,
        authenticate(request) {
          const header = request.headers.get('authorization');
          if (header === null) return undefined;
          if (header === `Bearer ${token}`) return { token: header, clientId: 'ada', scopes: [] };
          throw new TRPCError({ code: 'UNAUTHORIZED', message: unknownToken });
        },
      },
    }),
  );
  return app;
}
