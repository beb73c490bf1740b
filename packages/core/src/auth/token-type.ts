import { TRPCError } from '@trpc/server';

interface TypedClaims extends Record<string, unknown> {
  aud?: string | string[] | undefined;
}

/** The `typ` of access tokens. @see https://www.rfc-editor.org/rfc/rfc9068#section-2.1 */
export const accessTokenType = 'at+jwt';

/**
 * Throws UNAUTHORIZED unless the JWT is an access token: its `typ` has to be one of `types`, and it must not be an ID
 * token. An ID token says who has signed in to a client, and is for that client alone.
 */
export function checkTokenType(
  typ: unknown,
  claims: TypedClaims,
  { types, resource }: { types: readonly string[]; resource: string },
): void {
  checkTokenUse(claims);
  // A JWT without a type says as little about itself as one with the type JWT.
  const type = normalize(typeof typ === 'string' ? typ : 'JWT');
  if (!types.some((each) => normalize(each) === type)) {
    const sent = typeof typ === 'string' ? `is ${JSON.stringify(typ)}` : 'is missing';
    refuse(`the token is not an access token: its typ ${sent}, and ${types.join(' or ')} is taken here`);
  }
  if (type !== accessTokenType && isForItsClient(claims, resource)) refuse(notAnAccessToken);
}

/** Throws UNAUTHORIZED if the claims are those of an ID token or of a refresh token. */
export function checkTokenUse(claims: TypedClaims): void {
  const isIdToken = idTokenClaims.some((name) => claims[name] !== undefined);
  // Keycloak says in `typ`, Cognito and Hydra say in `token_use` what a token is for.
  const isOther = [claims['typ'], claims['token_use']].some(
    (use) => typeof use === 'string' && otherUse.test(use),
  );
  if (isIdToken || isOther) refuse(notAnAccessToken);
}

const notAnAccessToken = 'the token is not an access token; an ID token or a refresh token is not taken here';

/** Claims that only ID tokens have. @see https://openid.net/specs/openid-connect-core-1_0.html#IDToken */
const idTokenClaims = ['nonce', 'at_hash', 'c_hash'];

const otherUse = /^(?:id|refresh|offline|logout)(?:_token)?$/i;

function isForItsClient({ aud, azp, client_id, cid }: TypedClaims, resource: string): boolean {
  const audiences = [aud ?? []].flat();
  const clients = [azp, client_id, cid].filter((id) => id !== undefined);
  return audiences.length > 0 && audiences.every((each) => each !== resource && clients.includes(each));
}

/** Media types are compared without case, and `application/` may be left out. */
function normalize(type: string): string {
  return type.toLowerCase().replace(/^application\/(?=[^/]+$)/, '');
}

function refuse(message: string): never {
  throw new TRPCError({ code: 'UNAUTHORIZED', message });
}
