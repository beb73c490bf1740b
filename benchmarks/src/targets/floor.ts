import type { IncomingMessage, ServerResponse } from 'node:http';
import { createFloor } from '../app/floor.ts';
import { listen, listenOn, portOf, readText, type Start } from '../app/listen.ts';
import type { AppShape } from '../app/router.ts';

function createListener(shape: AppShape) {
  const answer = createFloor(shape);
  return async (req: IncomingMessage, res: ServerResponse) => {
    const message: unknown = JSON.parse(await readText(req));
    const body = await answer(message, { user: req.headers.authorization });
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    res.end(body);
  };
}

export const express: Start = async (shape) => {
  const { default: createExpress } = await import('express');
  const app = createExpress();
  app.use('/mcp', createListener(shape));
  return listen(app);
};

export const fastify: Start = async (shape) => {
  const { fastify: createFastify } = await import('fastify');
  const answer = createFloor(shape);
  const app = createFastify();
  app.post('/mcp', async (req, reply) => {
    reply.header('content-type', 'application/json');
    return answer(req.body, { user: req.headers.authorization });
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return portOf(app.server);
};

export const hono: Start = async (shape) => {
  const { Hono } = await import('hono');
  const { createAdaptorServer } = await import('@hono/node-server');
  const answer = createFloor(shape);
  const app = new Hono();
  app.post('/mcp', async (c) => {
    const body = await answer(await c.req.json(), { user: c.req.header('authorization') });
    return c.body(body, 200, { 'content-type': 'application/json' });
  });
  return listenOn(createAdaptorServer(app));
};

export const node: Start = async (shape) => {
  const listener = createListener(shape);
  return listen((req, res) => void listener(req, res));
};
