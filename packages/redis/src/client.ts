/** A client of `ioredis`, 5 or 6: of one server, or of sentinels. */
export interface IoredisClient {
  duplicate(override?: object): IoredisClient;
  connect(): Promise<unknown>;
  disconnect(): void;
  call(command: string, ...args: string[]): Promise<unknown>;
  on(event: string, listener: (error?: unknown) => void): unknown;
  options?: { host?: string | undefined; port?: number | undefined; sentinels?: unknown };
}

/** A client of a cluster, of `ioredis` 5 or 6. */
export interface IoredisCluster {
  readonly isCluster: boolean;
  duplicate(startupNodes?: never[], options?: object): IoredisCluster;
  connect(): Promise<unknown>;
  disconnect(): void;
  nodes(role?: 'master'): IoredisClient[];
  on(event: string, listener: (error?: unknown) => void): unknown;
  options: { keyPrefix?: string | undefined; natMap?: unknown; redisOptions?: object | undefined };
}

/** A client of `redis` (node-redis), 4 to 6. */
export interface NodeRedisClient {
  duplicate(overrides?: object): NodeRedisClient;
  connect(): Promise<unknown>;
  disconnect(): unknown;
  sendCommand(args: string[]): Promise<unknown>;
  on(event: string, listener: (error?: unknown) => void): unknown;
  options?: { socket?: object } | undefined;
}

/** What `createCluster` of `redis` (node-redis) returns, 4 to 6. */
export interface NodeRedisCluster {
  duplicate(overrides?: object): NodeRedisCluster;
  connect(): Promise<unknown>;
  disconnect(): unknown;
  readonly masters: { address: string }[];
  nodeClient(node: object): unknown;
  on(event: string, listener: (error?: unknown) => void): unknown;
}

/** What `createSentinel` of `redis` (node-redis) returns, 5 or 6. Version 5 cannot make a duplicate. */
export interface NodeRedisSentinel {
  duplicate?(overrides?: object): NodeRedisSentinel;
  connect(): Promise<unknown>;
  destroy(): unknown;
  getMasterNode(): unknown;
  on(event: string, listener: (error?: unknown) => void): unknown;
}

/** A client of a cluster. */
export type ClusterClient = IoredisCluster | NodeRedisCluster;

/** The client that an app has already, of `ioredis` or of `redis`: of one server, of a cluster, or of sentinels. */
export type RedisClient = IoredisClient | NodeRedisClient | NodeRedisSentinel | ClusterClient;

/** Throws unless this is a client of a supported library. `taker` is what was called with it. */
export function checkClient(client: unknown, taker: string): asserts client is RedisClient {
  const isClient =
    has(client, 'connect') &&
    (has(client, 'getMasterNode') ||
      (has(client, 'duplicate') && ['call', 'sendCommand', 'nodeClient'].some((name) => has(client, name))));
  if (!isClient)
    throw new TypeError(
      `${taker} takes a client of ioredis (\`new Redis(url)\`, \`new Cluster(nodes)\`) or of redis (\`createClient({ url })\`, \`createCluster({ rootNodes })\`, \`createSentinel({ name, sentinelRootNodes })\`)`,
    );
}

/** Is this a client of a cluster? */
export function isCluster(client: RedisClient): client is ClusterClient {
  return isIoredisCluster(client) || has(client, 'nodeClient');
}

export function isIoredisCluster(client: RedisClient): client is IoredisCluster {
  return 'isCluster' in client && client.isCluster;
}

export function isIoredis(client: RedisClient): client is IoredisClient {
  return !isIoredisCluster(client) && has(client, 'call');
}

export function isNodeRedisSentinel(client: RedisClient): client is NodeRedisSentinel {
  return has(client, 'getMasterNode');
}

/** What a client puts before every key by itself. Only `ioredis` does that to commands that are sent as they are. */
export function keyPrefixOf(client: RedisClient): string {
  return isIoredisCluster(client) ? (client.options.keyPrefix ?? '') : '';
}

function has(client: unknown, name: string): boolean {
  return typeof (client as Record<string, unknown> | null | undefined)?.[name] === 'function';
}
