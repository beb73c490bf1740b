import type { AuthInfo } from '@modelcontextprotocol/server';
import { getTRPCErrorFromUnknown } from '@trpc/server';
import type { SetupProblem } from '../setup-error.ts';
import { addToChallenge, isHeaderText } from './challenge.ts';
import { runHook } from './hook.ts';
import { ownMessageOf, toError } from './thrown.ts';

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
  status: 401 | 403;
  message: string;
  challenge?: string;
}

export interface Gate {
  /** What `WWW-Authenticate` says beside a 401, here and where a procedure throws UNAUTHORIZED. */
  challenge: string;
  /** Who is asking. */
  authenticate(toRequest: () => Request): Promise<{ auth: AuthInfo | undefined } | Refusal>;
  /** Whether they may send this message. */
  authorize(attempt: Attempt): Promise<Refusal | undefined>;
  /** Whether they have the scopes that a tool asks for. */
  checkScopes(auth: AuthInfo | undefined, scopes: readonly string[]): Refusal | undefined;
}

type ReportHook = (error: Error) => void;

const defaultChallenge = 'Bearer';

/** A challenge that no header can hold would fail with every 401. */
export function checkAuth({ challenge = defaultChallenge }: Partial<AuthOptions> = {}): SetupProblem[] {
  if (isHeaderText(challenge)) return [];
  const message = `${JSON.stringify(challenge)} cannot be sent as a header; write it in printable ASCII, such as 'Bearer realm="app"'`;
  return [{ code: 'CHALLENGE_INVALID', path: 'auth.challenge', message }];
}

/** Without `auth`, everybody is let in and the procedures' own middleware decides alone. */
export function createGate(options: AuthOptions | undefined, timeoutMs: number, report: ReportHook): Gate {
  const challenge = options?.challenge ?? defaultChallenge;
  const ways = options ? [options.authenticate].flat() : [];

  // Whatever was thrown, the answer to it is a refusal.
  const tell = (thrown: unknown) => {
    try {
      report(toError(thrown));
    } catch {
      report(new Error('something was thrown that cannot be read'));
    }
  };

  const refuse = (auth: AuthInfo | undefined, message: string): Refusal =>
    auth ? { status: 403, message } : { status: 401, message, challenge };

  return {
    challenge,
    async authenticate(toRequest) {
      if (!options) return { auth: undefined };
      const request = toRequest();
      try {
        for (const way of ways) {
          const auth = await runHook('auth.authenticate', timeoutMs, () => way(request));
          if (auth) return { auth };
        }
      } catch (error) {
        tell(error);
        return refuse(undefined, sentenceOf(error) ?? 'the credential was refused');
      }
      return options.required ? refuse(undefined, 'this endpoint needs a credential') : { auth: undefined };
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
    checkScopes(auth, scopes) {
      // An app without types may leave them out, and then there are none.
      const held: readonly string[] | undefined = auth?.scopes;
      if (scopes.every((scope) => held?.includes(scope))) return undefined;
      if (!auth) return refuse(auth, `this tool needs a credential with ${scopesText(scopes)}`);
      const needed = { error: 'insufficient_scope', scope: scopes.join(' ') };
      const message = `this tool needs ${scopesText(scopes)}`;
      return { status: 403, message, challenge: addToChallenge(challenge, needed) };
    },
  };
}

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
