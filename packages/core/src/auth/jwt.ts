import { TRPCError } from '@trpc/server';
import type { JSONWebKeySet, JWTPayload } from 'jose' with { 'resolution-mode': 'import' };
import { isRecord } from '../record.ts';
import { SetupError, type SetupProblem, type SetupProblemCode } from '../setup-error.ts';
import { findUnknownOptions } from '../nearest.ts';
import { createKeySet, createLocalKeySet } from './key-set.ts';
import { createTokenReader, type ReadToken } from './signed-token.ts';
import { accessTokenType, checkTokenType } from './token-type.ts';
import { checkVerified, clockToleranceMs, resourceOf, toAudience, type VerifyToken } from './token.ts';

/** Options of `jwt`, for access tokens that are JWTs, signed by an authorization server whose keys are known. */
export type JwtOptions = JwtSettings & JwtKeys;

/** The part of the options of `jwt` that says which tokens are accepted. */
export interface JwtSettings {
  /** The `iss` of the tokens, exactly as the authorization server writes it. */
  issuer: string;
  /** The name of this endpoint in `aud`. By default it is the `resource` given to `bearer`. */
  audience?: string | readonly string[];
  /**
   * The values of the header `typ` that are accepted. By default only `at+jwt`, the type of access tokens. Set
   * `['JWT']` for an authorization server that gives its access tokens the type `JWT`, or no type.
   */
  types?: readonly string[];
  /** The algorithms of signatures that are accepted. They have to be asymmetric. By default all in common use. */
  algorithms?: readonly string[];
  /** Reads the scopes when they are not in `scope` or `scp`, or adds those that another scope implies. */
  scopes?: (claims: Record<string, unknown>) => readonly string[];
}

/** The keys that tokens are signed with: set `jwksUri` or `jwks`, and not both. */
export type JwtKeys =
  | {
      /** The URL of the authorization server's public keys: `jwks_uri` in its metadata. */
      jwksUri: string | URL;
      jwks?: JSONWebKeySet;
    }
  | {
      jwksUri?: string | URL;
      /** The public keys themselves, for an authorization server that does not publish them. */
      jwks: JSONWebKeySet;
    };

const asymmetric = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/**
 * Makes a `verify` for `bearer` that verifies JWTs: signature, issuer, type, audience and times. It throws UNAUTHORIZED
 * for every other token, also when it is called by itself. Keys of a `jwksUri` are cached. They are read again at once
 * when a token names a key that is not cached, but at most five times in ten seconds. They stay valid while the
 * authorization server cannot be reached. The claims become `auth.extra`.
 * @see https://www.rfc-editor.org/rfc/rfc9068
 */
export function jwt(options: JwtOptions): VerifyToken {
  const { issuer, audience, types = [accessTokenType], algorithms = asymmetric } = options;
  checkOptions(options);
  let reader: Promise<ReadToken> | undefined;
  const open = async () => {
    const keySet = options.jwks ? createLocalKeySet(options.jwks) : createKeySet(new URL(options.jwksUri!));
    return createTokenReader(await keySet, {
      issuer,
      algorithms: [...algorithms],
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceMs / 1000,
    });
  };
  return async (token, verifyOptions) => {
    const resource = resourceOf(verifyOptions);
    const read = await (reader ??= open());
    let signed: Awaited<ReturnType<ReadToken>>;
    try {
      signed = await read(token);
    } catch (cause) {
      if (cause instanceof TRPCError) throw cause;
      throw new TRPCError({ code: 'UNAUTHORIZED', message: describe(cause), cause });
    }
    const { claims, typ } = signed;
    checkTokenType(typ, claims, { types, resource });
    return checkVerified(
      {
        clientId: clientIdOf(claims),
        subject: typeof claims.sub === 'string' ? claims.sub : undefined,
        issuer: claims.iss,
        scopes: options.scopes?.(claims) ?? scopesOf(claims),
        audience: toAudience(claims.aud, audience, resource),
        expiresAt: claims.exp!,
        notBefore: claims.nbf,
        extra: claims,
      },
      resource,
    );
  };
}

function checkOptions(options: Partial<JwtOptions>): void {
  const { algorithms = asymmetric, types = [accessTokenType] } = options;
  const problems: SetupProblem[] = findUnknownOptions([['jwt.', options, optionKeys]]);
  const add = (code: SetupProblemCode, option: string, message: string) =>
    problems.push({ code, path: `jwt.${option}`, message });

  for (const algorithm of algorithms) {
    if (asymmetric.includes(algorithm)) continue;
    const message = `${JSON.stringify(algorithm)} is not accepted, because whoever can check such a token could also have made it; use one of ${asymmetric.join(', ')}`;
    add('ALGORITHM_INVALID', 'algorithms', message);
  }
  if (algorithms.length === 0) {
    const message =
      'every token would be refused; remove it, or list the algorithms of the authorization server';
    add('ALGORITHM_INVALID', 'algorithms', message);
  }
  if (types.length === 0) {
    const message =
      'every token would be refused; remove it, or list the typ of the access tokens, such as "JWT"';
    add('TOKEN_TYPE_INVALID', 'types', message);
  }
  if (typeof options.issuer !== 'string' || options.issuer === '') {
    const message =
      "a token of any issuer that uses these keys would be accepted; set it to the issuer in the authorization server's metadata";
    add('ISSUER_MISSING', 'issuer', message);
  }
  checkKeys(options, add);
  if (problems.length > 0) throw new SetupError(problems);
}

const optionKeys = {
  issuer: true,
  audience: true,
  types: true,
  algorithms: true,
  scopes: true,
  jwksUri: true,
  jwks: true,
} satisfies Record<keyof JwtOptions, true>;

function checkKeys(
  { jwksUri, jwks }: Partial<JwtOptions>,
  add: (code: SetupProblemCode, option: string, message: string) => void,
): void {
  if (jwks === undefined && jwksUri === undefined) {
    const message =
      "no signature can be checked; set it to the jwks_uri in the authorization server's metadata, or set jwks to its public keys";
    add('JWKS_MISSING', 'jwksUri', message);
  }
  if (jwks !== undefined && jwksUri !== undefined) {
    add('JWKS_INVALID', 'jwks', 'jwksUri is set as well, and only one of them can be used; remove the other');
  }
  if (jwksUri !== undefined && !URL.canParse(String(jwksUri))) {
    const message = `${JSON.stringify(String(jwksUri))} is not a URL; set it to the jwks_uri in the authorization server's metadata`;
    add('JWKS_URI_INVALID', 'jwksUri', message);
  }
  if (jwks === undefined) return;
  const keys: unknown = (jwks as JSONWebKeySet | null)?.keys;
  if (!Array.isArray(keys) || keys.length === 0) {
    const message = 'it has no keys, so every token would be refused; set it to { keys: […] }';
    add('JWKS_INVALID', 'jwks', message);
    return;
  }
  for (const [index, key] of keys.entries()) {
    if (isPublicKey(key)) continue;
    const message = `keys[${index}] is not a public key; list the public keys only, because a server that checks tokens must not be able to make them`;
    add('JWKS_INVALID', 'jwks', message);
  }
}

function isPublicKey(key: unknown): boolean {
  if (!isRecord(key)) return false;
  return typeof key['kty'] === 'string' && key['kty'] !== 'oct' && key['d'] === undefined;
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
    case 'ERR_JWKS_MULTIPLE_MATCHING_KEYS':
      return 'the token does not say which key it is signed with';
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
