import { openLink, type Link, type RedisClient } from './client.ts';
import { RedisError } from './redis-error.ts';

/** One connection to Redis. It is opened when it is needed, and again after it was lost. No command waits in a queue. */
export interface Connection {
  /**
   * Runs a command. Rejects with a `RedisError` when there is no answer within the connection's time limit. `blockMs` is
   * added to the limit for a command that itself waits.
   */
  send(command: readonly [string, ...string[]], blockMs?: number): Promise<unknown>;
  close(): void;
}

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

/** Makes a connection to the server of the app's client. `needs` is what its errors say that it is needed for. */
export function createConnection(client: RedisClient, timeoutMs: number, needs?: string): Connection {
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

  return {
    async send(command, blockMs = 0) {
      if (isClosed) throw new RedisError(command[0], 'it was closed by close()', undefined, needs);
      const { error, at } = failure ?? {};
      if (!open && at !== undefined && Date.now() - at < pauseMs) throw toRedisError(command[0], error);
      const used = (open ??= connect());
      const sentAt = Date.now();
      const limit = timer(timeoutMs + blockMs);
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
        const isSilent = thrown === tooLong && used.heardAt < sentAt;
        if (isSilent || isReadonly(thrown)) drop(used, new Error('Redis has stopped answering'));
        if (thrown === tooLong)
          throw new RedisError(command[0], `no answer within ${timeoutMs + blockMs} ms`, undefined, needs);
        throw toRedisError(command[0], thrown);
      } finally {
        isOver = true;
        limit.clear();
      }
    },
    close() {
      isClosed = true;
      if (open) drop(open, new Error('it was closed by close()'));
    },
  };
}

const tooLong = Symbol('too long');

function timer(ms: number): { over: Promise<never>; clear: () => void } {
  const { promise: over, reject } = withReject();
  const id = setTimeout(() => reject(tooLong), ms);
  return { over, clear: () => clearTimeout(id) };
}

/** Makes a promise that may reject while nobody waits for it. */
function withReject(): { promise: Promise<never>; reject: (error: unknown) => void } {
  let reject!: (error: unknown) => void;
  const promise = new Promise<never>((_resolve, reject_) => (reject = reject_));
  promise.catch(() => {});
  return { promise, reject };
}

function isReadonly(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith('READONLY');
}

function reasonOf(thrown: unknown): string {
  // Node reports a refused connection as a list with one error for each address.
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return reasonOf(thrown.errors[0]);
  return thrown instanceof Error && thrown.message ? thrown.message.replace(/\.$/, '') : String(thrown);
}
