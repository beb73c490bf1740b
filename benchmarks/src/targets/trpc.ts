import { type Context, createApp } from '../app/router.ts';
import { listen, listenOn, portOf, type Start } from '../app/listen.ts';

// Queries by POST, as `httpLink({ methodOverride: 'POST' })` sends them: the same body to read as everybody else's.
const allowMethodOverride = true;

const createContext = ({ req }: { req: { headers: { authorization?: string | undefined } } }): Context => ({
  user: req.headers.authorization,
});
const createFetchContext = ({ req }: { req: Request }): Context => ({
  user: req.headers.get('authorization') ?? undefined,
});

export const express: Start = async (shape) => {
  const { default: createExpress } = await import('express');
  const { createExpressMiddleware } = await import('@trpc/server/adapters/express');
  const app = createExpress();
  app.use('/trpc', createExpressMiddleware({ router: createApp(shape), createContext, allowMethodOverride }));
  return listen(app);
};

export const fastify: Start = async (shape) => {
  const { fastify: createFastify } = await import('fastify');
  const { fastifyTRPCPlugin } = await import('@trpc/server/adapters/fastify');
  const app = createFastify({ routerOptions: { maxParamLength: 5000 } });
  const trpcOptions = { router: createApp(shape), createContext, allowMethodOverride };
  await app.register(fastifyTRPCPlugin, { prefix: '/trpc', trpcOptions });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return portOf(app.server);
};

export const hono: Start = async (shape) => {
  const { Hono } = await import('hono');
  const { createAdaptorServer } = await import('@hono/node-server');
  const { fetchRequestHandler } = await import('@trpc/server/adapters/fetch');
  const router = createApp(shape);
  const app = new Hono();
  app.all('/trpc/*', (c) =>
    fetchRequestHandler({
      endpoint: '/trpc',
      req: c.req.raw,
      router,
      createContext: createFetchContext,
      allowMethodOverride,
    }),
  );
  return listenOn(createAdaptorServer(app));
};

export const node: Start = async (shape) => {
  const { createHTTPHandler } = await import('@trpc/server/adapters/standalone');
  return listen(
    createHTTPHandler({ router: createApp(shape), createContext, basePath: '/trpc/', allowMethodOverride }),
  );
};
