import type { OAuthProtectedResourceMetadata } from '@modelcontextprotocol/server';
import { getTRPCErrorFromUnknown } from '@trpc/server';
import { HookTimeout, runHook } from '../hook.ts';
import { SetupError, type SetupProblem } from '../setup-error.ts';
import { ownMessageOf, toError } from '../thrown.ts';
import type { McpAuthInfo } from '../meta.ts';
import { addToChallenge, isHeaderText, toAdvice } from './challenge.ts';
import type { CredentialPlaces } from './credential.ts';
import { CredentialError } from './credential-error.ts';
import { checkFailureLimit, createFailureCounter, type FailureLimit } from './failure-limit.ts';
import { byPlacesOf } from './places.ts';
import { joinScopes, missingScopes, scopesText } from './scope.ts';

/**
 * Finds out who is calling. Returns `undefined` when there is no credential, and throws when it is not valid. A thrown
 * `TRPCError` `SERVICE_UNAVAILABLE` means that it cannot be checked now: the answer is a 503.
 */
export type Authenticate = (request: Request) => McpAuthInfo | undefined | Promise<McpAuthInfo | undefined>;

/** Decides who may use the endpoint at all. After it, the procedures' own middleware decides about each call, as always. */
export interface AuthOptions {
  /** One function, or several that are tried in order until one of them finds a credential. */
  authenticate: Authenticate | readonly Authenticate[];
  /** Refuses callers without a credential with 401. By default they are let in, unless `authorize` refuses them. */
  required?: boolean;
  /**
   * Decides about every message before anything else runs, lists included. Return `true` to let the message through.
   * Return `false`, or a sentence that says why, to refuse it: with 401 when there is no credential, else with 403.
   */
  authorize?: (attempt: Attempt) => boolean | string | Promise<boolean | string>;
  /** The `WWW-Authenticate` header of a 401. `Bearer` by default. */
  challenge?: string;
  /** The scopes that every credential needs, whatever it is used for; 403 without them. Every challenge names them. */
  requiredScopes?: readonly string[];
  /** The protected-resource metadata (RFC 9728), which is served below the mount. `bearer` makes it. */
  metadata?: OAuthProtectedResourceMetadata;
  /** How often an address may present a credential that is not valid. No limit by default. */
  failureLimit?: FailureLimit;
}

/** What `authorize` is given to decide on. */
export interface Attempt {
  auth: McpAuthInfo | undefined;
  /** The JSON-RPC method, such as `tools/list`. */
  method: string;
  /** The tool's name, for `tools/call`. */
  tool: string | undefined;
  /** The HTTP request, without its body. */
  request: Request;
}

/** The answer to a caller who is not let in. */
export interface Refusal {
  kind: 'refusal';
  status: 401 | 403;
  message: string;
  challenge?: string;
  /** Says in which header a credential is sent. It belongs after the message, over HTTP only. */
  advice?: string;
}

/**
 * The answer to a request that is turned away before anybody decides about its caller, for example after too many bad
 * credentials. It goes to the client as an HTTP status, never to a model as the result of a call.
 */
export interface Rejection {
  kind: 'rejection';
  status: 400 | 429 | 503;
  message: string;
  headers: Record<string, string>;
}

/** Somebody who is let in. */
export interface Admission {
  kind: 'admission';
  auth: McpAuthInfo | undefined;
}

export interface Gate {
  /** The `WWW-Authenticate` header of a 401, also of one that a procedure causes by throwing UNAUTHORIZED. */
  challenge: string;
  /**
   * Finds out who is calling. `readAddress` returns the caller's address, on hosts that know it. `places` is left out where
   * there are no headers.
   */
  authenticate(
    toRequest: () => Request,
    readAddress: () => string | undefined,
    places?: CredentialPlaces,
  ): Promise<Admission | Refusal | Rejection>;
  /** Whether they may send this message. */
  authorize(attempt: Attempt): Promise<Refusal | undefined>;
  /** Returns a refusal when the caller lacks a scope that a tool needs. */
  checkScopes(auth: McpAuthInfo | undefined, scopes: readonly string[]): Refusal | undefined;
}

type ReportHook = (error: Error) => void;

const defaultChallenge = 'Bearer';

/** How long clients are asked to wait when their tokens cannot be checked. */
const retryAfterMs = 5000;

export function checkAuth(options: Partial<AuthOptions> = {}): SetupProblem[] {
  return [...checkChallenge(options), ...checkFailureLimit(options.failureLimit)];
}

/** A challenge that cannot be a header would break every response with 401. */
function checkChallenge({ challenge = defaultChallenge }: Partial<AuthOptions>): SetupProblem[] {
  if (isHeaderText(challenge)) return [];
  const message = `${JSON.stringify(challenge)} cannot be sent as a header; use printable ASCII only, such as 'Bearer realm="app"'`;
  return [{ code: 'CHALLENGE_INVALID', path: 'auth.challenge', message }];
}

/** Without `auth`, everybody is let in, and only the procedures' own middleware decides. */
export function createGate(options: AuthOptions | undefined, timeoutMs: number, report: ReportHook): Gate {
  const { challenge: base = defaultChallenge, requiredScopes = [], failureLimit } = options ?? {};
  const ways = options ? [options.authenticate].flat() : [];
  const failures = failureLimit && createFailureCounter(failureLimit);

  const challengeWith = (params: Record<string, string>, scopes: readonly string[] = []) => {
    const scope = joinScopes(requiredScopes, scopes);
    return addToChallenge(base, { ...params, ...(scope && { scope }) });
  };
  const challenge = challengeWith({});

  // Reports what a hook threw. It never throws itself, so that the caller still gets a refusal.
  const reportThrown = (thrown: unknown) => {
    try {
      report(toError(thrown));
    } catch {
      report(new Error('something was thrown that cannot be read'));
    }
  };

  // A client of OAuth finds all it needs in the metadata. Who has a token already has to know where it goes.
  const takesPlainTokens = !options?.metadata || ways.length > 1;
  const advice = takesPlainTokens ? toAdvice(base) : undefined;

  /** Refuses in the app's own words, if there are any, which are then all that the caller reads. */
  const refuse = (auth: McpAuthInfo | undefined, words: string | undefined, message: string): Refusal => {
    if (auth) return { kind: 'refusal', status: 403, message: words ?? message };
    const refusal: Refusal = { kind: 'refusal', status: 401, message: words ?? message, challenge };
    return words === undefined && advice !== undefined ? { ...refusal, advice } : refusal;
  };

  const answerThrown = (thrown: unknown): Refusal | Rejection => {
    if (!(thrown instanceof CredentialError)) {
      return refuse(undefined, sentenceOf(thrown), 'the credential was refused');
    }
    const { status, message, code } = thrown;
    if (status === 503) return { kind: 'rejection', status, message, headers: toRetryAfter(retryAfterMs) };
    const answer = challengeWith({ ...(code && { error: code, error_description: message }) });
    if (status === 401) return { kind: 'refusal', status, message, challenge: answer };
    return { kind: 'rejection', status, message, headers: { 'www-authenticate': answer } };
  };

  const checkScopes: Gate['checkScopes'] = (auth, scopes) => {
    if (missingScopes(auth ?? {}, scopes).length === 0) return undefined;
    if (!auth) {
      const refusal = refuse(auth, undefined, `this tool needs a credential with ${scopesText(scopes)}`);
      // Only a client of OAuth can ask its authorization server for these scopes.
      return options?.metadata ? { ...refusal, challenge: challengeWith({}, scopes) } : refusal;
    }
    const message = `this tool needs ${scopesText(scopes)}`;
    const insufficient = challengeWith({ error: 'insufficient_scope' }, scopes);
    return { kind: 'refusal', status: 403, message, challenge: insufficient };
  };

  let hasWarned = false;
  const addressOf = (toRequest: () => Request, readAddress: () => string | undefined) => {
    try {
      const address = failureLimit?.address ? failureLimit.address(toRequest()) : readAddress();
      if (address === undefined && !hasWarned) {
        hasWarned = true;
        reportThrown(new SetupError([noAddress]));
      }
      return address;
    } catch (error) {
      reportThrown(error);
      return undefined;
    }
  };

  return {
    challenge,
    async authenticate(toRequest, readAddress, places) {
      if (!options) return { kind: 'admission', auth: undefined };
      const address = failures && addressOf(toRequest, readAddress);
      const waitMs = address === undefined ? 0 : failures!.msToWait(address);
      if (waitMs > 0) {
        const seconds = toSeconds(waitMs);
        const message = `too many credentials from this address were not valid; try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
        return { kind: 'rejection', status: 429, message, headers: toRetryAfter(waitMs) };
      }
      try {
        for (const way of ways) {
          const byPlaces = places && byPlacesOf(way);
          const auth = await runHook('auth.authenticate', timeoutMs, () =>
            byPlaces ? byPlaces(places) : way(toRequest()),
          );
          if (!auth) continue;
          return missingScopes(auth, requiredScopes).length === 0
            ? { kind: 'admission', auth }
            : {
                kind: 'refusal',
                status: 403,
                message: `this endpoint needs ${scopesText(requiredScopes)}`,
                challenge: challengeWith({ error: 'insufficient_scope' }),
              };
        }
      } catch (thrown) {
        const error = isUnavailable(thrown) ? toUnavailable(thrown) : thrown;
        reportThrown(error);
        // When the credential could not be checked, that does not count as the caller's failure.
        const isOurs =
          error instanceof HookTimeout || (error instanceof CredentialError && error.status === 503);
        if (address !== undefined && !isOurs) failures?.count(address);
        return answerThrown(error);
      }
      if (options.required) return refuse(undefined, undefined, 'this endpoint needs a credential');
      return { kind: 'admission', auth: undefined };
    },
    async authorize(attempt) {
      if (!options?.authorize) return undefined;
      const { authorize } = options;
      try {
        const verdict = await runHook('auth.authorize', timeoutMs, () => authorize(attempt));
        if (verdict === true) return undefined;
        const words = typeof verdict === 'string' && verdict ? verdict : undefined;
        return refuse(attempt.auth, words, 'you may not do this here');
      } catch (error) {
        reportThrown(error);
        return refuse(attempt.auth, sentenceOf(error), 'you may not do this here');
      }
    },
    checkScopes,
  };
}

const noAddress: SetupProblem = {
  code: 'FAILURE_LIMIT_WITHOUT_ADDRESS',
  path: 'auth.failureLimit',
  message:
    'this host does not know the address of a request, so failures are not counted; set failureLimit.address',
};

function toRetryAfter(waitMs: number): Record<string, string> {
  return { 'retry-after': String(toSeconds(waitMs)) };
}

function toSeconds(ms: number): number {
  return Math.ceil(ms / 1000);
}

/** Whether a way to authenticate says that it cannot check credentials now. A client that read 401 would log in again. */
function isUnavailable(thrown: unknown): boolean {
  try {
    const error = getTRPCErrorFromUnknown(thrown);
    return error === thrown && error.code === 'SERVICE_UNAVAILABLE';
  } catch {
    // Reading the thrown value threw.
    return false;
  }
}

function toUnavailable(thrown: unknown): CredentialError {
  const message = sentenceOf(thrown) ?? 'the credential cannot be checked now; try again later';
  return new CredentialError(503, message, undefined, thrown);
}

/** The message that the app wrote for the caller: only a `TRPCError`'s own message is one. */
function sentenceOf(thrown: unknown): string | undefined {
  try {
    const error = getTRPCErrorFromUnknown(thrown);
    return error === thrown ? ownMessageOf(error) : undefined;
  } catch {
    // Reading the thrown value threw, so there is no message.
    return undefined;
  }
}
