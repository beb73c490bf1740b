import { Agent, request, type RequestListener } from 'node:http';

/** Passes requests on to the process that serves the newest version. Requests wait for the first one. */
export class Proxy {
  #port: Promise<number | undefined>;
  #setPort: (port: number | undefined) => void = () => undefined;
  readonly #agent = new Agent({ keepAlive: false });

  constructor() {
    this.#port = new Promise((resolve) => (this.#setPort = resolve));
  }

  use(port: number): void {
    this.#setPort(port);
    this.#port = Promise.resolve(port);
  }

  /** Answers requests with 503 until there is a version again. */
  refuse(): void {
    this.#setPort(undefined);
    this.#port = Promise.resolve(undefined);
  }

  readonly listener: RequestListener = (req, res) => {
    void this.#port.then((port) => {
      if (port === undefined) {
        const text = 'The app could not be loaded. Its terminal says why.\n';
        res.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end(text);
        return;
      }
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
