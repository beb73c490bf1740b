import type { ResourceServer, TokenEndpointGrantContext } from 'oidc-provider';
import { GrantRefusal } from './refusal.ts';
import { isSameUrl } from '../same-url.ts';

/** What tokens are for: the one MCP endpoint. */
export interface GrantTarget {
  /** The URL of the endpoint, which is the `aud` of its tokens. */
  resource: string;
  /** How `oidc-provider` makes tokens for it: the same as `getResourceServerInfo` returns. */
  resourceServer: ResourceServer;
  /** Every scope there is. */
  scopes: readonly string[];
}

/** The parameters that both grants read. */
export interface TokenParameters {
  scope?: string | undefined;
  resource?: string | undefined;
}

/** Throws `invalid_target` if the client asks for a token for another endpoint. It may leave the endpoint out. */
export function checkTarget({ resource }: TokenParameters, target: GrantTarget): void {
  if (resource === undefined || isSameUrl(resource, target.resource)) return;
  throw new GrantRefusal('invalid_target', `tokens are for ${target.resource} only`);
}

/**
 * Returns what is in both, in the order of `allowed`. What may not be had is left out: clients often ask for every scope
 * that they have heard of, and the answer says what they got. Throws `invalid_scope` when nothing is left.
 */
export function narrowScopes(
  asked: readonly string[] | undefined,
  allowed: readonly string[],
  nobody: string,
): readonly string[] {
  if (asked === undefined || asked.length === 0) return allowed;
  const granted = allowed.filter((scope) => asked.includes(scope));
  if (granted.length === 0) throw new GrantRefusal('invalid_scope', nobody);
  return granted;
}

/** Reads a list of scopes as OAuth writes them. Returns `undefined` if there is none. */
export function readScopes(text: string | undefined): string[] | undefined {
  return text?.split(' ').filter(Boolean);
}

/** Makes the token and answers with it: for a person, or for the client itself. There is never a refresh token. */
export async function issueToken(
  context: TokenEndpointGrantContext,
  target: GrantTarget,
  scopes: readonly string[],
  accountId?: string,
): Promise<void> {
  const { provider, client, params } = context.oidc;
  const properties = {
    client,
    resourceServer: new provider.ResourceServer(target.resource, target.resourceServer),
    scope: scopes.join(' ') || undefined,
  };
  const token =
    accountId === undefined
      ? new provider.ClientCredentials(properties)
      : new provider.AccessToken({ ...properties, accountId, gty: params.grant_type, grantId: noLogin });
  context.oidc.entity(token.kind, token);
  context.body = {
    access_token: await token.save(),
    expires_in: token.expiration,
    token_type: token.tokenType,
    scope: properties.scope,
  };
}

/** There is no login behind the token: the identity provider decides each time. Cast: the types want one. */
const noLogin = undefined as unknown as string;
