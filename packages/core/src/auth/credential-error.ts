import { shareClass } from '../shared-class.ts';

/** An error code of RFC 6750. */
export type ChallengeError = 'invalid_request' | 'invalid_token';

/**
 * Thrown by an authenticator of ours that knows which status to answer with. Its message is written for the caller, for
 * example "the token has expired".
 */
export class CredentialError extends Error {
  static {
    shareClass(this, 'CredentialError');
  }

  override readonly name = 'CredentialError';
  readonly status: 400 | 401 | 503;
  /** The `error` of the challenge, where the answer has a challenge. */
  readonly code: ChallengeError | undefined;

  constructor(status: 400 | 401 | 503, message: string, code?: ChallengeError, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.code = code;
  }
}
