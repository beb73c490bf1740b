/** A client of `ioredis`, 5 or 6. */
export interface IoredisClient {
  duplicate(override?: object): IoredisClient;
  connect(): Promise<unknown>;
  disconnect(): void;
  call(command: string, ...args: string[]): Promise<unknown>;
  on(event: string, listener: (error?: unknown) => void): unknown;
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

/** The client that an app has already, of `ioredis` or of `redis`. */
export type RedisClient = IoredisClient | NodeRedisClient;

/** An open connection. It does not reconnect by itself. */
export interface Link {
  send(command: readonly [string, ...string[]]): Promise<unknown>;
  end(): void;
}

/**
 * Opens a second connection to the server of the app's client. `onLost` is called when it is lost or could not be opened.
 * The app's own client is not changed: its queues, retries and reconnections stay as the app has set them.
 */
export function openLink(
  client: RedisClient,
  timeoutMs: number,
  onLost: (error: unknown) => void,
): { link: Link; ready: Promise<unknown> } {
  const { own, send } = isIoredis(client)
    ? duplicateIoredis(client, timeoutMs)
    : duplicateNode(client, timeoutMs);
  const lost = (error?: unknown) => onLost(error ?? new Error('the connection was closed'));
  for (const event of ['error', 'end', 'terminated']) own.on(event, lost);
  return { link: { send, end: () => disconnect(own) }, ready: own.connect() };
}

/** Throws unless this is a client of a supported library. `taker` is what was called with it. */
export function checkClient(client: unknown, taker: string): asserts client is RedisClient {
  const has = (name: string) => typeof (client as Record<string, unknown> | null)?.[name] === 'function';
  const isCluster =
    (client as { isCluster?: boolean } | null)?.isCluster === true || has('getMasters') || has('nodeClient');
  if (isCluster)
    throw new TypeError(
      `${taker} takes a client of one Redis server, or of a sentinel with ioredis; this one is of a cluster`,
    );
  if (!has('duplicate') || !has('connect') || !(has('call') || has('sendCommand')))
    throw new TypeError(
      `${taker} takes a client of ioredis (\`new Redis(url)\`) or of redis (\`createClient({ url })\`)`,
    );
}

interface Duplicate {
  own: RedisClient;
  send: Link['send'];
}

function isIoredis(client: RedisClient): client is IoredisClient {
  return 'call' in client && typeof client.call === 'function';
}

function duplicateIoredis(client: IoredisClient, connectTimeout: number): Duplicate {
  const own = client.duplicate({
    lazyConnect: true,
    connectTimeout,
    retryStrategy: null,
    sentinelRetryStrategy: null,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: false,
  });
  return { own, send: ([name, ...args]) => own.call(name, ...args) };
}

function duplicateNode(client: NodeRedisClient, connectTimeout: number): Duplicate {
  const own = client.duplicate({
    socket: { ...client.options?.socket, connectTimeout, socketTimeout: undefined, reconnectStrategy: false },
    disableOfflineQueue: true,
    commandOptions: {},
  });
  return { own, send: (command) => own.sendCommand([...command]) };
}

/** Closes a client. Ignores errors, because some clients throw or reject when they are closed already. */
function disconnect(client: RedisClient): void {
  void Promise.resolve()
    .then(() => client.disconnect())
    .catch(() => {});
}
