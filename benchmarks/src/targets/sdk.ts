import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { default as createExpress } from 'express';
import { listen, type Start } from '../app/listen.ts';
import { createCall, toolTexts } from '../app/tools.ts';

/** As the SDK's guide has it: a server made for each request, its tools registered, behind Express' own parser. */
export const express: Start = async (shape) => {
  const call = createCall(shape);
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'bench', version: '1.0.0' });
    server.registerTool('hello', toolTexts.hello, (args, context) =>
      call('hello', args, context.http?.req?.headers.get('authorization') ?? undefined),
    );
    server.registerTool('rows', toolTexts.rows, (args, context) =>
      call('rows', args, context.http?.req?.headers.get('authorization') ?? undefined),
    );
    return server;
  });
  const serve = toNodeHandler(handler);
  const app = createExpress();
  app.use(createExpress.json());
  app.all('/mcp', (req, res) => void serve(req, res, req.body));
  return listen(app);
};
