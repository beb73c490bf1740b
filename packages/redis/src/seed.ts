import {
  type ClusterClient,
  type IoredisCluster,
  isIoredisCluster,
  type NodeRedisClient,
  type NodeRedisCluster,
} from './client.ts';
import { end, optionsOf, toBriefSocket } from './duplicate.ts';
import type { ServerClient } from './link.ts';
import { withTimeLimit } from './time-limit.ts';

/** What a client of a cluster says of its nodes. */
export interface Seed {
  /** Some nodes of the cluster, as `host:port`. */
  addresses: string[];
  /** Makes a client of one node, with the credentials and TLS settings of the cluster's client. It is not connected. */
  clientOf(address: string): ServerClient;
}

/** Finds the cluster of the app's client. The app's own client is not used. */
export function findCluster(cluster: ClusterClient, timeoutMs: number): Promise<Seed> {
  return isIoredisCluster(cluster) ? askIoredis(cluster, timeoutMs) : askNodeRedis(cluster, timeoutMs);
}

async function askIoredis(cluster: IoredisCluster, timeoutMs: number): Promise<Seed> {
  const { redisOptions, natMap, keyPrefix } = cluster.options;
  const own = cluster.duplicate([], {
    lazyConnect: true,
    clusterRetryStrategy: null,
    clusterNodeRetryStrategy: null,
    enableReadyCheck: false,
    shardedSubscribers: false,
    slotsRefreshInterval: undefined,
    // A node that is silent leaves time to ask the next one.
    slotsRefreshTimeout: timeoutMs / 2,
    redisOptions: { ...redisOptions, connectTimeout: timeoutMs, retryStrategy: null, reconnectOnError: null },
  });
  own.on('error', () => {});
  try {
    await withTimeLimit(own.connect(), timeoutMs);
    const nodes = own.nodes('master');
    if (nodes.length === 0) throw new Error(noMasters);
    const byAddress = new Map(nodes.map((node) => [`${node.options?.host}:${node.options?.port}`, node]));
    return {
      addresses: [...byAddress.keys()],
      clientOf(address) {
        const place = toPlace(address, natMap);
        // A node may have options of its own.
        const template = byAddress.get(`${place.host}:${place.port}`) ?? nodes[0]!;
        return template.duplicate({ ...place, keyPrefix, readOnly: false, lazyConnect: true });
      },
    };
  } finally {
    end(() => own.disconnect());
  }
}

interface NodeRedisClusterOptions {
  defaults?: { socket?: object };
  nodeAddressMap?: unknown;
}

async function askNodeRedis(cluster: NodeRedisCluster, timeoutMs: number): Promise<Seed> {
  const { defaults, nodeAddressMap } = optionsOf(cluster) as NodeRedisClusterOptions;
  const over = new AbortController();
  const own = cluster.duplicate({
    minimizeConnections: true,
    useReplicas: false,
    clientSideCache: undefined,
    // A node that is silent leaves time to ask the next one.
    defaults: { ...defaults, socket: toBriefSocket(defaults?.socket, timeoutMs / 2, over.signal) },
  });
  own.on('error', () => {});
  try {
    const find = async () => {
      await own.connect();
      if (own.masters.length === 0) throw new Error(noMasters);
      // Any of them will do: they differ only in their address.
      return (await Promise.any(own.masters.map((node) => own.nodeClient(node)))) as NodeRedisClient;
    };
    const template = await withTimeLimit(find(), timeoutMs);
    return {
      addresses: own.masters.map(({ address }) => address),
      clientOf: (address) =>
        template.duplicate({
          socket: { ...template.options?.socket, signal: undefined, ...toPlace(address, nodeAddressMap) },
        }),
    };
  } finally {
    end(() => own.disconnect());
    over.abort();
  }
}

const noMasters = 'the cluster names no address of a master';

interface Place {
  host: string;
  port: number;
}

/** Reads an address. `map` is how the app's client translates it, if the cluster knows its nodes by others. */
function toPlace(address: string, map: unknown): Place {
  const mapped: unknown =
    typeof map === 'function' ? map(address) : (map as Record<string, unknown> | null | undefined)?.[address];
  if (mapped) return mapped as Place;
  // The host may be an IPv6 address.
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
