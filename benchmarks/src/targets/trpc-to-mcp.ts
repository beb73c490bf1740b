import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { default as createExpress } from 'express';
import { createMcpServer } from 'trpc-to-mcp';
import { listen, type Start } from '../app/listen.ts';
import { createApp } from '../app/router.ts';

/** `createMcpServer` as in its README, behind the stateless transport of the SDK that it is written for. */
export const express: Start = async (shape) => {
  const router = createApp({ ...shape, meta: 'trpc-to-mcp' });
  const app = createExpress();
  app.use(createExpress.json());
  app.post('/mcp', async (req, res) => {
    const context = { user: req.headers.authorization };
    const server = createMcpServer({ name: 'bench', version: '1.0.0' }, router, context);
    // Answers with JSON, which is faster than its default, streams.
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    res.on('close', () => {
      void transport.close();
      void server.close();
    });
    await server.connect(transport);
    await transport.handleRequest(req, res, req.body);
  });
  return listen(app);
};
