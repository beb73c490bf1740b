import type { Connection } from './connection.ts';
import { type Link, openLink, type ServerClient } from './link.ts';
import { reasonOf, RedisError } from './redis-error.ts';
import { startTimer, TooLong, withReject } from './time-limit.ts';

interface Open {
  link: Link;
  ready: Promise<unknown>;
  /** Rejects when the connection is lost. */
  lost: Promise<never>;
  lose: (error: unknown) => void;
  heardAt: number;
}

/** For this long after a failed attempt to connect, commands fail with the same error, without another attempt. */
const pauseMs = 100;

/** Makes a connection to one server, or to the master that sentinels name. */
export function connectServer(client: ServerClient, timeoutMs: number, needs?: string): Connection {
  let open: Open | undefined;
  let failure: { error: unknown; at: number } | undefined;
  let isClosed = false;

  const drop = (dropped: Open, error: unknown) => {
    if (open === dropped) open = undefined;
    dropped.lose(error);
    dropped.link.end();
  };

  const connect = (): Open => {
    const { promise: lost, reject: lose } = withReject();
    const { link, ready } = openLink(client, timeoutMs, (error) => drop(opened, error));
    const opened: Open = { link, ready, lost, lose, heardAt: 0 };
    ready.catch((error: unknown) => {
      failure = { error, at: Date.now() };
      drop(opened, error);
    });
    return opened;
  };

  const toRedisError = (command: string, thrown: unknown) =>
    new RedisError(command, reasonOf(thrown), thrown, needs);

  const send: Connection['send'] = async (command, extraMs = 0) => {
    if (isClosed) throw new RedisError(command[0], 'it was closed by close()', undefined, needs);
    const { error, at } = failure ?? {};
    if (!open && at !== undefined && Date.now() - at < pauseMs) throw toRedisError(command[0], error);
    const used = (open ??= connect());
    const sentAt = Date.now();
    const limit = startTimer(timeoutMs + extraMs);
    let isOver = false;
    try {
      // A command that has failed here must not be sent later.
      const reply = used.ready.then(() => (isOver ? undefined : used.link.send(command)));
      const answer = await Promise.race([reply, used.lost, limit.over]);
      used.heardAt = Date.now();
      failure = undefined;
      return answer;
    } catch (thrown) {
      // A silent connection may be half open, and would stay so for minutes. A read-only server has become a replica, so
      // that the next connection has to find the new master.
      const isSilent = thrown instanceof TooLong && used.heardAt < sentAt;
      if (isSilent || isReadonly(thrown)) drop(used, new Error('Redis has stopped answering'));
      throw toRedisError(command[0], thrown);
    } finally {
      isOver = true;
      limit.clear();
    }
  };

  return {
    send,
    sendToAll: async (command) => [await send(command)],
    close() {
      isClosed = true;
      if (open) drop(open, new Error('it was closed by close()'));
    },
  };
}

function isReadonly(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith('READONLY');
}
