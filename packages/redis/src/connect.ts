import { isCluster, type RedisClient } from './client.ts';
import { connectCluster } from './cluster.ts';
import type { Connection } from './connection.ts';
import { connectServer } from './server.ts';

/** Makes a connection to the server or cluster of the app's client. `needs` is what its errors say that it is needed for. */
export function createConnection(client: RedisClient, timeoutMs: number, needs?: string): Connection {
  return isCluster(client)
    ? connectCluster(client, timeoutMs, needs)
    : connectServer(client, timeoutMs, needs);
}
