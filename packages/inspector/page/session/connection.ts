import {
  Client,
  type Implementation,
  type ServerCapabilities,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/client/validators/cf-worker';
import { createStore } from '../store.ts';
import { noteNotice } from './notices.ts';
import { askPerson } from './questions.ts';
import { credential, endpoint, era } from './settings.ts';
import { recordingFetch } from './wire.ts';

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
  /** The endpoint did not let the page in, or could not be reached. */
  | { kind: 'failed'; error: unknown };

export const connection = createStore<Connection>({ kind: 'connecting' });

let current: Client | undefined;

/** Connects with the era and the credential that are set, in place of the connection that there was. Never rejects. */
export async function connect(): Promise<void> {
  const client = createClient();
  const previous = current;
  current = client;
  connection.set({ kind: 'connecting' });
  void previous?.close().catch(() => undefined);
  try {
    await client.connect(createTransport());
    if (current !== client) return;
    connection.set({
      kind: 'open',
      client,
      server: client.getServerVersion() ?? { name: '', version: '' },
      instructions: client.getInstructions(),
      capabilities: client.getServerCapabilities() ?? {},
    });
  } catch (error) {
    if (current === client) connection.set({ kind: 'failed', error });
  }
}

/** Does something with the client of the connection. Every request of the page goes through it. */
export async function attempt<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const now = connection.get();
  if (now.kind !== 'open') throw new Error('There is no connection to the endpoint.');
  return work(now.client);
}

function createClient(): Client {
  const client = new Client(
    { name: 'trpc-mcp-inspector', version: '1' },
    {
      capabilities: { elicitation: { form: {}, url: {} } },
      versionNegotiation: { mode: era.get() === '2026' ? { pin: '2026-07-28' } : 'legacy' },
      // The other validator of the client compiles code, which the policy of this page forbids.
      jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
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
    requestInit: {
      credentials: chosen.kind === 'cookie' ? 'same-origin' : 'omit',
      ...(chosen.kind === 'header' && { headers: { [chosen.name]: chosen.value } }),
    },
  });
}
