/** The OAuth errors that the token endpoint answers with. @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
export type TokenErrorCode =
  | 'invalid_request'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_target'
  | 'unauthorized_client'
  | 'temporarily_unavailable';

/** An error that the client sees: `oidc-provider` writes the code and the description into its answer. */
export class GrantRefusal extends Error {
  readonly error: TokenErrorCode;
  readonly error_description: string;
  readonly statusCode: number;
  /** Tells `oidc-provider` to show the error to the client. */
  readonly expose = true;

  constructor(code: TokenErrorCode, description: string, cause?: unknown) {
    // The answer's `error` is the message.
    super(code, { cause });
    this.name = 'GrantRefusal';
    this.error = code;
    this.error_description = description;
    this.statusCode = code === 'temporarily_unavailable' ? 503 : 400;
  }
}
