import type {
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client';

/** With what the page shows the endpoint who is calling. */
export type Credential =
  | { kind: 'nobody' }
  /** A header of the person's choice, such as `Authorization: Bearer …`. */
  | { kind: 'header'; name: string; value: string }
  /** The cookies that the browser has of the app. */
  | { kind: 'cookie' }
  /** A sign-in at the authorization server that the endpoint names. */
  | { kind: 'oauth' };

/** What a sign-in leaves: who this page is to the authorization server, and the tokens. */
export interface SignInData {
  client?: StoredOAuthClientInformation | undefined;
  tokens?: StoredOAuthTokens | undefined;
  discovery?: OAuthDiscoveryState | undefined;
}

/** What is kept until the tab is closed, if the person says so. */
export interface Kept {
  credential: Credential;
  oauth: SignInData | undefined;
}

// Several endpoints may be on one host.
const key = `trpc-mcp inspector ${location.pathname}`;

/** Reads what was kept for this endpoint in this tab. Returns `undefined` if nothing was, or if the browser keeps nothing. */
export function readKept(): Kept | undefined {
  try {
    const text = sessionStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as Kept);
  } catch {
    return undefined;
  }
}

/** Keeps something for this endpoint until the tab is closed, or forgets it. Returns false if the browser keeps nothing. */
export function writeKept(kept: Kept | undefined): boolean {
  try {
    if (kept) sessionStorage.setItem(key, JSON.stringify(kept));
    else sessionStorage.removeItem(key);
    return true;
  } catch {
    return false;
  }
}
