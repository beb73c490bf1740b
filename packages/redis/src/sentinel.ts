import type { NodeRedisClient, NodeRedisSentinel } from './client.ts';
import { end, optionsOf, toBriefSocket } from './duplicate.ts';
import { withTimeLimit } from './time-limit.ts';

interface SentinelOptions {
  nodeClientOptions?: ClientOptions;
  sentinelClientOptions?: ClientOptions;
}
interface ClientOptions {
  socket?: object;
}

/** What `redis` calls for each command, with the client that is connected to the master. */
interface Executing {
  _execute(
    isReadonly: boolean,
    run: (client: NodeRedisClient) => Promise<NodeRedisClient>,
  ): Promise<NodeRedisClient>;
}

/**
 * Asks the sentinels of `redis` for the master, and returns a client to it, to be duplicated. The sentinel client of `redis`
 * may run a command a second time, so that it is used for nothing else.
 */
export async function findMaster(sentinel: NodeRedisSentinel, timeoutMs: number): Promise<NodeRedisClient> {
  if (canDuplicate(sentinel)) return ask(sentinel, timeoutMs);
  // Version 5 can make no second client that asks. Its own one knows the master while it is connected.
  if (sentinel.getMasterNode()) return masterOf(sentinel);
  throw new Error('the client of createSentinel knows no master; in version 5 of redis, connect it first');
}

type Duplicable = NodeRedisSentinel & { duplicate(overrides?: object): Duplicable };

function canDuplicate(sentinel: NodeRedisSentinel): sentinel is Duplicable {
  return sentinel.duplicate !== undefined;
}

async function ask(sentinel: Duplicable, timeoutMs: number): Promise<NodeRedisClient> {
  const { nodeClientOptions, sentinelClientOptions } = optionsOf(sentinel) as SentinelOptions;
  const over = new AbortController();
  const own = sentinel.duplicate({
    // A sentinel that is silent leaves time to ask the next one.
    sentinelClientOptions: withLimit(sentinelClientOptions, timeoutMs / 2, over.signal),
    nodeClientOptions: withLimit(nodeClientOptions, timeoutMs, over.signal),
    masterPoolSize: 1,
    replicaPoolSize: 0,
    maxCommandRediscovers: 0,
    scanInterval: 0,
    reserveClient: false,
    clientSideCache: undefined,
  });
  own.on('error', () => {});
  try {
    await withTimeLimit(own.connect(), timeoutMs);
    const master = await masterOf(own);
    return master.duplicate({ socket: { ...master.options?.socket, signal: undefined } });
  } finally {
    end(() => own.destroy());
    over.abort();
  }
}

function masterOf(sentinel: NodeRedisSentinel): Promise<NodeRedisClient> {
  return (sentinel as unknown as Executing)._execute(false, async (client) => client);
}

function withLimit(options: ClientOptions | undefined, limitMs: number, signal: AbortSignal): ClientOptions {
  return { ...options, socket: toBriefSocket(options?.socket, limitMs, signal) };
}
