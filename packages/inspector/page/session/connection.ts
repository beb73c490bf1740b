import {
  Client,
  type Implementation,
  OAuthError,
  RegistrationRejectedError,
  SdkHttpError,
  type ServerCapabilities,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { appType } from '../result/app.ts';
import { createStore } from '../store.ts';
import { noteNotice } from './notices.ts';
import { askPerson } from './questions.ts';
import { type Credential, credential, endpoint, type Era, era } from './settings.ts';
import {
  abandonSignIn,
  dropWindow,
  finishWith,
  forgetTokens,
  oauthClient,
  pendingSignIn,
  ScopesNotGranted,
  SignInCancelled,
  SignInReplaced,
  waitForSignIn,
} from './sign-in.ts';
import { createValidator } from './validator.ts';
import { findFailure, forgetFailure, recordingFetch } from './wire.ts';

/** What the page knows of the endpoint. */
export type Connection =
  | { kind: 'connecting' }
  | {
      kind: 'open';
      client: Client;
      server: Implementation;
      instructions: string | undefined;
      capabilities: ServerCapabilities;
    }
  /** The endpoint did not let the page in, or could not be reached. `explainFailure` words it. */
  | { kind: 'failed'; error: unknown };

export const connection = createStore<Connection>({ kind: 'connecting' });

interface Link {
  client: Client;
  transport: StreamableHTTPClientTransport;
}

let current: Link | undefined;
finishWith((returned) => current?.transport.finishAuth(returned) ?? Promise.resolve());

/** Connects with the era and the credential that are set, in place of the connection that there was. Never rejects. */
export async function connect(): Promise<void> {
  abandonSignIn();
  connection.set({ kind: 'connecting' });
  await open();
}

/** Connects as somebody else. */
export async function changeCredential(chosen: Credential): Promise<void> {
  const forgetting =
    credential.get().kind === 'oauth' && chosen.kind !== 'oauth' ? forgetTokens() : undefined;
  credential.set(chosen);
  await Promise.all([forgetting, connect()]);
}

/** Connects with another revision of MCP. */
export async function changeEra(chosen: Era): Promise<void> {
  era.set(chosen);
  await connect();
}

/**
 * Does something with the client of the connection. Every request of the page goes through it. It waits for a connection that is
 * being made, connects again when the session was lost, and asks the person to sign in when the endpoint wants more scopes; then
 * it does the work once more.
 */
export async function attempt<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const link = await opened();
  forgetFailure();
  try {
    return await work(link.client);
  } catch (error) {
    if (isSessionLost(error)) {
      if (current === link) await open();
      return work((await opened()).client);
    }
    const signingIn = error instanceof UnauthorizedError ? waitForSignIn() : undefined;
    if (!signingIn) throw error;
    const wanted = pendingSignIn.get()?.scopes ?? [];
    await signingIn;
    return await work(link.client).catch((again: unknown) => {
      // Another sign-in would not give it more than this one did.
      if (again instanceof UnauthorizedError && waitForSignIn()) {
        abandonSignIn();
        throw new ScopesNotGranted(wanted);
      }
      throw again;
    });
  }
}

async function open(): Promise<void> {
  const previous = current;
  let link = createLink();
  current = link;
  forgetFailure();
  void previous?.client.close().catch(() => undefined);
  try {
    try {
      await link.client.connect(link.transport, { timeout: timeoutMs });
    } catch (error) {
      const signingIn = error instanceof UnauthorizedError ? waitForSignIn() : undefined;
      if (!signingIn || current !== link) throw error;
      await signingIn;
      if (current !== link) return;
      current = link = createLink();
      await link.client.connect(link.transport, { timeout: timeoutMs });
    }
    if (current !== link) return;
    dropWindow();
    const { client } = link;
    connection.set({
      kind: 'open',
      client,
      server: client.getServerVersion() ?? { name: '', version: '' },
      instructions: client.getInstructions(),
      capabilities: client.getServerCapabilities() ?? {},
    });
  } catch (error) {
    if (current !== link) return;
    dropWindow();
    abandonSignIn();
    connection.set({ kind: 'failed', error: hasNoResponse(error) ? (findFailure() ?? error) : error });
  }
}

const timeoutMs = 20_000;

/** The connection, once it is made. Rejects if it cannot be. */
function opened(): Promise<Link> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const now = connection.get();
      if (now.kind === 'connecting') return;
      stop();
      if (now.kind === 'open' && current) resolve(current);
      else reject(now.kind === 'failed' ? toError(now.error) : new Error('There is no connection.'));
    };
    const stop = connection.subscribe(look);
    look();
  });
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Sessions are of the revisions before 2026. A server that was started again does not know them. */
function isSessionLost(error: unknown): boolean {
  return era.get() === '2025' && error instanceof SdkHttpError && error.status === 404;
}

/** The client reads a request without a response as a sign of an old server, and does not say which request it was. */
function hasNoResponse(error: unknown): boolean {
  return ![SdkHttpError, OAuthError, RegistrationRejectedError, SignInCancelled, SignInReplaced].some(
    (kind) => error instanceof kind,
  );
}

function createLink(): Link {
  return { client: createClient(), transport: createTransport() };
}

function createClient(): Client {
  const client = new Client(
    { name: 'trpc-mcp-inspector', version: '1' },
    {
      capabilities: {
        elicitation: { form: {}, url: {} },
        // Says that this page shows MCP Apps (SEP-1865).
        extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: [appType] } },
      },
      versionNegotiation: { mode: era.get() === '2026' ? { pin: '2026-07-28' } : 'legacy' },
      jsonSchemaValidator: createValidator(),
    },
  );
  client.setRequestHandler('elicitation/create', (request, { mcpReq }) =>
    askPerson(request.params, mcpReq.signal),
  );
  client.fallbackNotificationHandler = async ({ method, params }) => noteNotice(method, params);
  return client;
}

function createTransport(): StreamableHTTPClientTransport {
  const chosen = credential.get();
  return new StreamableHTTPClientTransport(endpoint, {
    fetch: recordingFetch,
    // The stream of a session is opened again as often as it is dropped, after a pause that grows to a minute.
    reconnectionOptions: {
      initialReconnectionDelay: 1000,
      reconnectionDelayGrowFactor: 2,
      maxReconnectionDelay: 60_000,
      maxRetries: Infinity,
    },
    requestInit: {
      credentials: chosen.kind === 'cookie' ? 'same-origin' : 'omit',
      ...(chosen.kind === 'header' && { headers: { [chosen.name]: chosen.value } }),
    },
    ...(chosen.kind === 'oauth' && { authProvider: oauthClient }),
  });
}
