import { isParamHeader } from '../catalog/param-header.ts';
import { isHeaderName } from '../header-name.ts';
import type { SetupProblem, SetupProblemCode } from '../setup-error.ts';
import type { Exchange, Reply } from './exchange.ts';
import { checkOrigins } from './guard.ts';

/** Which web pages of other origins may call, and which headers they may send. */
export interface CorsOptions {
  /** Origins such as `https://app.example.com`; `true` for any. They need not be in `allowedOrigins` too. */
  origins: readonly string[] | true;
  /** Request headers that the app needs besides those of MCP. */
  headers?: readonly string[];
  /** Lets pages send cookies. Needs a list of `origins`. */
  credentials?: boolean;
}

/** Lets web pages of other origins call and read the answers. */
export interface CorsPolicy {
  /** Answers a preflight request; returns `undefined` for any other request. */
  preflight: (exchange: Exchange) => Reply | undefined;
  /** Adds the headers that let the page read the reply. */
  share: (exchange: Exchange, reply: Reply) => Reply;
}

/** The headers that MCP clients send. The last two are for sessions and resumed streams of clients of 2025. */
const requestHeaders = [
  'authorization',
  'content-type',
  'accept',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'mcp-session-id',
  'last-event-id',
];
const exposedHeaders = 'www-authenticate, mcp-session-id';
/** Two hours, the longest time that browsers accept. */
const preflightSeconds = '7200';

export function checkCors(cors: true | CorsOptions | undefined): SetupProblem[] {
  if (cors === undefined || cors === true) return [];
  const { origins, headers = [], credentials } = Object(cors) as Partial<CorsOptions>;
  const problem = (code: SetupProblemCode, path: string, message: string) => ({ code, path, message });
  if (origins !== true && (!Array.isArray(origins) || origins.length === 0)) {
    return [
      problem(
        'CORS_INVALID',
        'cors',
        'it lets no page call; write { origins: [...] }, or true for every page',
      ),
    ];
  }
  const named = origins === true ? [] : checkOrigins(origins, 'cors.origins');
  const cookies = problem(
    'CORS_CREDENTIALS',
    'cors.credentials',
    'every page on the web could act with the cookies of whoever opens it; name the origins',
  );
  const illegal = headers.filter((name) => !isHeaderName(name));
  return [
    ...named,
    ...(credentials && origins === true ? [cookies] : []),
    ...illegal.map((name) =>
      problem('CORS_INVALID', 'cors.headers', `${JSON.stringify(name)} is not the name of a header`),
    ),
  ];
}

/** The origins that may call: the allowed ones and those of `cors`. */
export function originsOf(
  allowed: readonly string[] | true | undefined,
  cors: true | CorsOptions | undefined,
): readonly string[] | true | undefined {
  if (!cors) return allowed;
  const { origins } = toOptions(cors);
  return allowed === true || origins === true ? true : [...(allowed ?? []), ...origins];
}

export function createCors(cors: true | CorsOptions): CorsPolicy {
  const { origins, headers = [], credentials } = toOptions(cors);
  const taken = [...requestHeaders, ...headers.map((name) => name.toLowerCase())];

  const allowedOrigin = (exchange: Exchange): string | undefined => {
    if (origins === true) return '*';
    const origin = exchange.header('origin');
    return origin !== undefined && origins.includes(origin) ? origin : undefined;
  };

  return {
    preflight(exchange) {
      const isAsked = exchange.method === 'OPTIONS' && exchange.header('access-control-request-method');
      if (!isAsked || exchange.header('origin') === undefined) return undefined;
      // Not split at a pattern with the spaces around a comma, which would take long for many spaces.
      const asked = (exchange.header('access-control-request-headers') ?? '')
        .toLowerCase()
        .split(',')
        .map((name) => name.trim());
      // The tools decide the names of these headers, and CORS has no wildcard for a part of a name.
      const params = asked.filter(isParamHeader);
      return {
        status: 204,
        headers: {
          'access-control-allow-methods': 'POST, GET, DELETE',
          'access-control-allow-headers': [...taken, ...params].join(', '),
          'access-control-max-age': preflightSeconds,
          vary: 'Access-Control-Request-Headers',
        },
        body: undefined,
      };
    },

    share(exchange, reply) {
      const origin = allowedOrigin(exchange);
      const own = reply.headers['access-control-expose-headers'];
      const shared = origin !== undefined && {
        'access-control-allow-origin': origin,
        // A document that is public has some of its own.
        'access-control-expose-headers': own === undefined ? exposedHeaders : `${own}, ${exposedHeaders}`,
        ...(credentials && { 'access-control-allow-credentials': 'true' }),
      };
      const vary = reply.headers['vary'];
      // Also if this page gets no CORS headers, because another page would get them.
      return {
        ...reply,
        headers: { ...reply.headers, ...shared, vary: vary ? `Origin, ${vary}` : 'Origin' },
      };
    },
  };
}

function toOptions(cors: true | CorsOptions): CorsOptions {
  return cors === true ? { origins: true } : cors;
}
