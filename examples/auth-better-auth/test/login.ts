import type { OAuthClientProvider } from '@modelcontextprotocol/client';

/** What a client on somebody's machine keeps of a login. Nobody listens at its address: the test reads the code. */
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
  /** Where the person was sent, each time. */
  readonly sentTo: URL[] = [];
  // Whatever the client hands over: the types of its two versions differ.
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
