import { readBody } from './body.ts';
import { open } from './connection.ts';

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

/** Sends one request over and over, from so many clients that each wait for their answers. Throws on one that is not 200. */
export async function load(port: number, request: Buffer, options: LoadOptions): Promise<Sample> {
  const { connections, ms, reconnect = false } = options;
  const latencies: number[] = [];
  const started = performance.now();
  const end = started + ms;
  const client = async () => {
    let connection = reconnect ? undefined : await open(port);
    for (let now = performance.now(); now < end;) {
      const current = connection ?? (await open(port));
      const answer = await current.send(request);
      if (answer.status !== 200) throw new Error(`the answer is ${answer.status}: ${readBody(answer)}`);
      if (reconnect) current.close();
      const then = performance.now();
      latencies.push(then - now);
      now = then;
    }
    connection?.close();
    connection = undefined;
  };
  await Promise.all(Array.from({ length: connections }, client));
  const seconds = (performance.now() - started) / 1000;
  return { requests: latencies.length, seconds, latencies: Float64Array.from(latencies).toSorted() };
}
