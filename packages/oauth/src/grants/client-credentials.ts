import type Provider from 'oidc-provider';
import type { TokenEndpointGrantContext } from 'oidc-provider';
import type { StaticClient } from '../options.ts';
import { GrantRefusal } from './refusal.ts';
import {
  checkTarget,
  type GrantTarget,
  issueToken,
  narrowScopes,
  readScopes,
  type TokenParameters,
} from './target.ts';

export const clientCredentialsGrant = 'client_credentials';

/**
 * Lets the clients that the app registered itself get tokens for themselves, if `client_credentials` is among their
 * `grant_types`. Clients that register themselves cannot: nobody has decided what they may do.
 * @see https://modelcontextprotocol.io/extensions/auth/oauth-client-credentials
 */
export function registerClientCredentials(
  provider: Provider,
  { clients, target }: { clients: readonly StaticClient[]; target: GrantTarget },
): void {
  const machines = new Map(findMachines(clients).map((client) => [client.client_id, client]));

  const grant = async (context: TokenEndpointGrantContext<TokenParameters>): Promise<void> => {
    const { client, params } = context.oidc;
    const machine = machines.get(client.clientId);
    if (!machine || client.clientAuthMethod === 'none') {
      const description = 'only a client that the app has registered for it can get tokens for itself';
      throw new GrantRefusal('unauthorized_client', description);
    }
    checkTarget(params, target);
    const own = readScopes(machine.scope) ?? [];
    const allowed = target.scopes.filter((scope) => own.includes(scope));
    const nobody = `this client may have ${allowed.length === 0 ? 'no scopes' : `only ${allowed.join(', ')}`}`;
    await issueToken(context, target, narrowScopes(readScopes(params.scope), allowed, nobody));
  };

  provider.registerGrantType<TokenParameters>(clientCredentialsGrant, grant, ['scope', 'resource']);
}

/** Finds the clients that get tokens for themselves. */
export function findMachines(clients: readonly StaticClient[]): StaticClient[] {
  return clients.filter((client) => client.grant_types?.includes(clientCredentialsGrant));
}
