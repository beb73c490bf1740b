import type { AuthInfo, OAuthProtectedResourceMetadata } from '@modelcontextprotocol/server';
import { getTRPCErrorFromUnknown } from '@trpc/server';
import { SetupError, type SetupProblem } from '../setup-error.ts';
import { addToChallenge, isHeaderText } from './challenge.ts';
import { checkFailureLimit, createFailureCounter, type FailureLimit } from './failure-limit.ts';
import { HookTimeout, runHook } from '../hook.ts';
import { Refused } from './refused.ts';
import { joinScopes } from './scope.ts';
import { ownMessageOf, toError } from '../thrown.ts';

/** Finds out who is asking: `undefined` for no credential, a throw for a bad one. */
export type Authenticate = (request: Request) => AuthInfo | undefined | Promise<AuthInfo | undefined>;

/** Who may use the endpoint at all. The procedures' own middleware decides after it, as always. */
export interface AuthOptions {
  /** One way to authenticate, or several that are tried in order until one finds a credential. */
  authenticate: Authenticate | readonly Authenticate[];
  /** Refuses callers without a credential with 401. Without it, and without `authorize`, they are let in. */
  required?: boolean;
  /**
   * Asked before anything else for every message, lists included. `true` lets it through; `false`, or a sentence that
   * says why, refuses: 401 without a credential, else 403.
   */
  authorize?: (attempt: Attempt) => boolean | string | Promise<boolean | string>;
  /** What `WWW-Authenticate` says beside a 401. `Bearer` unless said otherwise. */
  challenge?: string;
  /** What every credential has to carry, whatever it is used for: 403 without. Told to clients with every challenge. */
  requiredScopes?: readonly string[];
  /** Protected-resource metadata (RFC 9728), served below the mount. `bearer` makes it. */
  metadata?: OAuthProtectedResourceMetadata;
  /** How often an address may present a credential that is not valid. No limit by default. */
  failureLimit?: FailureLimit;
}

/** What `authorize` decides on. */
export interface Attempt {
  auth: AuthInfo | undefined;
  /** The JSON-RPC method, such as `tools/list`. */
  method: string;
  /** The tool's name, for `tools/call`. */
  tool: string | undefined;
  /** The HTTP request, without its body. */
  request: Request;
}

/** Why somebody is not let in. */
export interface Refusal {
  kind: 'refusal';
  status: 401 | 403;
  message: string;
  challenge?: string;
}

/** Why a request is not looked at. It is no answer to what was asked, so no model is told it as one. */
export interface Rejection {
  kind: 'rejection';
  status: 400 | 429 | 503;
  message: string;
  headers: Record<string, string>;
}

/** Somebody who is let in. */
export interface Admission {
  kind: 'admission';
  auth: AuthInfo | undefined;
}

export interface Gate {
  /** What `WWW-Authenticate` says beside a 401, here and where a procedure throws UNAUTHORIZED. */
  challenge: string;
  /** Who is asking. `readAddress` says where from, where the host knows. */
  authenticate(
    toRequest: () => Request,
    readAddress: () => string | undefined,
  ): Promise<Admission | Refusal | Rejection>;
  /** Whether they may send this message. */
  authorize(attempt: Attempt): Promise<Refusal | undefined>;
  /** Whether they have the scopes that a tool asks for. */
  checkScopes(auth: AuthInfo | undefined, scopes: readonly string[]): Refusal | undefined;
}

type ReportHook = (error: Error) => void;

const defaultChallenge = 'Bearer';

/** How long clients are asked to wait while nobody can check their tokens. */
const retrySeconds = 5;

export function checkAuth(options: Partial<AuthOptions> = {}): SetupProblem[] {
  return [...checkChallenge(options), ...checkFailureLimit(options.failureLimit)];
}

/** A challenge that no header can hold would fail with every 401. */
function checkChallenge({ challenge = defaultChallenge }: Partial<AuthOptions>): SetupProblem[] {
  if (isHeaderText(challenge)) return [];
  const message = `${JSON.stringify(challenge)} cannot be sent as a header; write it in printable ASCII, such as 'Bearer realm="app"'`;
  return [{ code: 'CHALLENGE_INVALID', path: 'auth.challenge', message }];
}

/** Without `auth`, everybody is let in and the procedures' own middleware decides alone. */
export function createGate(options: AuthOptions | undefined, timeoutMs: number, report: ReportHook): Gate {
  const { challenge: base = defaultChallenge, requiredScopes = [], failureLimit } = options ?? {};
  const ways = options ? [options.authenticate].flat() : [];
  const failures = failureLimit && createFailureCounter(failureLimit);

  const challengeWith = (params: Record<string, string>, scopes: readonly string[] = []) => {
    const scope = joinScopes(requiredScopes, scopes);
    return addToChallenge(base, { ...params, ...(scope && { scope }) });
  };
  const challenge = challengeWith({});

  // Whatever was thrown, the answer to it is a refusal.
  const tell = (thrown: unknown) => {
    try {
      report(toError(thrown));
    } catch {
      report(new Error('something was thrown that cannot be read'));
    }
  };

  const refuse = (auth: AuthInfo | undefined, message: string): Refusal =>
    auth ? { kind: 'refusal', status: 403, message } : { kind: 'refusal', status: 401, message, challenge };

  const refuseCredential = (thrown: unknown): Refusal | Rejection => {
    if (!(thrown instanceof Refused)) {
      return refuse(undefined, sentenceOf(thrown) ?? 'the credential was refused');
    }
    const { status, message, code } = thrown;
    if (status === 503) {
      return { kind: 'rejection', status, message, headers: { 'retry-after': String(retrySeconds) } };
    }
    const answer = challengeWith({ ...(code && { error: code, error_description: message }) });
    if (status === 401) return { kind: 'refusal', status, message, challenge: answer };
    return { kind: 'rejection', status, message, headers: { 'www-authenticate': answer } };
  };

  const checkScopes: Gate['checkScopes'] = (auth, scopes) => {
    // An app without types may leave them out, and then there are none.
    const held: readonly string[] | undefined = auth?.scopes;
    if (scopes.every((scope) => held?.includes(scope))) return undefined;
    if (!auth) {
      const refusal = refuse(auth, `this tool needs a credential with ${scopesText(scopes)}`);
      // Only clients of OAuth can do something about it.
      return options?.metadata ? { ...refusal, challenge: challengeWith({}, scopes) } : refusal;
    }
    const message = `this tool needs ${scopesText(scopes)}`;
    const insufficient = challengeWith({ error: 'insufficient_scope' }, scopes);
    return { kind: 'refusal', status: 403, message, challenge: insufficient };
  };

  let hasWarned = false;
  const addressOf = (request: Request, readAddress: () => string | undefined) => {
    try {
      const address = failureLimit?.address ? failureLimit.address(request) : readAddress();
      if (address === undefined && !hasWarned) {
        hasWarned = true;
        tell(new SetupError([noAddress]));
      }
      return address;
    } catch (error) {
      tell(error);
      return undefined;
    }
  };

  return {
    challenge,
    async authenticate(toRequest, readAddress) {
      if (!options) return { kind: 'admission', auth: undefined };
      const request = toRequest();
      const address = failures && addressOf(request, readAddress);
      const seconds = address === undefined ? 0 : failures!.secondsToWait(address);
      if (seconds > 0) {
        const message = `too many credentials from this address were not valid; try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
        return { kind: 'rejection', status: 429, message, headers: { 'retry-after': String(seconds) } };
      }
      try {
        for (const way of ways) {
          const auth = await runHook('auth.authenticate', timeoutMs, () => way(request));
          if (!auth) continue;
          return requiredScopes.every((scope) => auth.scopes?.includes(scope))
            ? { kind: 'admission', auth }
            : {
                kind: 'refusal',
                status: 403,
                message: `this endpoint needs ${scopesText(requiredScopes)}`,
                challenge: challengeWith({ error: 'insufficient_scope' }),
              };
        }
      } catch (error) {
        tell(error);
        // What we could not find out is not the caller's failure.
        const isOurs = error instanceof HookTimeout || (error instanceof Refused && error.status === 503);
        if (address !== undefined && !isOurs) failures?.count(address);
        return refuseCredential(error);
      }
      if (options.required) return refuse(undefined, 'this endpoint needs a credential');
      return { kind: 'admission', auth: undefined };
    },
    async authorize(attempt) {
      if (!options?.authorize) return undefined;
      const { authorize } = options;
      try {
        const verdict = await runHook('auth.authorize', timeoutMs, () => authorize(attempt));
        if (verdict === true) return undefined;
        return refuse(
          attempt.auth,
          typeof verdict === 'string' && verdict ? verdict : 'you may not do this here',
        );
      } catch (error) {
        tell(error);
        return refuse(attempt.auth, sentenceOf(error) ?? 'you may not do this here');
      }
    },
    checkScopes,
  };
}

const noAddress: SetupProblem = {
  code: 'FAILURE_LIMIT_WITHOUT_ADDRESS',
  path: 'auth.failureLimit',
  message:
    'nothing says where a request comes from, so its failures are not counted; set failureLimit.address',
};

function scopesText(scopes: readonly string[]): string {
  return `the ${scopes.length === 1 ? 'scope' : 'scopes'} ${scopes.join(', ')}`;
}

/** Only a `TRPCError`'s own message was written for a caller. */
function sentenceOf(thrown: unknown): string | undefined {
  try {
    const error = getTRPCErrorFromUnknown(thrown);
    return error === thrown ? ownMessageOf(error) : undefined;
  } catch {
    // What cannot be read has nothing to say.
    return undefined;
  }
}
