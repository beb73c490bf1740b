import type { AuthInfo } from '@modelcontextprotocol/server';
import { CredentialError } from './credential-error.ts';

/** What was verified about an access token. Times are in seconds since 1970, as in the token itself. */
export interface VerifiedToken {
  /** The OAuth client that the token was issued to. */
  clientId: string;
  scopes: readonly string[];
  /** Whom the token is for (`aud`). The `resource` given to `bearer` has to be among them. */
  audience: string | readonly string[];
  expiresAt: number;
  notBefore?: number | undefined;
  /** Anything of your own. It becomes `getMcpCall().auth.extra`. */
  extra?: Record<string, unknown> | undefined;
}

/**
 * Verifies a token. Returns `undefined` or throws when the token is not valid. The client sees the message of a thrown
 * `TRPCError`. Throw one with the code `SERVICE_UNAVAILABLE` when the token cannot be checked now: the answer is a 503.
 */
export type VerifyToken = (
  token: string,
  options: VerifyOptions,
) => VerifiedToken | undefined | Promise<VerifiedToken | undefined>;

export interface VerifyOptions {
  /** The `resource` given to `bearer`. */
  resource: string;
}

/** How far apart the clocks of the issuer and of this machine may be. */
export const clockToleranceMs = 5000;

/** Reads the token in an `Authorization` header. Throws a `CredentialError` when it is malformed. */
export function readToken({ url, headers }: Request, maxLength: number): string | undefined {
  // A URL ends up in logs and in the history of browsers.
  if (new URL(url).searchParams.has('access_token')) {
    const message = 'a token in the URL is not taken; send it in the Authorization header';
    throw new CredentialError(400, message, 'invalid_request');
  }
  const header = headers.get('authorization');
  if (header === null || !/^bearer(?: |$)/i.test(header)) return undefined;
  const token = header.slice('bearer '.length).trim();
  if (token.length > maxLength) {
    throw new CredentialError(401, `the token is longer than ${maxLength} characters`, 'invalid_token');
  }
  if (tokenSyntax.test(token)) return token;
  const message = 'the Authorization header is malformed; send one token, as: Bearer <token>';
  throw new CredentialError(400, message, 'invalid_request');
}

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const tokenSyntax = /^[\w.~+/-]+=*$/;

/** Throws a `CredentialError` unless the token is for this resource and is valid now. */
export function checkToken({ audience, expiresAt, notBefore }: VerifiedToken, resource: string): void {
  const now = Date.now() / 1000;
  const tolerance = clockToleranceMs / 1000;
  const fail = (message: string): never => {
    throw new CredentialError(401, message, 'invalid_token');
  };
  // An app without types may leave anything out.
  const audiences = [audience ?? []].flat();
  if (!audiences.some((each) => isSameResource(each, resource))) {
    fail(`the token is not for ${resource}`);
  }
  if (!Number.isFinite(expiresAt)) fail('the token does not say when it expires');
  if (expiresAt + tolerance <= now) fail('the token has expired');
  if (notBefore !== undefined && !(notBefore - tolerance <= now)) {
    fail('the token is not valid yet');
  }
}

/** Leaves the token itself out, so that no app can log it or pass it on by accident. */
export function toAuthInfo(
  { clientId, scopes, expiresAt, extra }: VerifiedToken,
  resource: string,
): AuthInfo {
  return {
    token: '',
    clientId,
    scopes: [...(scopes ?? [])],
    expiresAt,
    resource: new URL(resource),
    ...(extra && { extra }),
  };
}

/** Compares without the last slash, because authorization servers write a URL with it or without it. */
export function isSameResource(one: unknown, other: string): boolean {
  return typeof one === 'string' && one.replace(/\/$/, '') === other.replace(/\/$/, '');
}
