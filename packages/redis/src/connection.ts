/** A command: its name and its words. */
export type Command = readonly [string, ...string[]];

/** The way to Redis. Connections are opened when they are needed, and again after they were lost. No command waits in a queue. */
export interface Connection {
  /**
   * Runs a command on the server that has its key. Rejects with a `RedisError` when there is no answer within the
   * connection's time limit. `extraMs` is added to the limit for a command that itself waits.
   *
   * All keys of a command have to be in one slot of a cluster. The key is the second word of a command, except as `keyOf`
   * has it.
   */
  send(command: Command, extraMs?: number): Promise<unknown>;
  /** Runs a command without a key on the server, or on every master of a cluster. */
  sendToAll(command: Command): Promise<unknown[]>;
  close(): void;
}
