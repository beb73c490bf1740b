import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import envPaths from 'env-paths';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';

/** What is kept of a login, for one endpoint. */
interface Kept {
  port?: number;
  client?: StoredOAuthClientInformation;
  tokens?: StoredOAuthTokens;
}

const mostMs = 5 * 60_000;

/**
 * A sign-in with OAuth in the person's browser. The authorization server sends the browser back to this process, on a port of
 * the loopback address (RFC 8252). What it gives is kept in the user's own folder, readable by them alone.
 */
export class Login implements OAuthClientProvider {
  readonly #file: string;
  readonly #kept: Kept;
  readonly #terminal: Terminal;
  readonly #server: Server;
  readonly #state = randomUUID();
  /** What the browser brings back. `undefined` while nobody is signing in. */
  #callback: Promise<URLSearchParams> | undefined;
  #verifier = '';

  /** Starts to listen for the browser. */
  static async start(url: URL, terminal: Terminal): Promise<Login> {
    const folder = terminal.env['TRPC_MCP_HOME'] ?? envPaths('trpc-mcp', { suffix: '' }).config;
    const key = createHash('sha256').update(url.href).digest('hex').slice(0, 24);
    const file = join(folder, `login-${key}.json`);
    const kept = await readKept(file);
    const server = createServer();
    // A client may be registered for one port only, so the same port is taken again where it is free.
    await listen(server, kept.port ?? 0).catch(async () => {
      delete kept.client;
      await listen(server, 0);
    });
    server.unref();
    return new Login(file, kept, server, terminal);
  }

  private constructor(file: string, kept: Kept, server: Server, terminal: Terminal) {
    this.#file = file;
    this.#kept = kept;
    this.#server = server;
    this.#terminal = terminal;
    kept.port = (server.address() as AddressInfo).port;
  }

  get redirectUrl(): string {
    return `http://127.0.0.1:${this.#kept.port}/callback`;
  }

  get clientMetadata(): OAuthClientMetadata {
    return {
      client_name: 'trpc-mcp command line',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  state(): string {
    return this.#state;
  }

  clientInformation(): StoredOAuthClientInformation | undefined {
    return this.#kept.client;
  }

  saveClientInformation(client: StoredOAuthClientInformation): Promise<void> {
    this.#kept.client = client;
    return this.#keep();
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.#kept.tokens;
  }

  saveTokens(tokens: StoredOAuthTokens): Promise<void> {
    this.#kept.tokens = tokens;
    return this.#keep();
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  async invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): Promise<void> {
    if (scope === 'all' || scope === 'client') delete this.#kept.client;
    if (scope === 'all' || scope === 'tokens') delete this.#kept.tokens;
    await this.#keep();
  }

  /** Whether the person has been sent to sign in. */
  get isWaiting(): boolean {
    return this.#callback !== undefined;
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    this.#callback = receive(this.#server, this.#state);
    // Nobody may wait for it.
    this.#callback.catch(() => undefined);
    this.#terminal.note(`Sign in, in your browser. If it does not open, visit:\n${url.href}`);
    if (this.#terminal.env['BROWSER'] === 'none' || !this.#terminal.isInteractive) return;
    const { default: openBrowser } = await import('open');
    await openBrowser(url.href).catch(() => undefined);
  }

  /** Waits until the browser comes back, and returns what it brings. */
  async wait(): Promise<URLSearchParams> {
    this.#server.ref();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new CliError('Nobody signed in within 5 minutes', {
            exitCode: exitCode.unauthorized,
            fix: 'Run the command again.',
          }),
        );
      }, mostMs);
    });
    const callback = this.#callback;
    this.#callback = undefined;
    return Promise.race([callback ?? late, late]).finally(() => clearTimeout(timer));
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #keep(): Promise<void> {
    await mkdir(join(this.#file, '..'), { recursive: true, mode: 0o700 });
    await writeFile(this.#file, JSON.stringify(this.#kept), { mode: 0o600 });
  }
}

async function readKept(file: string): Promise<Kept> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Kept;
  } catch {
    // Not there, or not readable: then the person signs in anew.
    await rm(file, { force: true });
    return {};
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Takes the one request that has the right `state`. Other pages that find the port learn nothing and change nothing. */
function receive(server: Server, state: string): Promise<URLSearchParams> {
  return new Promise((resolve, reject) => {
    const serve: RequestListener = (request, response) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (url.pathname !== '/callback' || url.searchParams.get('state') !== state) {
        response.writeHead(404).end();
        return;
      }
      server.off('request', serve);
      const refused = url.searchParams.get('error');
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(
        refused === null
          ? 'You are signed in. Close this page and go back to the terminal.'
          : 'You are not signed in. Go back to the terminal.',
      );
      if (refused === null) return resolve(url.searchParams);
      const why = url.searchParams.get('error_description') ?? refused;
      reject(
        new CliError(`The login was refused: ${why}`, {
          exitCode: exitCode.unauthorized,
          fix: 'Run the command again, and allow it.',
        }),
      );
    };
    // Whoever signs in anew does not come back for the last time.
    server.removeAllListeners('request').on('request', serve);
  });
}
