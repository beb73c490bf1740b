import type { OAuthClientProvider } from '@modelcontextprotocol/client';

/** The login data of a client on a person's machine. No server listens at its redirect URL: the test reads the code. */
export class Login implements OAuthClientProvider {
  readonly redirectUrl = 'http://127.0.0.1:3997/callback';
  readonly clientMetadata = {
    client_name: 'Example',
    redirect_uris: [this.redirectUrl],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  };
  /** The URLs to which the person was sent. */
  readonly sentTo: URL[] = [];
  // Not typed further, because the types of the two client versions differ.
  #client: unknown;
  #tokens: unknown;
  #discovery: unknown;
  #verifier = '';

  clientInformation = () => this.#client as never;
  saveClientInformation(client: unknown): void {
    this.#client = client;
  }
  tokens = () => this.#tokens as never;
  saveTokens(tokens: unknown): void {
    this.#tokens = tokens;
  }
  redirectToAuthorization(url: URL): void {
    this.sentTo.push(url);
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }
  codeVerifier = () => this.#verifier;
  discoveryState = () => this.#discovery as never;
  saveDiscoveryState(state: unknown): void {
    this.#discovery = state;
  }
}
