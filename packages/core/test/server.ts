import express, { type RequestHandler } from 'express';
import { createServer, type RequestListener } from 'node:http';

/** A server on a free port of the loopback interface, closed by `await using`. */
export interface TestServer extends AsyncDisposable {
  url: string;
  /** Where `serve` puts the handler. */
  mcp: string;
  port: number;
}

export async function listen(app: RequestListener): Promise<TestServer> {
  const server = createServer(app);
  // On a slow machine, a connection could be closed just as the next request is sent on it.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  const url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    mcp: `${url}/mcp`,
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An Express app with an MCP handler at `/mcp`, and other middleware before it. */
export async function serve(handler: RequestHandler, ...before: RequestHandler[]): Promise<TestServer> {
  const app = express();
  for (const middleware of before) app.use(middleware);
  app.use('/mcp', handler);
  return listen(app);
}
