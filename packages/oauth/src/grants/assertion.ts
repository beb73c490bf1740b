import { jwt, type VerifyToken } from '@trpc-mcp/core';
import type { EnterpriseOptions } from '../options.ts';
import { GrantRefusal } from './refusal.ts';
import { isSameUrl } from '../same-url.ts';

/** What an identity provider asserts: that a client may act for a person. */
export interface Assertion {
  issuer: string;
  /** `jti`: no other assertion of the issuer has it. */
  id: string;
  /** In seconds since 1970. */
  expiresAt: number;
  /** The scopes that the identity provider allows. `undefined` if it leaves them to the app. */
  scopes: readonly string[] | undefined;
  claims: Readonly<Record<string, unknown>>;
}

/** Whom assertions have to be from and for. */
export interface AssertionReaderOptions {
  issuers: EnterpriseOptions<never>['issuers'];
  /** This authorization server, by its issuer. */
  audience: string;
  /** The URL of the MCP endpoint. */
  resource: string;
}

/** Verifies an assertion that a client sent. Throws a `GrantRefusal` for every other one. */
export type ReadAssertion = (text: string, clientId: string) => Promise<Assertion>;

/**
 * Makes the function that verifies identity assertions: signature, type, issuer, audience, client, resource and times.
 * It does not know which ones were used before.
 * @see https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/
 */
export function createAssertionReader({
  issuers,
  audience,
  resource,
}: AssertionReaderOptions): ReadAssertion {
  // One key set for each issuer, so that none of them can sign for another.
  const verifiers = new Map(issuers.map(({ issuer, jwksUri }) => [issuer, verifierOf(issuer, jwksUri)]));

  return async (text, clientId) => {
    const { issuer, type } = await readUnverified(text);
    const verify = verifiers.get(issuer);
    if (!verify) throw refused('it is from an issuer that is not accepted here');
    if (type !== assertionType) throw refused(`its typ is not ${assertionType}`);

    const claims = await verifyWith(verify, text, audience);
    const { aud, jti, sub, exp, iat } = claims;
    // It is for one server alone: another server in the list could use it here.
    if ([aud].flat().length !== 1) throw refused('its aud names more than one server');
    if (claims['client_id'] !== clientId) throw refused('it is for another client');
    if (!isSameUrl(claims['resource'], resource)) throw refused(`its resource is not ${resource}`);
    if (typeof sub !== 'string' || sub === '') throw refused('it has no sub');
    if (typeof jti !== 'string' || jti === '') throw refused('it has no jti');
    const expiresAt = checkTimes(exp, iat);
    checkUnderstood(claims);
    return { issuer, id: jti, expiresAt, scopes: scopesOf(claims), claims };
  };
}

const assertionType = 'oauth-id-jag+jwt';

/** In seconds. The specification has assertions of five minutes and of an hour in its examples. */
const maxLife = 3600;

/** How far apart the clocks of the identity provider and of this machine may be, in seconds. */
const clockTolerance = 5;

function verifierOf(issuer: string, jwksUri: string | URL): VerifyToken {
  return jwt({ issuer, jwksUri, types: [assertionType] });
}

async function readUnverified(text: string): Promise<{ issuer: string; type: string | undefined }> {
  const { decodeJwt, decodeProtectedHeader } = await import('jose');
  try {
    const { iss = '' } = decodeJwt(text);
    const { typ } = decodeProtectedHeader(text);
    return { issuer: iss, type: typ?.toLowerCase().replace(/^application\//, '') };
  } catch (cause) {
    throw refused('it is not a JWT', cause);
  }
}

async function verifyWith(
  verify: VerifyToken,
  text: string,
  audience: string,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const verified = await verify(text, { resource: audience });
    if (verified?.extra) return verified.extra;
  } catch (cause) {
    if (!isTRPCError(cause)) throw cause;
    if (cause.code === 'SERVICE_UNAVAILABLE') {
      const description = 'the keys of the identity provider cannot be read now; try again later';
      throw new GrantRefusal('temporarily_unavailable', description, cause);
    }
    // The core speaks of access tokens.
    throw refused(cause.message.replace(/^the token/, 'it').replaceAll('the token', 'it'), cause);
  }
  throw refused('it cannot be verified');
}

/** The app may have another copy of tRPC than this package, so that `instanceof` would not know its errors. */
function isTRPCError(thrown: unknown): thrown is Error & { code: string } {
  return thrown instanceof Error && thrown.name === 'TRPCError' && 'code' in thrown;
}

function checkTimes(exp: unknown, iat: unknown): number {
  if (typeof exp !== 'number') throw refused('it has no exp');
  if (typeof iat !== 'number') throw refused('it has no iat');
  if (iat > Date.now() / 1000 + clockTolerance) throw refused('it was issued in the future');
  if (exp - iat > maxLife) throw refused('it lasts for more than an hour');
  return exp;
}

/** Refuses what would allow more than was meant if it were ignored. */
function checkUnderstood(claims: Readonly<Record<string, unknown>>): void {
  if (claims['cnf'] !== undefined) throw refused('it is bound to a key (cnf), which is not supported here');
  if (claims['authorization_details'] !== undefined) {
    throw refused('it has authorization_details, which are not supported here');
  }
}

/** The specification defines a text, and has a list with one text as its example. */
function scopesOf({ scope }: Readonly<Record<string, unknown>>): string[] | undefined {
  if (scope === undefined) return undefined;
  const parts: unknown[] = [scope].flat();
  if (!parts.every((part) => typeof part === 'string')) throw refused('its scope is not a text');
  return parts.flatMap((part) => part.split(' ')).filter(Boolean);
}

function refused(reason: string, cause?: unknown): GrantRefusal {
  return new GrantRefusal('invalid_grant', `the assertion is not accepted: ${reason}`, cause);
}
