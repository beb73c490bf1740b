import type { OAuthProtectedResourceMetadata } from '@modelcontextprotocol/server';
import { getTRPCErrorFromUnknown, type TRPCError } from '@trpc/server';
import { SetupError, type SetupProblem } from '../setup-error.ts';
import { addToChallenge } from './challenge.ts';
import type { FailureLimit } from './failure-limit.ts';
import type { Authenticate, AuthOptions } from './gate.ts';
import { Refused } from './refused.ts';
import { metadataUrlOf } from './resource-metadata.ts';
import { isScope } from './scope.ts';
import { ownMessageOf } from '../thrown.ts';
import { checkToken, readToken, toAuthInfo, type VerifiedToken, type VerifyToken } from './token.ts';

/** An MCP endpoint as an OAuth 2.1 resource server. */
export interface BearerOptions {
  /** Finds out what an access token stands for: `jwt(…)`, `introspection(…)`, or a function of your own. */
  verify: VerifyToken;
  /** The URL of the MCP endpoint as its clients know it. Tokens have to be issued for it: their audience. */
  resource: string | URL;
  /** The issuers whose tokens are taken, as URLs. Clients read there how to get one. */
  authorizationServers: readonly (string | URL)[];
  /** What every token has to carry, whatever it is used for. Tools ask for more with `scopes` in their meta. */
  requiredScopes?: readonly string[];
  /** What clients ask for at first, where no challenge says it. Keep it to what most of them need. */
  scopesSupported?: readonly string[];
  /** What people are told this endpoint is called. */
  resourceName?: string;
  /** A page for developers of clients. */
  resourceDocumentation?: string | URL;
  /** A longer token is refused unread. 8,192 characters by default. */
  maxTokenLength?: number;
  /** How often an address may present a credential that is not valid. No limit by default. */
  failureLimit?: FailureLimit;
}

/** An `auth` value. Spread it to add `authorize`, or another way to authenticate. */
export interface BearerAuth extends AuthOptions {
  authenticate: Authenticate;
  required: boolean;
  challenge: string;
  metadata: OAuthProtectedResourceMetadata;
}

/**
 * Makes the `auth` of an OAuth 2.1 resource server: tokens are checked for audience and expiry, challenges are those of
 * RFC 6750 and name the protected-resource metadata, which the handler serves below its mount. What a token stands for
 * is `mcp.auth` in `createContext`, without the token. Throws a `SetupError` that names every problem of the options.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization
 */
export function bearer(options: BearerOptions): BearerAuth {
  const problems = checkBearer(options);
  if (problems.length > 0) throw new SetupError(problems);
  const { verify, requiredScopes, scopesSupported, maxTokenLength = 8192, failureLimit } = options;
  const resource = String(options.resource);
  const metadata: OAuthProtectedResourceMetadata = {
    resource,
    authorization_servers: options.authorizationServers.map(String),
    bearer_methods_supported: ['header'],
    ...(scopesSupported && { scopes_supported: [...scopesSupported] }),
    ...(options.resourceName !== undefined && { resource_name: options.resourceName }),
    ...(options.resourceDocumentation !== undefined && {
      resource_documentation: String(options.resourceDocumentation),
    }),
  };
  return {
    async authenticate(request) {
      const token = readToken(request, maxTokenLength);
      if (token === undefined) return undefined;
      const verified = await verifyToken(verify, token, resource);
      checkToken(verified, resource);
      return toAuthInfo(verified, resource);
    },
    required: true,
    challenge: addToChallenge('Bearer', { resource_metadata: metadataUrlOf(resource) }),
    metadata,
    ...(requiredScopes && { requiredScopes }),
    ...(failureLimit && { failureLimit }),
  };
}

/** Whatever goes wrong is said as a `Refused`. */
async function verifyToken(verify: VerifyToken, token: string, resource: string): Promise<VerifiedToken> {
  let verified: VerifiedToken | undefined;
  try {
    verified = await verify(token, { resource });
  } catch (thrown) {
    throw toRefused(thrown);
  }
  if (!verified) throw new Refused(401, 'nobody has this token', 'invalid_token');
  return verified;
}

function toRefused(thrown: unknown): Refused {
  let error: TRPCError | undefined;
  try {
    error = getTRPCErrorFromUnknown(thrown);
  } catch {
    // What cannot be read has nothing to say.
  }
  const own = error === thrown && error ? ownMessageOf(error) : undefined;
  if (error === thrown && error?.code === 'SERVICE_UNAVAILABLE') {
    return new Refused(503, own ?? 'the token cannot be checked now; try again later', undefined, thrown);
  }
  return new Refused(401, own ?? 'the token was refused', 'invalid_token', thrown);
}

function checkBearer(options: BearerOptions): SetupProblem[] {
  const { authorizationServers, requiredScopes = [], scopesSupported = [], maxTokenLength = 1 } = options;
  const problems: SetupProblem[] = [];
  const add = (code: string, path: string, message: string) => problems.push({ code, path, message });

  const resource = parseUrl(options.resource);
  if (!resource || resource.hash || resource.search) {
    const message = `${JSON.stringify(String(options.resource))} is no URL of an endpoint; write the one that clients are given, such as "https://app.example.com/mcp"`;
    add('RESOURCE_INVALID', 'auth.resource', message);
  }
  if (authorizationServers.length === 0) {
    const message =
      'clients need at least one authorization server; name its issuer, such as "https://login.example.com"';
    add('AUTHORIZATION_SERVER_INVALID', 'auth.authorizationServers', message);
  }
  for (const server of authorizationServers) {
    const issuer = parseUrl(server);
    if (issuer && !issuer.hash && !issuer.search && isSecure(issuer)) continue;
    const message = `${JSON.stringify(String(server))} is no issuer; write its https URL as its own metadata has it, without query and fragment`;
    add('AUTHORIZATION_SERVER_INVALID', 'auth.authorizationServers', message);
  }
  for (const scope of [...requiredScopes, ...scopesSupported]) {
    if (isScope(scope)) continue;
    const message = `${JSON.stringify(scope)} is no scope: it has to be printable ASCII without spaces, quotes and backslashes`;
    add('SCOPE_INVALID', 'auth', message);
  }
  if (!(maxTokenLength > 0)) {
    add(
      'MAX_TOKEN_LENGTH_INVALID',
      'auth.maxTokenLength',
      'it would refuse every token; leave it out, or name a length in characters',
    );
  }
  return problems;
}

function parseUrl(value: string | URL): URL | undefined {
  const text = String(value);
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Only on one's own machine may it be without TLS. */
function isSecure({ protocol, hostname }: URL): boolean {
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}
