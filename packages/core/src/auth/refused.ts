/** An error code of RFC 6750. */
export type ChallengeError = 'invalid_request' | 'invalid_token';

/** Thrown by an authenticator of ours that knows what to answer. Its message is written for the caller. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: 400 | 401 | 503;
  /** What the challenge says is wrong, where there is one. */
  readonly code: ChallengeError | undefined;

  constructor(status: 400 | 401 | 503, message: string, code?: ChallengeError, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.code = code;
  }
}
