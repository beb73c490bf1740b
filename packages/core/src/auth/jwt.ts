import { TRPCError } from '@trpc/server';
import type { JWTPayload } from 'jose';
import { SetupError } from '../setup-error.ts';
import { createKeySet, type KeySet } from './key-set.ts';
import { clockToleranceSeconds, isSameResource, type VerifyToken } from './token.ts';

/** Access tokens that are JWTs, signed by an authorization server that publishes its keys. */
export interface JwtOptions {
  /** The `iss` of the tokens, exactly as the authorization server writes it. */
  issuer: string;
  /** What the authorization server calls this endpoint in `aud`: the `resource` of `bearer` unless said otherwise. */
  audience?: string | readonly string[];
  /** Where the authorization server publishes its public keys: `jwks_uri` of its metadata. */
  jwksUri: string | URL;
  /** Which signatures are taken: asymmetric ones only. All that are in common use when left out. */
  algorithms?: readonly string[];
  /** Reads the scopes of a token that has them elsewhere than in `scope` or `scp`, or adds those that one implies. */
  scopes?: (claims: Record<string, unknown>) => readonly string[];
}

const asymmetric = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/**
 * Verifies access tokens that are JWTs, as the `verify` of `bearer`. Keys are cached, read anew when a token names one
 * that is not there, and stay good while the authorization server cannot be reached. The claims are `auth.extra`.
 * @see https://www.rfc-editor.org/rfc/rfc9068
 */
export function jwt(options: JwtOptions): VerifyToken {
  const { issuer, audience, algorithms = asymmetric } = options;
  checkOptions(options);
  let keySet: Promise<KeySet> | undefined;
  return async (token, { resource }) => {
    const jose = await import('jose');
    keySet ??= createKeySet(new URL(options.jwksUri));
    const { find } = await keySet;
    let claims: JWTPayload;
    try {
      const verified = await jose.jwtVerify(token, find, {
        issuer,
        algorithms: [...algorithms],
        requiredClaims: ['exp'],
        clockTolerance: clockToleranceSeconds,
      });
      claims = verified.payload;
    } catch (cause) {
      if (cause instanceof TRPCError) throw cause;
      throw new TRPCError({ code: 'UNAUTHORIZED', message: describe(cause), cause });
    }
    const audiences = [claims.aud ?? []].flat();
    const expected = [audience ?? []].flat();
    // Whoever names an audience says that a token for it is a token for this endpoint.
    const isNamed = expected.some((each) => audiences.some((named) => isSameResource(named, each)));
    return {
      clientId: clientIdOf(claims),
      scopes: options.scopes?.(claims) ?? scopesOf(claims),
      audience: audience === undefined ? audiences : isNamed ? resource : [],
      expiresAt: claims.exp!,
      notBefore: claims.nbf,
      extra: claims,
    };
  };
}

function checkOptions({ jwksUri, algorithms = asymmetric }: JwtOptions): void {
  const problems = algorithms
    .filter((algorithm) => !asymmetric.includes(algorithm))
    .map((algorithm) => ({
      code: 'ALGORITHM_INVALID',
      path: 'jwt.algorithms',
      message: `${JSON.stringify(algorithm)} is not taken: whoever can check such a token could have written it; there are ${asymmetric.join(', ')}`,
    }));
  if (algorithms.length === 0) {
    const message = 'it would refuse every token; leave it out, or name those of the authorization server';
    problems.push({ code: 'ALGORITHM_INVALID', path: 'jwt.algorithms', message });
  }
  if (!URL.canParse(String(jwksUri))) {
    const message = `${JSON.stringify(String(jwksUri))} is no URL; write the jwks_uri of the authorization server's metadata`;
    problems.push({ code: 'JWKS_URI_INVALID', path: 'jwt.jwksUri', message });
  }
  if (problems.length > 0) throw new SetupError(problems);
}

/** What a client is told is wrong with its token. */
function describe(cause: unknown): string {
  const { code, claim, reason } = cause as { code?: string; claim?: string; reason?: string };
  switch (code) {
    case 'ERR_JWT_EXPIRED':
      return 'the token has expired';
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      if (claim === 'iss') return 'the token is from another issuer';
      if (claim === 'nbf' && reason === 'check_failed') return 'the token is not valid yet';
      if (claim === 'exp' && reason === 'missing') return 'the token does not say when it expires';
      return 'the token’s claims are not valid';
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
      return 'the token is signed in a way that is not taken here';
    case 'ERR_JWKS_NO_MATCHING_KEY':
      return 'the token is signed with a key that its issuer does not have';
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return 'the token’s signature is not valid';
    default:
      return 'the token cannot be read';
  }
}

/** Authorization servers write it one way or the other. */
function scopesOf({ scope, scp }: JWTPayload): string[] {
  const scopes = scope ?? scp;
  if (typeof scopes === 'string') return scopes.split(' ').filter(Boolean);
  return Array.isArray(scopes) ? scopes.filter((each) => typeof each === 'string') : [];
}

function clientIdOf({ client_id, azp, cid, sub }: JWTPayload): string {
  const id = client_id ?? azp ?? cid ?? sub;
  return typeof id === 'string' ? id : '';
}
