import { listen, listenOn, portOf, type Start } from '../app/listen.ts';
import { type AppShape, type Context, createApp } from '../app/router.ts';
import type { HandlerOptions } from '@trpc-mcp/core';

type NodeHeaders = { authorization?: string | undefined };

const createContext = ({ req }: { req: { headers: NodeHeaders } }): Context => ({
  user: req.headers.authorization,
});
const createFetchContext = ({ req }: { req: Request }): Context => ({
  user: req.headers.get('authorization') ?? undefined,
});

// The lane can be switched off, to measure its effect. A soak opens sessions, and uses idempotency keys.
const toOptions = ({ soak }: AppShape): HandlerOptions => ({
  fastLane: process.env['FAST_LANE'] !== 'off',
  ...(soak && {
    legacy: 'sessions',
    sessions: { max: 100 },
    callerId: ({ headers }) => headers.get('authorization') ?? undefined,
  }),
});

export const express: Start = async (shape) => {
  const { default: createExpress } = await import('express');
  const { mcpHandler } = await import('@trpc-mcp/core/express');
  const app = createExpress();
  app.use('/mcp', mcpHandler(createApp(shape), { ...toOptions(shape), createContext }));
  return listen(app);
};

export const fastify: Start = async (shape) => {
  const { fastify: createFastify } = await import('fastify');
  const { mcpHandler } = await import('@trpc-mcp/core/fastify');
  const app = createFastify();
  await app.register(mcpHandler(createApp(shape), { ...toOptions(shape), createContext }), {
    prefix: '/mcp',
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return portOf(app.server);
};

export const hono: Start = async (shape) => {
  const { Hono } = await import('hono');
  const { createAdaptorServer } = await import('@hono/node-server');
  const { mcpHandler } = await import('@trpc-mcp/core/fetch');
  const handler = mcpHandler(createApp(shape), { ...toOptions(shape), createContext: createFetchContext });
  const app = new Hono();
  app.all('/mcp', (c) => handler(c.req.raw));
  return listenOn(createAdaptorServer(app));
};

export const node: Start = async (shape) => {
  const { mcpHandler } = await import('@trpc-mcp/core/node');
  return listen(mcpHandler(createApp(shape), { ...toOptions(shape), createContext }));
};
