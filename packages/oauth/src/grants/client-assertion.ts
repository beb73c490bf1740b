import type Provider from 'oidc-provider';
import type { Configuration } from 'oidc-provider';
import { loadProvider } from '../load-provider.ts';
import type { Records } from '../records.ts';

/**
 * Accepts an assertion that a client authenticates with (`private_key_jwt`) only if its audience is this server: its issuer
 * or its token endpoint. `oidc-provider` alone would take the token endpoint from the header `Host` of the request, so that
 * an assertion made for another server could be used here. Some clients write the issuer with a slash at its end.
 */
export function fixAssertionAudience(provider: Provider): void {
  const { issuer } = provider;
  const accepted = new Set([issuer, new URL(issuer).href, provider.urlFor('token')]);
  provider.OIDCContext.prototype.clientJwtAuthExpectedAudience = () => new Set(accepted);
}

/**
 * The part of the configuration of `oidc-provider` that refuses an assertion of a client which lasts too long, or is used
 * twice. `oidc-provider` looks for a used assertion before it stores this one, so that two processes could both accept
 * it; the store decides here.
 */
export function clientAssertionChecks(
  records: Pick<Records, 'add'>,
): Pick<Configuration, 'assertJwtClientAuthClaimsAndHeader'> {
  return {
    async assertJwtClientAuthClaimsAndHeader(_, { exp, jti }, __, { clientId }) {
      const { errors } = await loadProvider();
      const leftMs = Number(exp) * 1000 - Date.now();
      if (!(leftMs <= maxLifeMs)) {
        throw new errors.InvalidClientAuth('the client_assertion lasts for more than an hour');
      }
      const id = JSON.stringify([clientId, jti]);
      // Longer than it lasts, because clocks differ.
      if (await records.add('Client assertion', id, true, Math.max(leftMs, 0) + 60_000)) return;
      throw new errors.InvalidClientAuth('the client_assertion was used before');
    },
  };
}

const maxLifeMs = 3_600_000;
