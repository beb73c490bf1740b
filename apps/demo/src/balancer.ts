import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

export interface Balancer extends AsyncDisposable {
  url: string;
}

export interface BalancerOptions {
  /** Any free port by default. */
  port?: number;
  /** Is called for every request, before it goes to a node. */
  onRoute?: (node: string, request: IncomingMessage) => void;
}

const sessionHeader = 'mcp-session-id';

/**
 * Sends the requests to the nodes in turn. Requests of a session go to the node that opened it, because the session
 * is in that node's memory.
 */
export async function openBalancer(
  nodes: () => readonly string[],
  { port = 0, onRoute }: BalancerOptions = {},
): Promise<Balancer> {
  const sessions = new Map<string, string>();
  let turn = 0;

  const pick = ({ headers }: IncomingMessage): string | undefined => {
    const running = nodes();
    const own = sessions.get(String(headers[sessionHeader]));
    // The sessions of a node end with it. Another node answers that the session has ended.
    return own !== undefined && running.includes(own) ? own : running[turn++ % running.length];
  };

  const forward = (req: IncomingMessage, res: ServerResponse) => {
    const node = pick(req);
    if (node === undefined) {
      res.writeHead(503).end();
      return;
    }
    onRoute?.(node, req);
    const { hostname, port: nodePort } = new URL(node);
    const { method, headers, url: path } = req;
    // The Host header is not changed, because the app makes links with it.
    const onward = request({ hostname, port: nodePort, method, path, headers }, (answer) => {
      const opened = answer.headers[sessionHeader];
      if (typeof opened === 'string') sessions.set(opened, node);
      if (method === 'DELETE') sessions.delete(String(headers[sessionHeader]));
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      // A stream may be silent for a long time.
      res.flushHeaders();
      pipeline(answer, res, () => {});
    });
    onward.on('error', () => (res.headersSent ? res.destroy() : res.writeHead(502).end()));
    // A client that hangs up cancels its call, so the node must be told.
    res.on('close', () => onward.destroy());
    req.pipe(onward);
  };

  const server = createServer(forward).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
