import { readBody } from './body.ts';
import { type Connection, open } from './connection.ts';

export interface LoadOptions {
  connections: number;
  ms: number;
  /** Whether each request has a connection of its own. */
  reconnect?: boolean;
}

/** What a burst of load saw. */
export interface Sample {
  requests: number;
  seconds: number;
  /** Of each request, in milliseconds, ascending. */
  latencies: Float64Array;
}

/** What a client sends next. When there is nothing more to send, the client is done. Clients are numbered from 0. */
export type Supply = (client: number) => Buffer | undefined;

/**
 * Sends one request over and over, or what a supply says, from so many clients that each wait for their answers. Throws on an
 * answer that is not 200.
 */
export async function load(port: number, request: Buffer | Supply, options: LoadOptions): Promise<Sample> {
  const supply = typeof request === 'function' ? request : () => request;
  const { connections, ms, reconnect = false } = options;
  const latencies: number[] = [];
  // Where they are kept, connections are open before the clock starts.
  const clients = Array.from({ length: connections });
  const opened = reconnect ? clients.map(() => undefined) : await Promise.all(clients.map(() => open(port)));
  const started = performance.now();
  const end = started + ms;
  const client = async (connection: Connection | undefined, number: number) => {
    for (let now = performance.now(); now < end;) {
      const next = supply(number);
      if (!next) break;
      const current = connection ?? (await open(port));
      const answer = await current.send(next);
      if (answer.status !== 200) throw new Error(`the answer is ${answer.status}: ${readBody(answer)}`);
      if (reconnect) current.close();
      const then = performance.now();
      latencies.push(then - now);
      now = then;
    }
    connection?.close();
  };
  await Promise.all(opened.map(client));
  const seconds = (performance.now() - started) / 1000;
  return { requests: latencies.length, seconds, latencies: Float64Array.from(latencies).toSorted() };
}
