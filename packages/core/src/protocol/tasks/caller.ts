import type { McpAuthInfo } from '../../meta.ts';
import type { Caller } from '../../call/caller.ts';
import { isRecord } from '../../record.ts';
import type { Serving } from '../serving.ts';
import type { SealedCaller } from './record.ts';

/**
 * Makes what is kept of a caller. Returns `undefined` if it is not known by name who calls, or by nothing but a credential,
 * which `callerId` may return. `extra` is kept for workers only. Throws if it is no JSON.
 */
export function sealCaller(serving: Serving, caller: Caller, isForWorker: boolean): SealedCaller | undefined {
  const subject = caller.kind === 'identified' ? caller.subject : undefined;
  if (subject === undefined) return undefined;
  const { auth } = serving;
  const credentials = credentialsOf(serving);
  if (credentials.some((secret) => subject.includes(secret))) return undefined;
  const extra = isForWorker ? withoutCredentials(auth?.extra, credentials) : undefined;
  return {
    subject,
    clientId: auth?.clientId ?? '',
    scopes: [...(auth?.scopes ?? [])],
    ...(isRecord(extra) && { extra }),
  };
}

/** Makes what the gate knows of a caller from what was kept. */
export function toAuth({ subject, clientId, scopes, extra }: SealedCaller): McpAuthInfo {
  return { token: '', subject, clientId, scopes, ...(extra && { extra }) };
}

/** The texts with which a request proves who sent it. */
function credentialsOf({ auth, exchange }: Serving): string[] {
  const headers = ['authorization', 'cookie', 'x-api-key', 'proxy-authorization'];
  const sent = headers.map((name) => exchange.header(name)).filter((value) => value !== undefined);
  const parts = sent.flatMap((value) => value.split(/[\s;,=]+/));
  return [auth?.token ?? '', ...sent, ...parts].filter(({ length }) => length >= shortestSecret);
}

/** Shorter texts prove nothing, and stand in headers by chance. */
const shortestSecret = 16;

/** A copy as JSON, without the texts that hold a credential. */
function withoutCredentials(value: unknown, credentials: readonly string[]): unknown {
  if (value === undefined) return undefined;
  const isCredential = (inner: unknown) =>
    typeof inner === 'string' && credentials.some((secret) => inner.includes(secret));
  try {
    const json = JSON.stringify(value, (_key, inner: unknown) => (isCredential(inner) ? undefined : inner));
    return json === undefined ? undefined : (JSON.parse(json) as unknown);
  } catch (cause) {
    const message =
      'for tasks.run, `extra` of what auth.authenticate returns is kept as JSON, and this one cannot be written as JSON';
    throw new TypeError(message, { cause });
  }
}
