import {
  type Client,
  SdkHttpError,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';
import { Login } from './login.ts';
import { type Target, type TargetOptions, toHeaders } from './options.ts';

/** An endpoint that is connected to. */
export interface OpenUrl {
  client: Client;
  attempt: Target['attempt'];
  close: () => Promise<void>;
}

/** Connects to an endpoint, with the headers that were given, or with the credential of a login. */
export async function openUrl(
  url: URL,
  client: Client,
  options: TargetOptions,
  terminal: Terminal,
): Promise<OpenUrl> {
  const requestInit = { headers: toHeaders(options.header) };
  const login = options.login ? await Login.start(url, terminal) : undefined;
  let transport: StreamableHTTPClientTransport;
  const connect = (): Promise<void> => {
    transport = new StreamableHTTPClientTransport(url, {
      requestInit,
      ...(login && { authProvider: login }),
    });
    return client.connect(transport);
  };
  /** Does something, and once more after a login if one was needed: at first, or because a tool wants more scopes. */
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!login?.isWaiting || !(error instanceof UnauthorizedError)) throw error;
      await transport.finishAuth(await login.wait());
      return work();
    }
  };
  try {
    await attempt(connect);
  } catch (error) {
    login?.stop();
    throw toConnectError(url, error, options);
  }
  const close = async (): Promise<void> => {
    login?.stop();
    await client.close();
  };
  return { client, attempt, close };
}

/** Says why an endpoint could not be used. */
export function toConnectError(
  url: URL,
  error: unknown,
  { header = [], login = false }: TargetOptions = {},
): unknown {
  if (error instanceof CliError) return error;
  const status = error instanceof SdkHttpError ? error.status : undefined;
  const unavailable = { exitCode: exitCode.unavailable, cause: error };
  const unauthorized = { exitCode: exitCode.unauthorized, cause: error };
  if (error instanceof UnauthorizedError || status === 401)
    return new CliError(
      `${url.href} wants a credential${header.length > 0 ? ', and does not take the one that was sent' : ''}`,
      {
        ...unauthorized,
        fix: login
          ? 'The login was not accepted. Try again, or ask who runs the endpoint what your account may do.'
          : "Send it with --header 'authorization: Bearer …', or sign in with --login if the endpoint has OAuth.",
      },
    );
  if (status === 403)
    return new CliError(`${url.href} refuses this caller: ${wordsOf(error)}`, {
      ...unauthorized,
      fix: 'Use a credential with the rights that it names. For a host that is not allowed, set allowedHosts.',
    });
  if (status === 404 || status === 405)
    return new CliError(`${url.href} is no MCP endpoint: it answers ${status}`, {
      ...unavailable,
      fix: 'Check the path: it is where mcpHandler is mounted, often /mcp.',
    });
  if (status !== undefined)
    return new CliError(`${url.href} answers ${status}: ${wordsOf(error)}`, {
      ...unavailable,
      fix: 'Look at what the server logs.',
    });
  const { code, message } = innermost(error);
  if (login && status === undefined && code === undefined)
    return new CliError(`${url.href} has no OAuth that this command can sign in to: ${wordsOf(error)}`, {
      ...unauthorized,
      fix: "Send a credential with --header 'authorization: Bearer …'. trpc-mcp connect --check says what the endpoint lacks.",
    });
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET')
    return new CliError(`${url.host} closed the connection`, {
      ...unavailable,
      fix: 'Look at what the server logs. An endpoint with https:// may have been named with http://.',
    });
  if (code === 'ECONNREFUSED')
    return new CliError(`Nothing listens at ${url.host}`, {
      ...unavailable,
      fix: 'Start the app, or check the port.',
    });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new CliError(`There is no host ${url.hostname}`, {
      ...unavailable,
      fix: 'Check the name, and your network.',
    });
  if (code !== undefined && /CERT|SSL|TLS|SELF_SIGNED/.test(code))
    return new CliError(`The certificate of ${url.host} is not accepted (${code})`, {
      ...unavailable,
      fix: 'For one of your own, set NODE_EXTRA_CA_CERTS to the file of its authority.',
    });
  return new CliError(`${url.href} could not be used: ${message ?? wordsOf(error)}`, {
    ...unavailable,
    fix: 'Check that the URL is that of an MCP endpoint.',
  });
}

/** What failed at the bottom. Node gives one error for each address that it tried. */
function innermost(error: unknown): { code?: string; message?: string } {
  let at = error as { cause?: unknown; errors?: unknown[]; code?: unknown; message?: string } | undefined;
  let found: { code?: string; message?: string } = {};
  for (let depth = 0; depth < 10 && typeof at === 'object' && at !== null; depth++) {
    // The official client has codes of its own at the top.
    if (depth > 0 && typeof at.code === 'string') found = { ...found, code: at.code };
    if (depth > 0 && at.message) found = { ...found, message: at.message };
    at = (at.errors?.[0] ?? at.cause) as typeof at;
  }
  return found;
}

/** The sentence in an error's body, if it has one. */
function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const inBody = /"message":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  if (inBody === undefined) return text.split('\n')[0]!.slice(0, 300);
  return JSON.parse(`"${inBody}"`) as string;
}
