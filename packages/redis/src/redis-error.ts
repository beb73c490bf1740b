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

/** Says in a few words why something was thrown. */
export function reasonOf(thrown: unknown): string {
  // Node reports a refused connection as a list with one error for each address, and so do several nodes that were asked.
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return reasonOf(thrown.errors[0]);
  if (thrown instanceof RedisError && thrown.cause !== undefined) return reasonOf(thrown.cause);
  return thrown instanceof Error && thrown.message ? thrown.message.replace(/\.$/, '') : String(thrown);
}
