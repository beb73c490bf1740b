import { type ClusterClient, keyPrefixOf } from './client.ts';
import type { Command, Connection } from './connection.ts';
import { reasonOf, RedisError } from './redis-error.ts';
import { findCluster, type Seed } from './seed.ts';
import { connectServer } from './server.ts';
import { keyOf, slotCount, slotOf } from './slot.ts';
import { sleep, withTimeLimit } from './time-limit.ts';

/** How often a command is sent on. Nodes that know different owners of a slot could send it to and fro. */
const mostHops = 5;
/** How many nodes are asked for the slots at once. */
const mostAsked = 3;
/** The slots are not asked for again within this time after they were asked for. */
const pauseMs = 100;
/** How long a command waits whose keys are on two nodes, because their slot is being moved. */
const tryAgainMs = 20;

/**
 * Makes a connection to a cluster: one to each master that is needed. A command goes to the master that has the slot of its
 * key. It is sent on only if a node refused it because of its slot. After any other failure it may have run, so that it is
 * not sent again.
 */
export function connectCluster(cluster: ClusterClient, timeoutMs: number, needs?: string): Connection {
  const nodes = new Map<string, Connection>();
  let seed: Seed | undefined;
  /** The address of the master of each slot. */
  let owners: string[] = [];
  let reading: Promise<void> | undefined;
  let last: { at: number; error?: unknown } | undefined;
  let isClosed = false;

  const nodeAt = (address: string): Connection => {
    if (isClosed) throw new Error('it was closed by close()');
    const node = nodes.get(address) ?? connectServer(seed!.clientOf(address), timeoutMs, needs);
    nodes.set(address, node);
    return node;
  };

  const ask = async (address: string): Promise<string[]> =>
    toOwners(await nodeAt(address).send(['CLUSTER', 'SLOTS']), address);

  const find = async (): Promise<string[]> => {
    seed = await findCluster(cluster, timeoutMs);
    return Promise.any(some(seed.addresses, mostAsked).map(ask));
  };

  const read = async () => {
    try {
      const known = some(mastersOf(owners), mostAsked);
      owners = await Promise.any(known.map(ask)).catch(find);
      last = { at: Date.now() };
    } catch (error) {
      last = { at: Date.now(), error };
      throw error;
    } finally {
      reading = undefined;
    }
  };

  /** Asks which master has which slot, unless that was just asked. */
  const learn = async (): Promise<void> => {
    const isRecent = last !== undefined && Date.now() - last.at < pauseMs;
    if (isRecent && owners.length > 0) return;
    if (isRecent && last?.error !== undefined) throw last.error;
    await (reading ??= read());
  };

  const toRedisError = (command: Command, thrown: unknown) =>
    thrown instanceof RedisError && thrown.command === command[0]
      ? thrown
      : new RedisError(command[0], reasonOf(thrown), thrown, needs);

  /** Sends a command to the node at an address, and on to where that node says. */
  const route = async (command: Command, first: string, slot: number, leftMs: () => number) => {
    let address = first;
    let isAsking = false;
    for (let hop = 1; ; hop++) {
      const node = nodeAt(address);
      const extraMs = leftMs() - timeoutMs;
      // The server takes the next command for a slot that is not its own yet. Nothing comes between the two.
      if (isAsking) node.send(['ASKING'], extraMs).catch(() => {});
      try {
        return await node.send(command, extraMs);
      } catch (error) {
        const redirection = toRedirection(error, address);
        if (redirection?.kind !== 'ASK' && redirection?.kind !== 'TRYAGAIN') learn().catch(() => {});
        if (!redirection || hop > mostHops || leftMs() <= tryAgainMs) throw error;
        if (redirection.kind === 'TRYAGAIN') {
          await sleep(tryAgainMs);
          continue;
        }
        if (redirection.kind === 'MOVED') owners[slot] = redirection.address;
        ({ address } = redirection);
        isAsking = redirection.kind === 'ASK';
      }
    }
  };

  return {
    async send(command, extraMs = 0) {
      const endsAt = Date.now() + timeoutMs + extraMs;
      const leftMs = () => endsAt - Date.now();
      try {
        if (isClosed) throw new Error('it was closed by close()');
        if (owners.length === 0) await withTimeLimit(learn(), timeoutMs);
        const slot = slotOf(keyPrefixOf(cluster) + keyOf(command));
        // A slot that nobody has is refused by any of them.
        const first = owners[slot] ?? mastersOf(owners)[0] ?? seed!.addresses[0]!;
        return await route(command, first, slot, leftMs);
      } catch (thrown) {
        throw toRedisError(command, thrown);
      }
    },
    async sendToAll(command) {
      try {
        if (owners.length === 0) await withTimeLimit(learn(), timeoutMs);
        return await Promise.all(mastersOf(owners).map((address) => nodeAt(address).send(command)));
      } catch (thrown) {
        throw toRedisError(command, thrown);
      }
    },
    close() {
      isClosed = true;
      for (const node of nodes.values()) node.close();
    },
  };
}

/** Where a node sends a command that it refused because of its slot. */
type Redirection = { kind: 'MOVED' | 'ASK'; address: string } | { kind: 'TRYAGAIN' };

function toRedirection(error: unknown, address: string): Redirection | undefined {
  const message = error instanceof RedisError && error.cause instanceof Error ? error.cause.message : '';
  const [kind, , to = ''] = message.split(' ');
  if (kind === 'TRYAGAIN') return { kind };
  return kind === 'MOVED' || kind === 'ASK' ? { kind, address: toAddress(to, address) } : undefined;
}

/** A node that does not know its own host names only the port: the host is the one that it was asked at. */
function toAddress(named: string, asked: string): string {
  return named.startsWith(':') ? asked.slice(0, asked.lastIndexOf(':')) + named : named;
}

type Range = [
  from: number | string,
  to: number | string,
  master: [host: string | null, port: number | string],
];

/** Reads the answer to CLUSTER SLOTS. */
function toOwners(answer: unknown, asked: string): string[] {
  const owners: string[] = Array.from({ length: slotCount });
  for (const [from, to, [host, port]] of answer as Range[]) {
    owners.fill(toAddress(`${host ?? ''}:${port}`, asked), Number(from), Number(to) + 1);
  }
  return owners;
}

function mastersOf(owners: readonly string[]): string[] {
  return [...new Set(owners)].filter((address) => address !== undefined);
}

/** Chooses some items at random. */
function some<T>(items: readonly T[], most: number): T[] {
  const left = [...items];
  const chosen: T[] = [];
  while (left.length > 0 && chosen.length < most) {
    chosen.push(...left.splice(Math.floor(Math.random() * left.length), 1));
  }
  return chosen;
}
