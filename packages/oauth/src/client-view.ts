import { isLoopback } from './clients/metadata.ts';
import type { ClientView } from './pages/view.ts';

/** The part of a client of oidc-provider that the pages show. */
export interface KnownClient {
  clientId: string;
  clientName?: string | undefined;
  logoUri?: string | undefined;
  clientUri?: string | undefined;
  redirectUris?: readonly string[] | undefined;
}

/** Describes a client for a page. `isStatic` says that the app registered it itself. */
export function toClientView(client: KnownClient, isStatic: boolean): ClientView {
  const { clientId, clientName, logoUri, clientUri, redirectUris = [] } = client;
  const documentHost =
    /^https?:/.test(clientId) && URL.canParse(clientId) ? new URL(clientId).host : undefined;
  const host = documentHost ?? hostOf(redirectUris.find((uri) => hostOf(uri) !== undefined));
  return {
    id: clientId,
    name: clientName || host || clientId,
    host,
    isVerified: isStatic || documentHost !== undefined,
    logo: logoUri,
    website: clientUri,
  };
}

/** The host that a browser goes to, or `undefined` for a program on the same computer. */
export function hostOf(uri: string | undefined): string | undefined {
  if (uri === undefined || !URL.canParse(uri)) return undefined;
  const { protocol, host, hostname } = new URL(uri);
  return protocol === 'https:' || (protocol === 'http:' && !isLoopback(hostname)) ? host : undefined;
}

/** The scheme of a redirect URI that starts a program, such as `cursor`. */
export function schemeOf(uri: string): string | undefined {
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
  return scheme === 'http' || scheme === 'https' ? undefined : scheme;
}
