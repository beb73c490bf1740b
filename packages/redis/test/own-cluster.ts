import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis5';
import { createCluster } from 'redis';
import { createCluster as createCluster4 } from 'redis4';
import { createCluster as createCluster5 } from 'redis5';
import { expect } from 'vitest';
import type { RedisClient } from '../src/index.ts';
import { slotOf } from '../src/slot.ts';
import { eventually } from './eventually.ts';
import { freePort, type OwnServer, startServer } from './own-server.ts';

/** Every client of clusters that is supported. None of them is connected. */
export const clusterClients: Record<string, (ports: readonly number[]) => RedisClient> = {
  'ioredis 6': (ports) => new Cluster(toNodes(ports), { lazyConnect: true }),
  'ioredis 5': (ports) => new Cluster5(toNodes(ports), { lazyConnect: true }),
  'redis 6': (ports) => createCluster({ rootNodes: toRootNodes(ports) }),
  'redis 6 with RESP2': (ports) => createCluster({ rootNodes: toRootNodes(ports), RESP: 2 }),
  'redis 5': (ports) => createCluster5({ rootNodes: toRootNodes(ports) }),
  'redis 4': (ports) => createCluster4({ rootNodes: toRootNodes(ports) }),
};

export const toNodes = (ports: readonly number[]) => ports.map((port) => ({ host: '127.0.0.1', port }));
export const toRootNodes = (ports: readonly number[]) =>
  ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }));

/** A node of a cluster, which tests may send anything to. */
export interface OwnNode extends OwnServer {
  id: string;
  admin: Redis;
}

/** A cluster of a test's own. Its first nodes are the masters, its last ones a replica for each. */
export interface OwnCluster extends AsyncDisposable {
  nodes: OwnNode[];
  ports: number[];
  /** The master that has the slot of a key. */
  ownerOf(key: string): Promise<OwnNode>;
}

const masters = 3;

export async function startCluster({ replicas = false, args = [] as string[] } = {}): Promise<OwnCluster> {
  const nodes: OwnNode[] = [];
  const stop = async () => {
    for (const { admin } of nodes) admin.disconnect();
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  };
  try {
    for (let index = 0; index < (replicas ? 2 * masters : masters); index++) {
      nodes.push(await startNode(args));
    }
    await joinNodes(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    nodes,
    ports: nodes.map(({ port }) => port),
    ownerOf: (key) => ownerOf(nodes, slotOf(key)),
    [Symbol.asyncDispose]: stop,
  };
}

async function startNode(args: readonly string[]): Promise<OwnNode> {
  const port = await freePort();
  const server = await startServer(port, [
    '--cluster-enabled',
    'yes',
    '--cluster-config-file',
    `nodes-${port}.conf`,
    '--cluster-node-timeout',
    '1500',
    '--cluster-require-full-coverage',
    'no',
    ...args,
  ]);
  const admin = new Redis({ port, retryStrategy: null });
  admin.on('error', () => {});
  return { ...server, admin, id: String(await admin.call('CLUSTER', 'MYID')) };
}

async function joinNodes(nodes: readonly OwnNode[]): Promise<void> {
  const [first] = nodes;
  for (const [index, { admin }] of nodes.entries()) {
    await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    if (index < masters) {
      const [from, to] = [index, index + 1].map((part) => Math.floor((part * 16_384) / masters));
      await admin.call('CLUSTER', 'ADDSLOTS', ...Array.from({ length: to! - from! }, (_, at) => from! + at));
    }
    // Each meets each, because it takes seconds until they hear of each other.
    for (const other of nodes.slice(0, index)) await admin.call('CLUSTER', 'MEET', '127.0.0.1', other.port);
  }
  await eventually(async () => {
    for (const { admin } of nodes) {
      const lines = String(await admin.call('CLUSTER', 'NODES'))
        .trim()
        .split('\n');
      expect(lines.filter((line) => line.includes(' connected'))).toHaveLength(nodes.length);
    }
  });
  for (const [index, { admin }] of nodes.slice(masters).entries()) {
    await admin.call('CLUSTER', 'REPLICATE', nodes[index]!.id);
  }
  await eventually(async () => {
    for (const [index, { admin }] of nodes.entries()) {
      expect(String(await admin.call('CLUSTER', 'INFO'))).toContain('cluster_state:ok');
      if (index >= masters) expect(await admin.info('replication')).toContain('master_link_status:up');
    }
    const slots = (await first!.admin.call('CLUSTER', 'SLOTS')) as unknown[][];
    expect(slots.map((range) => range.length)).toEqual(slots.map(() => (nodes.length > masters ? 4 : 3)));
  });
}

async function ownerOf(nodes: readonly OwnNode[], slot: number): Promise<OwnNode> {
  const asked = nodes.find(({ admin }) => admin.status === 'ready')!;
  const slots = (await asked.admin.call('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
  const [, , [, port]] = slots.find(([from, to]) => from <= slot && slot <= to)!;
  return nodes.find((node) => node.port === port)!;
}
