import { listen, listenOn, portOf, type Start } from '../app/listen.ts';
import type { Context } from '../app/router.ts';
import { toMounts } from './mounts.ts';

type NodeHeaders = { authorization?: string | undefined };

const createContext = ({ req }: { req: { headers: NodeHeaders } }): Context => ({
  user: req.headers.authorization,
});
const createFetchContext = ({ req }: { req: Request }): Context => ({
  user: req.headers.get('authorization') ?? undefined,
});

export const express: Start = async (shape) => {
  const { default: createExpress } = await import('express');
  const { mcpHandler } = await import('@trpc-mcp/core/express');
  const app = createExpress();
  for (const { path, router, options, take } of await toMounts(shape)) {
    const handler = mcpHandler(router, { ...options, createContext });
    app.use(path, handler);
    take?.(handler);
  }
  return listen(app);
};

export const fastify: Start = async (shape) => {
  const { fastify: createFastify } = await import('fastify');
  const { mcpHandler } = await import('@trpc-mcp/core/fastify');
  const app = createFastify();
  for (const { path, router, options, take } of await toMounts(shape)) {
    const handler = mcpHandler(router, { ...options, createContext });
    await app.register(handler, { prefix: path });
    take?.(handler);
  }
  await app.listen({ port: 0, host: '127.0.0.1' });
  return portOf(app.server);
};

export const hono: Start = async (shape) => {
  const { Hono } = await import('hono');
  const { createAdaptorServer } = await import('@hono/node-server');
  const { mcpHandler } = await import('@trpc-mcp/core/fetch');
  const app = new Hono();
  for (const { path, router, options, take } of await toMounts(shape)) {
    const handler = mcpHandler(router, { ...options, createContext: createFetchContext });
    app.all(path, (c) => handler(c.req.raw));
    take?.(handler);
  }
  return listenOn(createAdaptorServer(app));
};

export const node: Start = async (shape) => {
  const { mcpHandler } = await import('@trpc-mcp/core/node');
  const mounts = (await toMounts(shape)).map(({ path, router, options, take }) => {
    const handler = mcpHandler(router, { ...options, createContext });
    take?.(handler);
    return { path, handler };
  });
  const [first, ...others] = mounts;
  // What is measured goes to its handler without a look at its path.
  if (others.length === 0) return listen(first!.handler);
  return listen((req, res) => mounts.find(({ path }) => path === req.url)!.handler(req, res));
};
