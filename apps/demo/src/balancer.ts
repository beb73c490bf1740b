import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

export interface Balancer extends AsyncDisposable {
  url: string;
}

export interface BalancerOptions {
  /** Any free one by default. */
  port?: number;
  /** What only the first node serves, by its path. */
  isForFirst?: (path: string) => boolean;
  /** Hears of every request, before it goes to a node. */
  onRoute?: (node: string, request: IncomingMessage) => void;
}

const sessionHeader = 'mcp-session-id';

/**
 * Sends each request to the next of the nodes that there are, and those of a session to the node that opened it: what a
 * client of 2025 does in a session is known to that one only.
 */
export async function openBalancer(
  nodes: () => readonly string[],
  { port = 0, isForFirst = () => false, onRoute }: BalancerOptions = {},
): Promise<Balancer> {
  const sessions = new Map<string, string>();
  let turn = 0;

  const pick = ({ headers, url = '' }: IncomingMessage): string | undefined => {
    const running = nodes();
    if (isForFirst(url)) return running[0];
    const own = sessions.get(String(headers[sessionHeader]));
    // Of a node that has ended, the sessions have ended too; another one says so.
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
    // The Host header too is as it came: the app makes links with it.
    const onward = request({ hostname, port: nodePort, method, path, headers }, (answer) => {
      const opened = answer.headers[sessionHeader];
      if (typeof opened === 'string') sessions.set(opened, node);
      if (method === 'DELETE') sessions.delete(String(headers[sessionHeader]));
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      // A stream may have nothing to say for long.
      res.flushHeaders();
      pipeline(answer, res, () => {});
    });
    onward.on('error', () => (res.headersSent ? res.destroy() : res.writeHead(502).end()));
    // A client that hangs up cancels its call, which the node has to know.
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
