import { TRPCError } from '@trpc/server';
import { SetupError, type SetupProblem } from '../setup-error.ts';
import { findUnknownOptions } from '../nearest.ts';
import { checkTokenUse } from './token-type.ts';
import { checkVerified, resourceOf, toAudience, type VerifiedToken, type VerifyToken } from './token.ts';

/** Options of `introspection`, for access tokens that only the authorization server can read. */
export interface IntrospectionOptions {
  /** The URL that is asked: `introspection_endpoint` in the authorization server's metadata. */
  endpoint: string | URL;
  /** The client id under which this endpoint is registered at the authorization server. */
  clientId: string;
  /** The secret of that client. It is sent by HTTP Basic, to `endpoint` alone. */
  clientSecret: string;
  /** The name of this endpoint in `aud`. By default it is the `resource` given to `bearer`. */
  audience?: string | readonly string[];
  /** How long an answer is kept, and so how long a revoked token still works. 30,000 by default; 0 keeps no answers. */
  cacheMs?: number;
  /** Reads the scopes when they are not in `scope`, or adds those that another scope implies. */
  scopes?: (claims: Record<string, unknown>) => readonly string[];
}

/** When more answers than this are kept, the oldest is forgotten. */
const maxAnswers = 1000;

const timeoutMs = 3000;

interface Claims extends Record<string, unknown> {
  active: boolean;
  scope?: unknown;
  client_id?: string;
  sub?: string;
  iss?: string;
  aud?: string | string[];
  exp?: number;
  nbf?: number;
}

/**
 * Makes a `verify` for `bearer` that asks the authorization server about each token, and keeps each answer for a short
 * while. It throws UNAUTHORIZED for a token that is not active, not for this endpoint, not valid now, or no access token,
 * also when it is called by itself. The answer becomes `auth.extra`.
 * @see https://www.rfc-editor.org/rfc/rfc7662
 */
export function introspection(options: IntrospectionOptions): VerifyToken {
  const { audience, cacheMs = 30_000 } = options;
  checkOptions(options);
  const answers = new Map<string, { verified: VerifiedToken; until: number }>();

  const keep = (key: string, verified: VerifiedToken) => {
    const until = Math.min(Date.now() + cacheMs, verified.expiresAt * 1000);
    if (answers.size >= maxAnswers) answers.delete(answers.keys().next().value!);
    answers.set(key, { verified, until });
  };

  const ask = async (token: string): Promise<VerifiedToken> => {
    // A digest, because the token itself could be read from a dump of the memory.
    const key = cacheMs > 0 ? await digest(token) : '';
    const kept = answers.get(key);
    if (kept && kept.until > Date.now()) return kept.verified;
    answers.delete(key);
    const claims = await introspect(token, options);
    if (!claims.active) {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'the token is not valid, or no longer' });
    }
    checkTokenUse(claims);
    const verified: VerifiedToken = {
      clientId: claims.client_id ?? '',
      subject: typeof claims.sub === 'string' ? claims.sub : undefined,
      // An answer need not name the issuer, and then it is known by where the answer came from.
      issuer: claims.iss ?? String(options.endpoint),
      scopes: options.scopes?.(claims) ?? scopesOf(claims),
      audience: claims.aud ?? [],
      // Without `exp`, the token counts as active for as long as this answer is kept.
      expiresAt: claims.exp ?? Math.ceil((Date.now() + cacheMs) / 1000),
      notBefore: claims.nbf,
      extra: claims,
    };
    if (cacheMs > 0) keep(key, verified);
    return verified;
  };

  return async (token, verifyOptions) => {
    const resource = resourceOf(verifyOptions);
    const verified = await ask(token);
    // What is kept is checked again, because its time may be over, and the resource may be another one.
    return checkVerified(
      { ...verified, audience: toAudience(verified.audience, audience, resource) },
      resource,
    );
  };
}

async function introspect(token: string, options: IntrospectionOptions): Promise<Claims> {
  const { endpoint, clientId, clientSecret } = options;
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { accept: 'application/json', authorization: basic(clientId, clientSecret) },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    if (!response.ok) throw new Error(`${new URL(endpoint).origin} answered ${response.status}`);
    const claims = (await response.json()) as Claims;
    if (typeof claims.active !== 'boolean') {
      throw new Error(`${new URL(endpoint).origin} did not say whether the token is active`);
    }
    return claims;
  } catch (cause) {
    const message = 'the authorization server cannot be asked about the token; try again later';
    throw new TRPCError({ code: 'SERVICE_UNAVAILABLE', message, cause });
  }
}

const optionKeys = {
  endpoint: true,
  clientId: true,
  clientSecret: true,
  audience: true,
  cacheMs: true,
  scopes: true,
} satisfies Record<keyof IntrospectionOptions, true>;

function checkOptions(options: IntrospectionOptions): void {
  const { endpoint, clientId, cacheMs = 0 } = options;
  const problems: SetupProblem[] = findUnknownOptions([['introspection.', options, optionKeys]]);
  if (!URL.canParse(String(endpoint))) {
    const message = `${JSON.stringify(String(endpoint))} is not a URL; set it to the introspection_endpoint in the authorization server's metadata`;
    problems.push({ code: 'ENDPOINT_INVALID', path: 'introspection.endpoint', message });
  }
  if (!clientId) {
    const message =
      'the authorization server answers registered clients only; register this endpoint as a client, and set its id here';
    problems.push({ code: 'CLIENT_ID_MISSING', path: 'introspection.clientId', message });
  }
  if (!(cacheMs >= 0)) {
    const message = 'set it to a time in milliseconds, or to 0 to ask about every request';
    problems.push({ code: 'CACHE_INVALID', path: 'introspection.cacheMs', message });
  }
  if (problems.length > 0) throw new SetupError(problems);
}

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 */
function basic(clientId: string, clientSecret: string): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${btoa(`${encode(clientId)}:${encode(clientSecret)}`)}`;
}

async function digest(token: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return String.fromCharCode(...new Uint8Array(bytes));
}

function scopesOf({ scope }: Claims): string[] {
  return typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
}
