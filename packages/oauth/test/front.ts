import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

/** The public address of an app that runs in several processes. */
export interface Front extends AsyncDisposable {
  url: string;
  /** The process that gets every request from now on. */
  target: { url: string } | undefined;
}

export async function openFront(): Promise<Front> {
  const server = createServer((req, res) => {
    if (!front.target) {
      res.writeHead(503).end();
      return;
    }
    const { hostname, port } = new URL(front.target.url);
    const { method, headers, url: path } = req;
    const onward = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      res.flushHeaders();
      pipeline(answer, res, () => {});
    });
    onward.on('error', () => (res.headersSent ? res.destroy() : res.writeHead(502).end()));
    res.on('close', () => onward.destroy());
    req.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front: Front = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return front;
}
