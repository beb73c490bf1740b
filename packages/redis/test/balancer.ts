import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

/** Sends each request to the next node, and those of a session to the node that opened it. */
export interface Balancer extends AsyncDisposable {
  url: string;
  /** What went where, by the node's number. */
  routes: { node: number; method: string | undefined; session: string | undefined }[];
}

const sessionHeader = 'mcp-session-id';

export async function openBalancer(nodes: readonly string[]): Promise<Balancer> {
  const routes: Balancer['routes'] = [];
  const sessions = new Map<string, number>();
  let next = 0;

  const forward = (req: IncomingMessage, res: ServerResponse) => {
    const session = req.headers[sessionHeader] as string | undefined;
    const node = sessions.get(session ?? '') ?? next++ % nodes.length;
    routes.push({ node, method: req.headers['mcp-method'] as string | undefined, session });
    const target = new URL(nodes[node]!);
    const { method, headers } = req;
    const upstream = request(target, { method, headers: { ...headers, host: target.host } }, (answer) => {
      const opened = answer.headers[sessionHeader];
      if (typeof opened === 'string') sessions.set(opened, node);
      res.writeHead(answer.statusCode!, answer.headers);
      // A stream has a head before it has anything to say.
      res.flushHeaders();
      pipeline(answer, res, () => {});
    });
    upstream.on('error', () => (res.headersSent ? res.destroy() : res.writeHead(502).end()));
    res.on('close', () => upstream.destroy());
    req.pipe(upstream);
  };

  const server = createServer(forward).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    routes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
