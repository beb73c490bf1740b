import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Records } from './records.ts';
import type { OnEvent } from './event.ts';
import { loginClaim, type ReadToken, revokedModel } from './access-token.ts';

/**
 * Revokes an access token, which oidc-provider does not for JWTs. The client has proved already who it is. With the token
 * ends the whole login, as RFC 7009 allows. A token of another client, or one that is not valid, is left alone.
 */
export async function revokeAccessToken(
  ctx: KoaContextWithOIDC,
  { records, onEvent, readToken }: { records: Records; onEvent: OnEvent; readToken: ReadToken },
): Promise<void> {
  const token = ctx.oidc.params?.['token'];
  const claims =
    typeof token === 'string'
      ? await readToken(token).then(
          ({ extra }) => extra,
          () => undefined,
        )
      : undefined;
  const { clientId } = ctx.oidc.client ?? {};
  if (claims && claims['client_id'] === clientId) {
    const { [loginClaim]: login, jti, exp, sub } = claims;
    if (typeof login === 'string') await records.deletePlace(login);
    else if (typeof jti === 'string')
      await records.set(revokedModel, jti, true, Math.max(1, Number(exp) * 1000 - Date.now()));
    const userId = typeof sub === 'string' ? sub : undefined;
    onEvent({ type: 'revocation', refused: false, message: 'an access token was revoked', clientId, userId });
  }
  ctx.status = 200;
  ctx.body = '';
}
