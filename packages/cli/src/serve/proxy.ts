import { Agent, request, type RequestListener } from 'node:http';

/** Passes requests on to the process that serves the newest version. Requests wait until there is one. */
export class Proxy {
  #port: Promise<number>;
  #setPort: (port: number) => void = () => undefined;
  readonly #agent = new Agent({ keepAlive: false });

  constructor() {
    this.#port = new Promise((resolve) => (this.#setPort = resolve));
  }

  use(port: number): void {
    this.#setPort(port);
    this.#port = Promise.resolve(port);
  }

  readonly listener: RequestListener = (req, res) => {
    void this.#port.then((port) => {
      const passed = request(
        {
          host: '127.0.0.1',
          port,
          method: req.method,
          path: req.url,
          headers: req.rawHeaders,
          agent: this.#agent,
        },
        (answer) => {
          res.writeHead(answer.statusCode!, answer.statusMessage, withoutHop(answer.rawHeaders));
          // Headers of a stream of events go out before its first event.
          res.flushHeaders();
          answer.pipe(res);
          answer.on('error', () => res.destroy());
        },
      );
      passed.on('error', () => {
        if (res.headersSent) res.destroy();
        else res.writeHead(502, { 'content-type': 'text/plain' }).end('The app ended while it answered.\n');
      });
      res.on('close', () => passed.destroy());
      req.pipe(passed);
    });
  };
}

/** Headers that are about one connection are made anew for the next. */
function withoutHop(headers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!;
    if (!/^(?:connection|keep-alive|transfer-encoding)$/i.test(name)) kept.push(name, headers[at + 1]!);
  }
  return kept;
}
