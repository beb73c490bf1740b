import { isNamed, readPagePolicy } from '../../session/policy.ts';
import { endpoint } from '../../session/settings.ts';

/** What the metadata say about signing in with OAuth. */
export interface OAuthFacts {
  /** Where the metadata of the resource are, of the places where clients look. */
  places: readonly { url: string; isThere: boolean; who: 'all' | 'named' | 'claude.ai' }[];
  resource: string | undefined;
  issuer: string | undefined;
  /** The metadata of the authorization server. `undefined` if this page found none. */
  server: ServerFacts | undefined;
  /** True if the policy of this page does not let it ask the authorization server. */
  isUnasked: boolean;
}

export interface ServerFacts {
  hasEndpoints: boolean;
  hasRegistration: boolean;
  hasClientDocuments: boolean;
  hasPkce: boolean;
  isOtherIssuer: boolean;
  /** Hosts of its endpoints that this page may not send requests to. */
  unreachable: readonly string[];
}

/** Follows the metadata from a challenge to the authorization server, as clients do. Returns `undefined` if there are none. */
export async function readOAuth(challenge: string | undefined): Promise<OAuthFacts | undefined> {
  const named = /resource_metadata="?([^",\s]+)"?/i.exec(challenge ?? '')?.[1];
  const { origin, pathname } = endpoint;
  const path = pathname.replace(/\/$/, '');
  const wellKnown = '/.well-known/oauth-protected-resource';
  const candidates = [
    ...(named !== undefined && URL.canParse(named) ? [{ url: named, who: 'named' as const }] : []),
    { url: origin + wellKnown + path, who: 'all' as const },
    ...(path === '' ? [] : [{ url: origin + wellKnown, who: 'claude.ai' as const }]),
  ];
  const policy = await readPagePolicy();
  const mayAsk = (url: string) => !policy || isNamed(policy.connect, new URL(url));
  const found = await Promise.all(
    candidates.map(async (one) => ({ ...one, value: mayAsk(one.url) ? await readJson(one.url) : undefined })),
  );
  const metadata = found.find(({ value }) => value)?.value;
  if (!metadata && named === undefined) return undefined;
  const servers: unknown = metadata?.['authorization_servers'];
  const issuer = Array.isArray(servers) ? servers.find(isUrl) : undefined;
  const isUnasked = issuer !== undefined && !mayAsk(issuer);
  const resource = metadata?.['resource'];
  return {
    places: found.map(({ url, who, value }) => ({ url, who, isThere: value !== undefined })),
    resource: typeof resource === 'string' ? resource : undefined,
    issuer,
    server: issuer === undefined || isUnasked ? undefined : await readServer(issuer, mayAsk),
    isUnasked,
  };
}

async function readServer(
  issuer: string,
  mayAsk: (url: string) => boolean,
): Promise<ServerFacts | undefined> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  let found: Record<string, unknown> | undefined;
  for (const place of new Set(places)) found ??= await readJson(place);
  if (!found) return undefined;
  const metadata = found;
  const has = (list: unknown, value: string) => Array.isArray(list) && list.includes(value);
  const asked = ['token_endpoint', 'registration_endpoint'].flatMap((field) => {
    const url = metadata[field];
    return isUrl(url) ? [url] : [];
  });
  return {
    hasEndpoints: isUrl(metadata['authorization_endpoint']) && isUrl(metadata['token_endpoint']),
    hasRegistration: isUrl(metadata['registration_endpoint']),
    hasClientDocuments:
      metadata['client_id_metadata_document_supported'] === true &&
      has(metadata['token_endpoint_auth_methods_supported'], 'none'),
    hasPkce: has(metadata['code_challenge_methods_supported'], 'S256'),
    isOtherIssuer: withoutSlash(metadata['issuer']) !== withoutSlash(issuer),
    unreachable: [...new Set(asked.filter((url) => !mayAsk(url)).map((url) => new URL(url).origin))],
  };
}

async function readJson(url: string): Promise<Record<string, unknown> | undefined> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      credentials: 'omit',
      signal: AbortSignal.timeout(20_000),
    });
    const value: unknown = response.ok ? await response.json() : undefined;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const isUrl = (value: unknown): value is string => typeof value === 'string' && URL.canParse(value);

const withoutSlash = (value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/\/$/, '') : value;
