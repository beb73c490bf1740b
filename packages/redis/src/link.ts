import { isIoredis, isNodeRedisSentinel, type ClusterClient, type RedisClient } from './client.ts';
import { duplicateIoredis, duplicateNodeRedis, end } from './duplicate.ts';
import { findMaster } from './sentinel.ts';

/** A client of one server, which is always the same or the master that sentinels name. */
export type ServerClient = Exclude<RedisClient, ClusterClient>;

/** An open connection. It does not reconnect by itself. */
export interface Link {
  send(command: readonly [string, ...string[]]): Promise<unknown>;
  end(): void;
}

export interface Opening {
  link: Link;
  ready: Promise<unknown>;
}

/**
 * Opens a second connection to the server of the app's client. `onLost` is called when it is lost or could not be opened.
 * The app's own client is not changed: its queues, retries and reconnections stay as the app has set them.
 */
export function openLink(client: ServerClient, timeoutMs: number, onLost: (error: unknown) => void): Opening {
  if (isNodeRedisSentinel(client)) return openMaster(() => findMaster(client, timeoutMs), timeoutMs, onLost);
  const lost = (error?: unknown) => onLost(error ?? new Error('the connection was closed'));
  const listen = (own: { on(event: string, listener: (error?: unknown) => void): unknown }) => {
    for (const event of ['error', 'end', 'terminated']) own.on(event, lost);
  };
  if (isIoredis(client)) {
    const own = duplicateIoredis(client, timeoutMs);
    listen(own);
    const link: Link = {
      send: ([name, ...args]) => own.call(name, ...args),
      end: () => end(() => own.disconnect()),
    };
    return { link, ready: own.connect() };
  }
  const over = new AbortController();
  const own = duplicateNodeRedis(client, timeoutMs, over.signal);
  listen(own);
  const link: Link = {
    send: (command) => own.sendCommand([...command]),
    end() {
      end(() => own.disconnect());
      // A client that is closed while it connects would stay open.
      over.abort();
    },
  };
  return { link, ready: own.connect() };
}

/** Opens a connection to a master that has to be found first. */
function openMaster(
  find: () => Promise<ServerClient>,
  timeoutMs: number,
  onLost: (error: unknown) => void,
): Opening {
  let link: Link | undefined;
  let isEnded = false;
  const open = async () => {
    const master = await find();
    if (isEnded) throw new Error('the connection was closed');
    const opening = openLink(master, timeoutMs, onLost);
    ({ link } = opening);
    await opening.ready;
  };
  return {
    link: {
      send: (command) => link!.send(command),
      end() {
        isEnded = true;
        link?.end();
      },
    },
    ready: open(),
  };
}
