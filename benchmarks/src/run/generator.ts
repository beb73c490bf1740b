import { load, type Supply } from '../load/load.ts';
import { type HttpRequest, toBytes } from '../load/request.ts';
import { findWrk, loadByWrk, wrkConnections } from '../load/wrk.ts';
import type { Running } from './child.ts';

/** One server, and what is sent to it. */
export interface Side {
  server: Running;
  /** What all clients send. `undefined` if each of them sends something else. */
  request: HttpRequest | undefined;
  /** Makes what is sent in one round. What it needs to ask the server for first is not measured. */
  supply: () => Supply | Promise<Supply>;
  /** Throws if an answer is not what was asked for. A fast answer that is wrong does not count. */
  check: (body: string) => void;
}

/** Sends requests, and counts those that were answered. */
export interface Generator {
  name: 'own' | 'wrk';
  connections: number;
  burst(side: Side, supply: Supply, ms: number): Promise<{ requests: number; seconds: number }>;
}

/** The load generator of this package. */
export function ownGenerator(connections = 64): Generator {
  return {
    name: 'own',
    connections,
    burst: ({ server }, supply, ms) => load(server.port, supply, { connections, ms }),
  };
}

/** `wrk`, where it is installed. It takes only requests that are the same for all clients. */
export const wrkGenerator: Generator | undefined = findWrk() === undefined ? undefined : createWrk();

function createWrk(): Generator {
  return {
    name: 'wrk',
    connections: wrkConnections,
    burst: ({ server, request }, _supply, ms) => loadByWrk(server.port, request!, ms),
  };
}

/** A side on which all clients send the same. */
export function toSide(server: Running, request: HttpRequest, check: Side['check']): Side {
  const bytes = toBytes(request, 'keep-alive');
  return { server, request, supply: () => () => bytes, check };
}
