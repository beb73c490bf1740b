import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import type { SignInData } from './kept.ts';
import { redirectUri } from './settings.ts';

export interface OAuthHooks {
  /** Called when the data change. */
  onChange: () => void;
  /** Called when the person has to go to the authorization server. */
  onRedirect: (url: URL) => void;
}

/** What the official client asks of an app that signs people in with OAuth. This one registers itself as a public client. */
export class PageOAuthClient implements OAuthClientProvider {
  data: SignInData;
  /** The verifiers of PKCE by their challenges, because several calls may ask for a sign-in at once. */
  readonly #verifiers = new Map<string, string>();
  #verifier = '';
  readonly #hooks: OAuthHooks;

  constructor(data: SignInData, hooks: OAuthHooks) {
    this.data = data;
    this.#hooks = hooks;
  }

  get redirectUrl(): string {
    return redirectUri;
  }

  get clientMetadata(): OAuthClientMetadata {
    return {
      client_name: `MCP inspector at ${location.host}`,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  state(): string {
    return crypto.randomUUID();
  }

  clientInformation(): StoredOAuthClientInformation | undefined {
    return this.data.client;
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.#change({ client });
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.data.tokens;
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.#change({ tokens });
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.data.discovery;
  }

  saveDiscoveryState(discovery: OAuthDiscoveryState): void {
    this.#change({ discovery });
  }

  async saveCodeVerifier(verifier: string): Promise<void> {
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
    const challenge = btoa(String.fromCodePoint(...new Uint8Array(hash)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
    this.#verifiers.set(challenge, verifier);
  }

  /** Chooses the verifier for the sign-in that the person goes on with. */
  useVerifierOf(url: URL): void {
    this.#verifier = this.#verifiers.get(url.searchParams.get('code_challenge') ?? '') ?? '';
    this.#verifiers.clear();
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  redirectToAuthorization(url: URL): void {
    this.#hooks.onRedirect(url);
  }

  invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void {
    if (scope === 'verifier') return;
    if (scope === 'all') this.#change({ client: undefined, tokens: undefined, discovery: undefined });
    else this.#change({ [scope]: undefined });
  }

  #change(part: SignInData): void {
    this.data = { ...this.data, ...part };
    this.#hooks.onChange();
  }
}
