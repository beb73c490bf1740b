import { TRPCError } from '@trpc/server';
import type { JWTPayload } from 'jose';
import { SetupError, type SetupProblem } from '../setup-error.ts';
import { createKeySet, type KeySet } from './key-set.ts';
import { clockToleranceMs, isSameResource, type VerifyToken } from './token.ts';

/** Options of `jwt`, for access tokens that are JWTs, signed by an authorization server that publishes its keys. */
export interface JwtOptions {
  /** The `iss` of the tokens, exactly as the authorization server writes it. */
  issuer: string;
  /** The name of this endpoint in `aud`. By default it is the `resource` given to `bearer`. */
  audience?: string | readonly string[];
  /** The URL of the authorization server's public keys: `jwks_uri` in its metadata. */
  jwksUri: string | URL;
  /** The algorithms of signatures that are accepted. They have to be asymmetric. By default all in common use. */
  algorithms?: readonly string[];
  /** Reads the scopes when they are not in `scope` or `scp`, or adds those that another scope implies. */
  scopes?: (claims: Record<string, unknown>) => readonly string[];
}

const asymmetric = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/**
 * Makes a `verify` for `bearer` that verifies JWTs. The keys are cached. They are read again when a token names a key that
 * is not cached, and they stay valid while the authorization server cannot be reached. The claims become `auth.extra`.
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
        clockTolerance: clockToleranceMs / 1000,
      });
      claims = verified.payload;
    } catch (cause) {
      if (cause instanceof TRPCError) throw cause;
      throw new TRPCError({ code: 'UNAUTHORIZED', message: describe(cause), cause });
    }
    const audiences = [claims.aud ?? []].flat();
    const expected = [audience ?? []].flat();
    // The app has set `audience`, so a token for that audience is a token for this endpoint.
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
  const problems: SetupProblem[] = algorithms
    .filter((algorithm) => !asymmetric.includes(algorithm))
    .map((algorithm) => ({
      code: 'ALGORITHM_INVALID',
      path: 'jwt.algorithms',
      message: `${JSON.stringify(algorithm)} is not accepted, because whoever can check such a token could also have made it; use one of ${asymmetric.join(', ')}`,
    }));
  if (algorithms.length === 0) {
    const message =
      'every token would be refused; remove it, or list the algorithms of the authorization server';
    problems.push({ code: 'ALGORITHM_INVALID', path: 'jwt.algorithms', message });
  }
  if (!URL.canParse(String(jwksUri))) {
    const message = `${JSON.stringify(String(jwksUri))} is not a URL; set it to the jwks_uri in the authorization server's metadata`;
    problems.push({ code: 'JWKS_URI_INVALID', path: 'jwt.jwksUri', message });
  }
  if (problems.length > 0) throw new SetupError(problems);
}

/** Says what is wrong with a token, in words for the client. */
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

/** Some authorization servers write the scopes as `scope`, others as `scp`; as a text, or as a list. */
function scopesOf({ scope, scp }: JWTPayload): string[] {
  const scopes = scope ?? scp;
  if (typeof scopes === 'string') return scopes.split(' ').filter(Boolean);
  return Array.isArray(scopes) ? scopes.filter((each) => typeof each === 'string') : [];
}

function clientIdOf({ client_id, azp, cid, sub }: JWTPayload): string {
  const id = client_id ?? azp ?? cid ?? sub;
  return typeof id === 'string' ? id : '';
}
