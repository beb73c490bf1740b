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

/** Starts apps whose callers need an API token, as most tRPC apps have it. */
export async function startTokenServer(): Promise<TokenServer> {
  const [strict, lenient] = [
    await start(createApp({})),
    await start(createApp({ return200ForErrors: true })),
  ];
  return {
    mcp: `${strict.url}/mcp`,
    words: `${lenient.url}/mcp`,
    nothing: `${strict.url}/nothing`,
    async [Symbol.asyncDispose]() {
      await strict[Symbol.asyncDispose]();
      await lenient[Symbol.asyncDispose]();
    },
  };
}
