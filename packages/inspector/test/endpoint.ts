import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AnyTRPCRouter } from '@trpc/server';
import { type ExpressMcpHandler, mcpHandler } from '@trpc-mcp/core/express';
import express from 'express';
import { inspector } from '@trpc-mcp/inspector';

/** Serves a router with the inspector on Express, on a port of this machine. */
export async function serveWithInspector(
  router: AnyTRPCRouter,
  options: Record<string, unknown> = {},
): Promise<{
  url: string;
  notify: ExpressMcpHandler['notify'];
  drop: () => void;
  close: () => Promise<void>;
}> {
  const app = express();
  const handler = mcpHandler(router, { createContext: () => ({}), page: inspector(), ...options } as never);
  app.use('/mcp', handler);
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    notify: handler.notify,
    drop: () => server.closeAllConnections(),
    async close() {
      await handler.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
