import type { IoredisClient, NodeRedisClient } from './client.ts';

/** Makes a client to the same server that sends what it is told, once, and does not reconnect. It is not connected yet. */
export function duplicateIoredis(client: IoredisClient, connectTimeout: number): IoredisClient {
  return client.duplicate({
    lazyConnect: true,
    connectTimeout,
    retryStrategy: null,
    reconnectOnError: null,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: false,
    // With sentinels. One that is silent leaves time to ask the next one, and a replica would refuse what is written.
    role: 'master',
    sentinelRetryStrategy: null,
    sentinelCommandTimeout: connectTimeout / 2,
  });
}

/** Does the same for `redis`. `signal` closes its socket. */
export function duplicateNodeRedis(
  client: NodeRedisClient,
  connectTimeout: number,
  signal: AbortSignal,
): NodeRedisClient {
  const limits = { connectTimeout, socketTimeout: undefined, reconnectStrategy: false };
  return client.duplicate({
    socket: { ...client.options?.socket, ...limits, signal },
    disableOfflineQueue: true,
    commandOptions: {},
  });
}

/**
 * Makes the options of the sockets of a `redis` client that is used for a short time. `signal` closes them, and keeps others
 * from being opened: a client that is closed while it connects goes on with that, and stays open.
 */
export function toBriefSocket(socket: object | undefined, limitMs: number, signal: AbortSignal): object {
  return {
    ...socket,
    connectTimeout: limitMs,
    socketTimeout: limitMs,
    reconnectStrategy: false,
    // This is read for each socket.
    get signal() {
      signal.throwIfAborted();
      return signal;
    },
  };
}

/**
 * Returns the options of a cluster or sentinel client of `redis`. Some versions hide them, but all hand them to the
 * constructor of a duplicate. So a duplicate, which nobody else knows, is given a constructor that returns them.
 */
export function optionsOf<T extends { duplicate(): T }>(client: T): object {
  let options: object = {};
  const constructor = function (given: object) {
    options = given;
  };
  const own = client.duplicate();
  Object.setPrototypeOf(
    own,
    Object.create(Object.getPrototypeOf(own) as object, { constructor: { value: constructor } }),
  );
  own.duplicate();
  return options;
}

/** Closes a client. Ignores errors, because some clients throw or reject when they are closed already. */
export function end(close: () => unknown): void {
  void Promise.resolve()
    .then(close)
    .catch(() => {});
}
