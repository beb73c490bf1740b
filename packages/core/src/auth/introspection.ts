import { TRPCError } from '@trpc/server';
import { SetupError } from '../setup-error.ts';
import { isSameResource, type VerifiedToken, type VerifyToken } from './token.ts';

/** Access tokens that only the authorization server can read. */
export interface IntrospectionOptions {
  /** Where it is asked: `introspection_endpoint` of its metadata. */
  endpoint: string | URL;
  /** What this endpoint is known by to the authorization server. */
  clientId: string;
  clientSecret: string;
  /** What the authorization server calls this endpoint in `aud`: the `resource` of `bearer` unless said otherwise. */
  audience?: string | readonly string[];
  /** How long an answer holds, and so how long a revoked token is still taken. 30,000 by default, 0 for not at all. */
  cacheMs?: number;
  /** Reads the scopes of a token that has them elsewhere than in `scope`, or adds those that one implies. */
  scopes?: (claims: Record<string, unknown>) => readonly string[];
}

/** More answers than this are not kept: the oldest is forgotten. */
const maxAnswers = 1000;

const timeoutMs = 3000;

interface Claims extends Record<string, unknown> {
  active: boolean;
  scope?: unknown;
  client_id?: string;
  aud?: string | string[];
  exp?: number;
  nbf?: number;
}

/**
 * Asks the authorization server about each token, as the `verify` of `bearer`, and keeps what it said for a short while.
 * Its answer is `auth.extra`.
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

  return async (token, { resource }) => {
    // Not the token itself: what is kept in memory ends up in dumps of it.
    const key = cacheMs > 0 ? await digest(token) : '';
    const kept = answers.get(key);
    if (kept && kept.until > Date.now()) return kept.verified;
    answers.delete(key);
    const claims = await introspect(token, options);
    if (!claims.active) {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'the token is not valid, or no longer' });
    }
    const audiences = [claims.aud ?? []].flat();
    const expected = [audience ?? []].flat();
    const isNamed = expected.some((each) => audiences.some((named) => isSameResource(named, each)));
    const verified: VerifiedToken = {
      clientId: claims.client_id ?? '',
      scopes: options.scopes?.(claims) ?? scopesOf(claims),
      audience: audience === undefined ? audiences : isNamed ? resource : [],
      // It has just said that the token is active; where it does not say until when, that holds for as long as it is kept.
      expiresAt: claims.exp ?? Math.ceil((Date.now() + cacheMs) / 1000),
      notBefore: claims.nbf,
      extra: claims,
    };
    if (cacheMs > 0) keep(key, verified);
    return verified;
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

function checkOptions({ endpoint, clientId, cacheMs = 0 }: IntrospectionOptions): void {
  const problems = [];
  if (!URL.canParse(String(endpoint))) {
    const message = `${JSON.stringify(String(endpoint))} is no URL; write the introspection_endpoint of the authorization server's metadata`;
    problems.push({ code: 'ENDPOINT_INVALID', path: 'introspection.endpoint', message });
  }
  if (!clientId) {
    const message =
      'anybody could ask about tokens otherwise: register this endpoint as a client, and name it here';
    problems.push({ code: 'CLIENT_ID_MISSING', path: 'introspection.clientId', message });
  }
  if (!(cacheMs >= 0)) {
    const message = 'write a time in milliseconds, or 0 to ask about every request';
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
