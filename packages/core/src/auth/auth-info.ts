import type { AuthInfo } from '@modelcontextprotocol/server';

/** What a credential says of its caller. `auth.authenticate` returns it, and everything else gets it as `auth`. */
export interface McpAuthInfo extends AuthInfo {
  /**
   * The person or account that the credential speaks for, such as the id of a user. It tells callers apart: idempotency
   * keys, consents, rate limits and sessions belong to a subject, whichever credential or client it uses. `jwt` and
   * `introspection` set it from `sub`.
   */
  subject?: string | undefined;
  /** Who issued the credential. Two issuers may give the same name to two subjects. `jwt` and `introspection` set it. */
  issuer?: string | undefined;
}
