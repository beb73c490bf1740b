import type { OAuthProtectedResourceMetadata } from '@modelcontextprotocol/server';
import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import { SetupError, type SetupProblem, type SetupProblemCode } from '../setup-error.ts';
import { ownMessageOf } from '../thrown.ts';
import { findUnknownOptions } from '../nearest.ts';
import type { McpAuthInfo } from '../meta.ts';
import { addToChallenge } from './challenge.ts';
import { type CredentialPlaces, type HeadersRequest, placesOf, readToken } from './credential.ts';
import { CredentialError } from './credential-error.ts';
import type { FailureLimit } from './failure-limit.ts';
import type { AuthOptions } from './gate.ts';
import { readsOnly } from './places.ts';
import { metadataUrlOf } from './resource-metadata.ts';
import { isScope, missingScopes, scopesText } from './scope.ts';
import { findTokenProblem, toAuthInfo, type VerifiedToken, type VerifyToken } from './token.ts';

/** Options of `bearer`, which makes an MCP endpoint an OAuth 2.1 resource server. */
export interface BearerOptions {
  /** Verifies an access token: `jwt(…)`, `introspection(…)`, or a function of your own. */
  verify: VerifyToken;
  /** The URL of the MCP endpoint, as clients know it. It has to be the audience of every token. */
  resource: string | URL;
  /** The URLs of the issuers whose tokens are accepted. Clients go there to get a token. */
  authorizationServers: readonly (string | URL)[];
  /** The scopes that every token needs, whatever it is used for. A tool asks for more with `scopes` in its meta. */
  requiredScopes?: readonly string[];
  /** The scopes that clients ask for at first, when no challenge names any. List only what most clients need. */
  scopesSupported?: readonly string[];
  /** The name of this endpoint, for people. */
  resourceName?: string;
  /** The URL of a page for developers of clients. */
  resourceDocumentation?: string | URL;
  /** Longer tokens are refused without being read. 8,192 characters by default. */
  maxTokenLength?: number;
  /** How often an address may present a credential that is not valid. No limit by default. */
  failureLimit?: FailureLimit;
}

/** A value for the option `auth`. Spread it to add `authorize`, or another way to authenticate. */
export interface BearerAuth extends AuthOptions {
  authenticate: (request: Request) => Promise<McpAuthInfo | undefined>;
  /**
   * Finds out who is calling, with the same checks over MCP and over tRPC, for `createContext`:
   * `{ auth: await oauth.callerOf(req) }`. Takes a `Request`, a request of Node, or anything else with headers. Returns
   * `undefined` without a token. Throws UNAUTHORIZED for a token that is not valid, FORBIDDEN for one without the
   * `requiredScopes`, and SERVICE_UNAVAILABLE when it cannot be checked now.
   */
  callerOf: (request: Request | HeadersRequest) => Promise<McpAuthInfo | undefined>;
  required: boolean;
  challenge: string;
  metadata: OAuthProtectedResourceMetadata;
}

/**
 * Makes the option `auth` of an OAuth 2.1 resource server. It checks the audience and the expiry of each token. Its
 * challenges follow RFC 6750 and name the protected-resource metadata, which the handler serves below its mount.
 * `createContext` gets what was verified as `mcp.auth`, without the token itself. Throws a `SetupError` that names every
 * problem of the options.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization
 */
export function bearer(options: BearerOptions): BearerAuth {
  const problems = checkBearer(options);
  if (problems.length > 0) throw new SetupError(problems);
  const { verify, requiredScopes = [], scopesSupported, maxTokenLength = 8192, failureLimit } = options;
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
  const authenticateBy = async (places: CredentialPlaces): Promise<McpAuthInfo | undefined> => {
    const token = readToken(places, maxTokenLength);
    if (token === undefined) return undefined;
    const verified = await verifyToken(verify, token, resource);
    const problem = findTokenProblem(verified, resource);
    if (problem !== undefined) throw new CredentialError(401, problem, 'invalid_token');
    return toAuthInfo(verified, resource);
  };
  const authenticate = async (request: Request | HeadersRequest): Promise<McpAuthInfo | undefined> =>
    authenticateBy(placesOf(request));
  readsOnly(authenticate, authenticateBy);
  return {
    authenticate,
    async callerOf(request) {
      let caller: McpAuthInfo | undefined;
      try {
        caller = await authenticate(request);
      } catch (thrown) {
        throw toTRPCError(thrown);
      }
      const missing = caller ? missingScopes(caller, requiredScopes) : [];
      if (missing.length === 0) return caller;
      throw new TRPCError({ code: 'FORBIDDEN', message: `the token lacks ${scopesText(missing)}` });
    },
    required: true,
    challenge: addToChallenge('Bearer', { resource_metadata: metadataUrlOf(resource) }),
    metadata,
    ...(options.requiredScopes && { requiredScopes }),
    ...(failureLimit && { failureLimit }),
  };
}

/** Runs `verify`. Throws a `CredentialError`, whatever `verify` threw. */
async function verifyToken(verify: VerifyToken, token: string, resource: string): Promise<VerifiedToken> {
  let verified: VerifiedToken | undefined;
  try {
    verified = await verify(token, { resource });
  } catch (thrown) {
    throw toCredentialError(thrown);
  }
  if (!verified) throw new CredentialError(401, 'nobody has this token', 'invalid_token');
  return verified;
}

function toCredentialError(thrown: unknown): CredentialError {
  let error: TRPCError | undefined;
  try {
    error = getTRPCErrorFromUnknown(thrown);
  } catch {
    // Reading the thrown value threw, so there is no message.
  }
  const own = error === thrown && error ? ownMessageOf(error) : undefined;
  if (error === thrown && error?.code === 'SERVICE_UNAVAILABLE') {
    return new CredentialError(
      503,
      own ?? 'the token cannot be checked now; try again later',
      undefined,
      thrown,
    );
  }
  return new CredentialError(401, own ?? 'the token was refused', 'invalid_token', thrown);
}

/** Converts what the gate understands into what tRPC does. */
function toTRPCError(thrown: unknown): unknown {
  if (!(thrown instanceof CredentialError)) return thrown;
  const { status, message } = thrown;
  // A cause with the same message would make it look as if tRPC had copied the message, which is then masked.
  const cause = (thrown.cause as Error | undefined)?.message === message ? undefined : thrown.cause;
  return new TRPCError({ code: status === 503 ? 'SERVICE_UNAVAILABLE' : 'UNAUTHORIZED', message, cause });
}

function checkBearer(options: Partial<BearerOptions>): SetupProblem[] {
  const {
    authorizationServers = [],
    requiredScopes = [],
    scopesSupported = [],
    maxTokenLength = 1,
  } = options;
  const problems: SetupProblem[] = findUnknownOptions([['bearer.', options, optionKeys]]);
  const add = (code: SetupProblemCode, path: string, message: string) =>
    problems.push({ code, path, message });

  if (typeof options.verify !== 'function') {
    const message = 'no token can be verified; set it to jwt(…), introspection(…), or a function of your own';
    add('OPTION_INVALID', 'auth.verify', message);
  }
  const resource = parseUrl(options.resource);
  if (!resource || resource.hash || resource.search) {
    const message = `${JSON.stringify(String(options.resource))} is not the URL of an endpoint; set it to the URL that clients are given, such as "https://app.example.com/mcp"`;
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
    const message = `${JSON.stringify(String(server))} is not the URL of an issuer; set it to the https URL in the issuer's own metadata, without query and fragment`;
    add('AUTHORIZATION_SERVER_INVALID', 'auth.authorizationServers', message);
  }
  for (const scope of [...requiredScopes, ...scopesSupported]) {
    if (isScope(scope)) continue;
    const message = `${JSON.stringify(scope)} is not a scope; a scope is printable ASCII without spaces, quotes and backslashes`;
    add('SCOPE_INVALID', 'auth', message);
  }
  if (!(maxTokenLength > 0)) {
    add(
      'MAX_TOKEN_LENGTH_INVALID',
      'auth.maxTokenLength',
      'every token would be refused; remove it, or set it to a number of characters',
    );
  }
  return problems;
}

const optionKeys = {
  verify: true,
  resource: true,
  authorizationServers: true,
  requiredScopes: true,
  scopesSupported: true,
  resourceName: true,
  resourceDocumentation: true,
  maxTokenLength: true,
  failureLimit: true,
} satisfies Record<keyof BearerOptions, true>;

function parseUrl(value: string | URL | undefined): URL | undefined {
  const text = String(value);
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** An issuer needs TLS, unless it runs on this machine. */
function isSecure({ protocol, hostname }: URL): boolean {
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}
