// The code of docs/hosts.md: it is type-checked here, and a test compares the two.
import { serve } from '@hono/node-server';
import { initTRPC, TRPCError } from '@trpc/server';
import type { CreateExpressContextOptions } from '@trpc/server/adapters/express';
import type { CreateFastifyContextOptions } from '@trpc/server/adapters/fastify';
import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import type { CreateNextContextOptions } from '@trpc/server/adapters/next';
import type { CreateHTTP2ContextOptions } from '@trpc/server/adapters/standalone';
import { mcpHandler as expressHandler } from '@trpc-mcp/core/express';
import { mcpHandler as fastifyHandler } from '@trpc-mcp/core/fastify';
import { mcpHandler as fetchHandler } from '@trpc-mcp/core/fetch';
import { mcpHandler as nodeHandler } from '@trpc-mcp/core/node';
import { serveStdio } from '@trpc-mcp/core/stdio';
import type { McpMeta } from '@trpc-mcp/core';
import express from 'express';
import fastify from 'fastify';
import http from 'node:http';
import http2 from 'node:http2';

interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const appRouter = t.router({
  whoami: t.procedure.meta({ mcp: { scopes: ['profile:read'] } }).query(({ ctx }) => ({ user: ctx.user })),
});
const userOf = (authorization: string | null | undefined): Context => ({
  user: authorization?.replace(/^Bearer /, ''),
});
const findKey = (key: string): Promise<{ user: string; scopes: string[] } | undefined> =>
  Promise.resolve(key === 'secret' ? { user: 'ada', scopes: ['profile:read'] } : undefined);
const auth = { authenticate: () => undefined };

export function onExpress() {
  const mcpHandler = expressHandler;
  const createContext = ({ req }: CreateExpressContextOptions) => userOf(req.headers.authorization);
  const app = express();
  app.use('/mcp', mcpHandler(appRouter, { createContext, auth }));
  return app;
}

export function onFastify() {
  const mcpHandler = fastifyHandler;
  const createContext = ({ req }: CreateFastifyContextOptions) => userOf(req.headers.authorization);
  const app = fastify();
  app.register(mcpHandler(appRouter, { createContext, auth }), { prefix: '/mcp' });
  return app;
}

export function onNode() {
  const mcpHandler = nodeHandler;
  const createContext = ({ req }: { req: http.IncomingMessage }) => userOf(req.headers.authorization);
  http.createServer(mcpHandler(appRouter, { createContext, auth })).listen(3000);
}

export function onHttp2() {
  const mcpHandler = nodeHandler;
  const createContext = ({ req }: CreateHTTP2ContextOptions) => userOf(req.headers.authorization);
  http2.createServer(mcpHandler(appRouter, { createContext, auth })).listen(3000);
}

export function onNextPages() {
  const mcpHandler = nodeHandler;
  const createContext = ({ req }: CreateNextContextOptions) => userOf(req.headers.authorization);
  return mcpHandler(appRouter, { createContext, auth });
}

export function onFetch() {
  const mcpHandler = fetchHandler;
  const createContext = ({ req }: FetchCreateContextFnOptions) => userOf(req.headers.get('authorization'));
  const handler = mcpHandler(appRouter, { createContext, auth });
  return handler;
}

export function onHono() {
  serve({ fetch: onFetch(), port: 3000 });
}

export function onStdio() {
  serveStdio(appRouter, {
    createContext: ({ mcp }) => ({ user: mcp.auth?.clientId }),
    auth: {
      async authenticate({ APP_KEY }) {
        if (!APP_KEY) return undefined;
        const key = await findKey(APP_KEY);
        if (!key) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'APP_KEY is not a key of ours' });
        return { token: APP_KEY, clientId: key.user, scopes: key.scopes };
      },
      required: true,
    },
  });
}

export function forBrowsers() {
  const mcpHandler = expressHandler;
  const createContext = ({ req }: CreateExpressContextOptions) => userOf(req.headers.authorization);
  mcpHandler(appRouter, { createContext, auth, cors: { origins: ['https://app.example.com'] } });
}
