import { redis, type Shared } from '@trpc-mcp/redis';
import { Cluster, Redis } from 'ioredis';
import { createCluster, createSentinel } from 'redis';

interface Place {
  host: string;
  port: number;
}

/** The shared state on a cluster. Some of its nodes are enough: they know the others. */
export function openOnCluster(nodes: Place[], prefix: string): Shared {
  const client = new Cluster(nodes, { lazyConnect: true });
  return redis({ client, prefix });
}

/** The same, on the other client library. */
export function openOnNodeRedisCluster(urls: string[], prefix: string): Shared {
  const client = createCluster({ rootNodes: urls.map((url) => ({ url })) });
  return redis({ client, prefix });
}

/** The shared state on the master that sentinels name. */
export function openBehindSentinels(sentinels: Place[], prefix: string): Shared {
  const client = new Redis({ sentinels, name: 'main', lazyConnect: true });
  return redis({ client, prefix });
}

/** The same, on the other client library. */
export function openBehindNodeRedisSentinels(sentinels: Place[], prefix: string): Shared {
  const client = createSentinel({ name: 'main', sentinelRootNodes: sentinels });
  return redis({ client, prefix });
}
