import {
  Client,
  discoverAuthorizationServerMetadata,
  type OAuthClientProvider,
  refreshAuthorization,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';

/** What the client gives a method of its login to keep. */
type Saved<TMethod extends 'saveClientInformation' | 'saveTokens' | 'saveDiscoveryState'> = Parameters<
  NonNullable<OAuthClientProvider[TMethod]>
>[0];

/** The login data of a client on a person's machine. No server listens at its redirect URL: the test reads the code. */
export class Login implements OAuthClientProvider {
  readonly redirectUrl = 'http://127.0.0.1:3997/callback';
  readonly clientMetadata;
  /** The URLs to which the person was sent. */
  readonly sentTo: URL[] = [];
  #client: Saved<'saveClientInformation'> | undefined;
  #tokens: Saved<'saveTokens'> | undefined;
  #discovery: Saved<'saveDiscoveryState'> | undefined;
  #verifier = '';

  constructor(name: string) {
    this.clientMetadata = {
      client_name: name,
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    };
  }

  clientInformation = () => this.#client;
  saveClientInformation(client: Saved<'saveClientInformation'>): void {
    this.#client = client;
  }
  tokens = () => this.#tokens;
  saveTokens(tokens: Saved<'saveTokens'>): void {
    this.#tokens = tokens;
  }
  /** The client drops tokens that the server does not take any more. */
  invalidateCredentials(scope: string): void {
    if (scope === 'all' || scope === 'client') this.#client = undefined;
    this.#tokens = undefined;
  }
  redirectToAuthorization(url: URL): void {
    this.sentTo.push(url);
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }
  codeVerifier = () => this.#verifier;
  discoveryState = () => this.#discovery;
  saveDiscoveryState(state: Saved<'saveDiscoveryState'>): void {
    this.#discovery = state;
  }
}

/** The official client, which knows only the endpoint's URL. */
export interface Agent extends AsyncDisposable {
  login: Login;
  listTools: () => Promise<string[]>;
  /** Calls a tool and returns its text. Sends the person to the pages again if the tool needs more scopes. */
  call: (name: string, args?: Record<string, unknown>) => Promise<string>;
  /** Gets new tokens for the refresh token. */
  refresh: () => Promise<void>;
}

/** Connects it. `person` goes through the pages, and returns the parameters of the redirect URL. */
export async function connectAgent(
  mcp: string,
  person: (start: URL) => Promise<URLSearchParams>,
  clientName = 'Example agent',
): Promise<Agent> {
  const login = new Login(clientName);
  let client!: Client;
  let transport!: StreamableHTTPClientTransport;
  const connect = async () => {
    transport = new StreamableHTTPClientTransport(new URL(mcp), { authProvider: login });
    client = new Client(
      { name: 'example', version: '1.0.0' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    await client.connect(transport);
  };
  const withLogin = async <TResult>(work: () => Promise<TResult>): Promise<TResult> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      await transport.finishAuth(await person(login.sentTo.at(-1)!));
      return work();
    }
  };
  await withLogin(connect);
  return {
    login,
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (name, args = {}) =>
      withLogin(async () => {
        const { content } = await client.callTool({ name, arguments: args });
        const [first] = content as { text: string }[];
        return first!.text;
      }),
    async refresh() {
      const clientInformation = login.clientInformation()!;
      const refreshToken = login.tokens()!.refresh_token!;
      const resource = new URL(mcp);
      const metadata = (await discoverAuthorizationServerMetadata(resource.origin))!;
      const wanted = { metadata, clientInformation, refreshToken, resource };
      login.saveTokens(await refreshAuthorization(resource.origin, wanted));
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
