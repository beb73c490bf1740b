import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { default as createExpress } from 'express';
import { listen, type Start } from '../app/listen.ts';
import { createTools } from '../app/tools.ts';

/** As in the SDK's guide: a server for each request, with its tools registered, behind Express' own parser. */
export const express: Start = async (shape) => {
  const tools = createTools(shape);
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'bench', version: '1.0.0' });
    for (const { name, texts, call } of tools) {
      server.registerTool(name, texts, (args, context) =>
        call(args, context.http?.req?.headers.get('authorization') ?? undefined),
      );
    }
    return server;
  });
  const serve = toNodeHandler(handler);
  const app = createExpress();
  app.use(createExpress.json());
  app.all('/mcp', (req, res) => void serve(req, res, req.body));
  return listen(app);
};
