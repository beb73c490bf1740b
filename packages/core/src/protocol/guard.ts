import { isJsonType } from './json-type.ts';
import type { SetupProblem } from '../setup-error.ts';
import { type Body, type BodyTooLarge, errorReply, type Exchange, type Reply } from './exchange.ts';
import { errorCodes } from './json-rpc.ts';

const { invalidRequest, parseError } = errorCodes;

/** Which host names requests may be sent to, and which web pages may send them. */
export interface HostOptions {
  /** Host names, with or without a port, that requests may be sent to. `true` allows all. */
  allowedHosts?: readonly string[] | true | undefined;
  /** Origins such as `https://app.example.com` whose pages may call. `true` allows all. */
  allowedOrigins?: readonly string[] | true | undefined;
}

export interface GuardOptions extends HostOptions {
  /** The name that is shown to somebody who opens the endpoint in a browser. */
  serverName: string;
  /** Answers the CORS preflight requests of browsers. */
  preflight?: ((exchange: Exchange) => Reply | undefined) | undefined;
  /** Whether clients of 2025 have sessions, which are opened for streaming with GET and ended with DELETE. */
  hasSessions: boolean;
}

export function checkHosts({ allowedOrigins = [] }: HostOptions): SetupProblem[] {
  return allowedOrigins === true ? [] : checkOrigins(allowedOrigins, 'allowedOrigins');
}

/** Reports origins in a form that no browser sends. They would allow nobody. */
export function checkOrigins(origins: readonly string[], path: string): SetupProblem[] {
  return origins.flatMap((origin) => {
    if (/^[a-z][a-z\d+.-]*:\/\/[^\s/?#]+$/.test(origin)) return [];
    const message = `${JSON.stringify(origin)} is no origin; write it as browsers send it, such as "https://app.example.com"`;
    return [{ code: 'ORIGIN_INVALID', path, message }];
  });
}

/**
 * Rejects requests whose `Host` no client sends: two of them, or one with the name of a user. What follows reads the URL,
 * which has one host.
 */
export function rejectHost(exchange: Exchange): Reply | undefined {
  const host = exchange.header('host');
  if (host === undefined || hostPattern.test(host)) return undefined;
  const message = 'send one header Host, with a host name and nothing else but a port';
  return errorReply(400, { code: invalidRequest, message });
}

/** A list, the name of a user, and a path have characters that no host has. */
const hostPattern = /^[^,@/\\?]*$/;

const loopbackName = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/**
 * Rejects requests that no MCP client sends, before their body is read.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#security-warning
 */
export function rejectRequest(exchange: Exchange, options: GuardOptions): Reply | undefined {
  const { allowedHosts, allowedOrigins } = options;
  if ((allowedHosts ?? exchange.isLoopback) && allowedHosts !== true) {
    const host = exchange.header('host') ?? '';
    if (!isAllowedHost(host, allowedHosts)) {
      return forbidden(`Host ${JSON.stringify(host)} is not served here; add it to the option allowedHosts`);
    }
  }
  const origin = exchange.header('origin');
  if (origin !== undefined && !isAllowedOrigin(origin, exchange, allowedOrigins)) {
    return forbidden(`pages of ${JSON.stringify(origin)} may not call; add it to the option allowedOrigins`);
  }
  const preflight = options.preflight?.(exchange);
  if (preflight) return preflight;
  if (options.hasSessions && isOfSession(exchange)) return undefined;
  if (exchange.method !== 'POST') {
    const message = `This is the MCP endpoint of ${options.serverName}. MCP clients send JSON-RPC messages here with POST; there is nothing to see with ${exchange.method}.`;
    return errorReply(405, { code: invalidRequest, message }, { allow: 'POST' });
  }
  const type = exchange.header('content-type');
  if (type !== 'application/json' && !isJsonType(type)) {
    return errorReply(415, { code: invalidRequest, message: 'send the message as application/json' });
  }
  return undefined;
}

function isOfSession(exchange: Exchange): boolean {
  const { method } = exchange;
  return (method === 'GET' || method === 'DELETE') && exchange.header('mcp-session-id') !== undefined;
}

/** Reads the JSON-RPC message in the body. Throws a `BodyError` if the body is not JSON. */
export function parseMessage(body: Body): unknown {
  if ('parsed' in body) return body.parsed;
  try {
    return JSON.parse(body.text);
  } catch {
    throw new BodyError('the body is not valid JSON');
  }
}

/** Makes the reply to a body that cannot be read. */
export function bodyReply(error: BodyError | BodyTooLarge, maxBytes: number): Reply {
  if (error instanceof BodyError) return errorReply(400, { code: parseError, message: error.message });
  const message = `the body is larger than ${maxBytes} bytes; send less, or raise the option maxBodyBytes`;
  return errorReply(413, { code: invalidRequest, message });
}

export class BodyError extends Error {
  override readonly name = 'BodyError';
}

/** Without a list, the connection is on a loopback address, and only loopback names are allowed. */
function isAllowedHost(host: string, allowed: readonly string[] | undefined): boolean {
  if (!allowed) return loopbackName.test(host);
  return allowed.includes(host) || allowed.includes(hostname(host));
}

/** Allows pages of the same host and port. The scheme is not compared, because a proxy may terminate TLS. */
function isAllowedOrigin(
  origin: string,
  exchange: Exchange,
  allowed: GuardOptions['allowedOrigins'],
): boolean {
  if (allowed === true || allowed?.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const { host, protocol } = new URL(origin);
  const own = `${protocol}//${exchange.header('host') ?? ''}`;
  return host !== '' && URL.canParse(own) && new URL(own).host === host;
}

function hostname(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
}

function forbidden(message: string): Reply {
  return errorReply(403, { code: invalidRequest, message });
}
