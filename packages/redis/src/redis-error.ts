/** Thrown when a command fails. `cause` is the error of the client. */
export class RedisError extends Error {
  override readonly name = 'RedisError';
  /** The command that failed, such as `SET`. */
  readonly command: string;

  constructor(command: string, reason: string, cause?: unknown, needs: string = callNeeds) {
    super(
      `Redis failed at ${command}: ${reason}. What needs Redis (${needs}) fails until it is back; calls that do not need it go on`,
      { cause },
    );
    this.command = command;
  }
}

const callNeeds = 'consents, idempotency keys, rate limits';
