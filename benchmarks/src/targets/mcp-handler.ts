import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { createMcpHandler } from 'mcp-handler';
import { listenOn, type Start } from '../app/listen.ts';
import { createTools } from '../app/tools.ts';

export const hono: Start = async (shape) => {
  const tools = createTools(shape);
  const handler = createMcpHandler((server) => {
    for (const { name, texts, call } of tools) {
      server.registerTool(name, texts, (args, context) =>
        call(args, context.http?.req?.headers.get('authorization') ?? undefined),
      );
    }
  });
  const app = new Hono();
  app.all('/mcp', (c) => handler(c.req.raw));
  return listenOn(createAdaptorServer(app));
};
