import type { Provider, ResourceServer } from 'oidc-provider';
import type { Records } from '../records.ts';
import type { Settings } from '../settings.ts';
import { fixAssertionAudience } from './client-assertion.ts';
import { registerClientCredentials } from './client-credentials.ts';
import { registerIdJag } from './id-jag.ts';

/** Adds the grants that the options turn on. */
export function registerGrants<TUser>(
  provider: Provider,
  settings: Settings<TUser>,
  { records, resourceServer }: { records: Records; resourceServer: ResourceServer },
): void {
  const { resource, clients = [], clientCredentials, enterprise, grants, userId } = settings;
  const scopes = Object.keys(settings.scopes);
  const target = { resource, resourceServer, scopes };
  fixAssertionAudience(provider);
  if (clientCredentials) registerClientCredentials(provider, { clients, target });
  if (enterprise) {
    const defaultScopes = settings.scopesSupported ?? scopes;
    registerIdJag(provider, { enterprise, target, defaultScopes, records, userId, grants });
  }
}
