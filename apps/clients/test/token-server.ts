import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import { start } from 'example-testing/server';
import express from 'express';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

const appRouter = t.router({
  hello: t.procedure
    .meta({ mcp: { description: 'Greets a person by name.' } })
    .input(z.object({ name: z.string() }))
    .query(({ input }) => `Hi ${input.name}`),
});

/** The only token that the server knows. */
export const token = 'secret';

/** What it says to a caller with another one. */
export const unknownToken = 'This token is not one of ours';

const auth = {
  required: true as const,
  authenticate: (request: Request) => {
    const [, sent] = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '') ?? [];
    if (sent === undefined) return undefined;
    if (sent !== token) throw new TRPCError({ code: 'UNAUTHORIZED', message: unknownToken });
    return { token: sent, clientId: 'ada', scopes: [] };
  },
};

export interface TokenServer extends AsyncDisposable {
  /** Takes API tokens, and has no OAuth. */
  mcp: string;
  /** The same with `return200ForErrors: true`. */
  words: string;
  /** A path where nothing is. */
  nothing: string;
}

/** Starts an app whose callers need an API token, as most tRPC apps have it. */
export async function startTokenServer(): Promise<TokenServer> {
  const app = express();
  app.use('/mcp', mcpHandler(appRouter, { auth }));
  app.use('/words', mcpHandler(appRouter, { auth, return200ForErrors: true }));
  const server = await start(app);
  return {
    mcp: `${server.url}/mcp`,
    words: `${server.url}/words`,
    nothing: `${server.url}/nothing`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
