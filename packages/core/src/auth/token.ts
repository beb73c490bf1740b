import { TRPCError } from '@trpc/server';
import type { McpAuthInfo } from '../meta.ts';

/** What was verified about an access token. Times are in seconds since 1970, as in the token itself. */
export interface VerifiedToken {
  /** The OAuth client that the token was issued to. */
  clientId: string;
  /** The person or account that the token speaks for (`sub`). It tells callers apart. */
  subject?: string | undefined;
  /** Who issued the token (`iss`). Subjects of two issuers are two callers. */
  issuer?: string | undefined;
  /** What the token allows, as `scope` of a token has it, one string each. Empty if it names none. */
  scopes: readonly string[];
  /** Whom the token is for (`aud`). The `resource` given to `bearer` has to be among them. */
  audience: string | readonly string[];
  /** In seconds since 1970, as `exp` of a token has it. */
  expiresAt: number;
  /** In seconds since 1970, as `nbf` of a token has it. */
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

/** What `verify` is given besides the token. */
export interface VerifyOptions {
  /** The `resource` given to `bearer`. The token has to be for it. */
  resource: string;
}

/** How far apart the clocks of the issuer and of this machine may be. */
export const clockToleranceMs = 5000;

/** Returns what is wrong with the token, or `undefined` if it is for this resource and is valid now. */
export function findTokenProblem(
  { audience, expiresAt, notBefore }: VerifiedToken,
  resource: string,
): string | undefined {
  const now = Date.now() / 1000;
  const tolerance = clockToleranceMs / 1000;
  // An app without types may leave anything out.
  const audiences = [audience ?? []].flat();
  if (!audiences.some((each) => isSameResource(each, resource))) return `the token is not for ${resource}`;
  if (!Number.isFinite(expiresAt)) return 'the token does not say when it expires';
  if (expiresAt + tolerance <= now) return 'the token has expired';
  if (notBefore !== undefined && !(notBefore - tolerance <= now)) return 'the token is not valid yet';
  return undefined;
}

/** Throws UNAUTHORIZED unless the token is for this resource and is valid now. */
export function checkVerified(verified: VerifiedToken, resource: string): VerifiedToken {
  const problem = findTokenProblem(verified, resource);
  if (problem !== undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: problem });
  return verified;
}

/** Reads the resource that a `verify` of ours was given. An app without types may leave it out. */
export function resourceOf(options: Partial<VerifyOptions> | undefined): string {
  const resource = options?.resource;
  if (resource) return resource;
  const message = 'nobody can tell whom the token is for, because verify was called without { resource }';
  throw new TRPCError({ code: 'UNAUTHORIZED', message });
}

/**
 * Returns the audience of a token. If the app has set `audience`, a token for that audience is a token for this resource,
 * and no other token is.
 */
export function toAudience(
  aud: string | readonly string[] | undefined,
  audience: string | readonly string[] | undefined,
  resource: string,
): readonly string[] {
  const named = [aud ?? []].flat();
  if (audience === undefined) return named;
  const isNamed = [audience].flat().some((each) => named.some((name) => isSameResource(name, each)));
  return isNamed ? [resource] : [];
}

/** Leaves the token itself out, so that no app can log it or pass it on by accident. */
export function toAuthInfo(
  { clientId, subject, issuer, scopes, expiresAt, extra }: VerifiedToken,
  resource: string,
): McpAuthInfo {
  return {
    token: '',
    clientId,
    scopes: [...(scopes ?? [])],
    expiresAt,
    resource: new URL(resource),
    ...(subject !== undefined && { subject }),
    ...(issuer !== undefined && { issuer }),
    ...(extra && { extra }),
  };
}

/** Compares without the last slash, because authorization servers write a URL with it or without it. */
function isSameResource(one: unknown, other: string): boolean {
  return typeof one === 'string' && one.replace(/\/$/, '') === other.replace(/\/$/, '');
}
