import type { AuthInfo } from '@modelcontextprotocol/server';
import { Refused } from './refused.ts';

/** What an access token stands for. Times are seconds since 1970, as in the token. */
export interface VerifiedToken {
  /** The OAuth client that the token was issued to. */
  clientId: string;
  scopes: readonly string[];
  /** Whom the token is for: `aud`. The `resource` given to `bearer` has to be among them. */
  audience: string | readonly string[];
  expiresAt: number;
  notBefore?: number | undefined;
  /** What is yours: it becomes `extra` of what `getMcpCall().auth` holds. */
  extra?: Record<string, unknown> | undefined;
}

/**
 * Finds out what a token stands for. `undefined`, or a throw, for one that is not valid; the message of a `TRPCError`
 * is told to the client. A `TRPCError` with the code `SERVICE_UNAVAILABLE` is answered 503, for when nobody can tell.
 */
export type VerifyToken = (
  token: string,
  options: VerifyOptions,
) => VerifiedToken | undefined | Promise<VerifiedToken | undefined>;

export interface VerifyOptions {
  /** The `resource` given to `bearer`. */
  resource: string;
}

/** Two machines never quite agree on the time. */
export const clockToleranceSeconds = 5;

/** A token in an `Authorization` header. Throws a `Refused` where there is one that cannot be taken. */
export function readToken({ url, headers }: Request, maxLength: number): string | undefined {
  // It would end up in logs and in the history of browsers.
  if (new URL(url).searchParams.has('access_token')) {
    const message = 'a token in the URL is not taken; send it in the Authorization header';
    throw new Refused(400, message, 'invalid_request');
  }
  const header = headers.get('authorization');
  if (header === null || !/^bearer(?: |$)/i.test(header)) return undefined;
  const token = header.slice('bearer '.length).trim();
  if (token.length > maxLength) {
    throw new Refused(401, `the token is longer than ${maxLength} characters`, 'invalid_token');
  }
  if (tokenSyntax.test(token)) return token;
  const message = 'the Authorization header is malformed; send one token, as: Bearer <token>';
  throw new Refused(400, message, 'invalid_request');
}

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const tokenSyntax = /^[\w.~+/-]+=*$/;

/** Throws a `Refused` unless the token is for this resource, and for now. */
export function checkToken({ audience, expiresAt, notBefore }: VerifiedToken, resource: string): void {
  const now = Date.now() / 1000;
  const refuse = (message: string): never => {
    throw new Refused(401, message, 'invalid_token');
  };
  // An app without types may leave anything out.
  const audiences = [audience ?? []].flat();
  if (!audiences.some((each) => isSameResource(each, resource))) {
    refuse(`the token is not for ${resource}`);
  }
  if (!Number.isFinite(expiresAt)) refuse('the token does not say when it expires');
  if (expiresAt + clockToleranceSeconds <= now) refuse('the token has expired');
  if (notBefore !== undefined && !(notBefore - clockToleranceSeconds <= now)) {
    refuse('the token is not valid yet');
  }
}

/** The token itself is left out: what nobody has, nobody logs, and nobody passes on. */
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

/** Authorization servers write a URL with or without its last slash. */
export function isSameResource(one: unknown, other: string): boolean {
  return typeof one === 'string' && one.replace(/\/$/, '') === other.replace(/\/$/, '');
}
