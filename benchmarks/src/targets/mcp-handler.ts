import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { createMcpHandler } from 'mcp-handler';
import { listenOn, type Start } from '../app/listen.ts';
import { createCall, toolTexts } from '../app/tools.ts';

export const hono: Start = async (shape) => {
  const call = createCall(shape);
  const handler = createMcpHandler((server) => {
    server.registerTool('hello', toolTexts.hello, (args, context) =>
      call('hello', args, context.http?.req?.headers.get('authorization') ?? undefined),
    );
    server.registerTool('rows', toolTexts.rows, (args, context) =>
      call('rows', args, context.http?.req?.headers.get('authorization') ?? undefined),
    );
  });
  const app = new Hono();
  app.all('/mcp', (c) => handler(c.req.raw));
  return listenOn(createAdaptorServer(app));
};
