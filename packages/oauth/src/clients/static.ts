import type { ClientMetadata as ProviderMetadata } from 'oidc-provider';
import type { StaticClient } from '../options.ts';
import { isLoopback } from './metadata.ts';

/** Completes the metadata of a client that the app registers itself. */
export function toClient(client: StaticClient): ProviderMetadata {
  const uris = client.redirect_uris ?? [];
  const isWeb = uris.every((uri) => URL.canParse(uri) && !isNative(new URL(uri)));
  const grants = client.grant_types ?? (uris.length > 0 ? ['authorization_code', 'refresh_token'] : []);
  return {
    ...client,
    // It is for `client_credentials`. oidc-provider would limit logins to it, too, and knows none of the app's scopes.
    scope: undefined,
    redirect_uris: [...uris],
    grant_types: [...grants],
    response_types: grants.includes('authorization_code') ? ['code'] : [],
    application_type: isWeb ? 'web' : 'native',
    token_endpoint_auth_method: methodOf(client),
  } as ProviderMetadata;
}

function isNative({ protocol, hostname }: URL): boolean {
  return protocol !== 'https:' && (protocol !== 'http:' || isLoopback(hostname));
}

/** How the client authenticates. */
export function methodOf(client: StaticClient): string {
  const { token_endpoint_auth_method: method, client_secret: secret, jwks, jwks_uri: jwksUri } = client;
  if (method !== undefined) return method;
  if (secret !== undefined) return 'client_secret_basic';
  return (jwks ?? jwksUri) ? 'private_key_jwt' : 'none';
}
