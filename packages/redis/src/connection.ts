import { openLink, type Link, type RedisClient } from './client.ts';
import { RedisError } from './redis-error.ts';

/** One connection to Redis, opened when it is needed and again when it was lost. Nothing waits in a queue. */
export interface Connection {
  /**
   * Runs a command. Rejects with a `RedisError` when there is no answer within the connection's time limit, and
   * `blockMs` more where the command itself waits.
   */
  send(command: readonly [string, ...string[]], blockMs?: number): Promise<unknown>;
  close(): void;
}

interface Open {
  link: Link;
  ready: Promise<unknown>;
  /** Rejects when the connection is gone. */
  lost: Promise<never>;
  lose: (error: unknown) => void;
  heardAt: number;
}

/** After an attempt to connect has failed, others fail with it for so long, in milliseconds. */
const pauseMs = 100;

export function createConnection(client: RedisClient, timeoutMs: number): Connection {
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

  return {
    async send(command, blockMs = 0) {
      if (isClosed) throw new RedisError(command[0], 'it was closed by close()');
      const { error, at } = failure ?? {};
      if (!open && at !== undefined && Date.now() - at < pauseMs) throw toRedisError(command[0], error);
      const used = (open ??= connect());
      const sentAt = Date.now();
      const limit = timer(timeoutMs + blockMs);
      let isOver = false;
      try {
        // What has been given up must not happen later.
        const reply = used.ready.then(() => (isOver ? undefined : used.link.send(command)));
        const answer = await Promise.race([reply, used.lost, limit.over]);
        used.heardAt = Date.now();
        failure = undefined;
        return answer;
      } catch (thrown) {
        // A connection that is silent may be half open, and would stay so for minutes; one to a server that has become a
        // replica leads to the wrong one.
        const isSilent = thrown === tooLong && used.heardAt < sentAt;
        if (isSilent || isReadonly(thrown)) drop(used, new Error('Redis has stopped answering'));
        if (thrown === tooLong)
          throw new RedisError(command[0], `no answer within ${timeoutMs + blockMs} ms`);
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

/** Nobody may be waiting for it just then. */
function withReject(): { promise: Promise<never>; reject: (error: unknown) => void } {
  let reject!: (error: unknown) => void;
  const promise = new Promise<never>((_resolve, reject_) => (reject = reject_));
  promise.catch(() => {});
  return { promise, reject };
}

function toRedisError(command: string, thrown: unknown): RedisError {
  return new RedisError(command, reasonOf(thrown), thrown);
}

function isReadonly(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith('READONLY');
}

function reasonOf(thrown: unknown): string {
  // A refused connection is one error for each address.
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return reasonOf(thrown.errors[0]);
  return thrown instanceof Error && thrown.message ? thrown.message.replace(/\.$/, '') : String(thrown);
}
