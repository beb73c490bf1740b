import type { McpAuthInfo } from '../meta.ts';
import type { AuthOptions } from '../auth/gate.ts';
import { isTRPCError } from '../call/app-error.ts';
import type { Caller } from '../call/caller.ts';
import { digest } from '../call/digest.ts';
import { authStatusOf } from '../call/error.ts';
import { type Report, reportThrown } from '../call/failure.ts';
import type { Catalog, CatalogSource } from '../catalog/catalog.ts';
import { runHook } from '../hook.ts';
import type { Exchange } from './exchange.ts';

/** The options that decide who the caller is. */
export interface CallerOptions {
  auth?: AuthOptions | undefined;
  callerId?: ((request: Request) => string | undefined | Promise<string | undefined>) | undefined;
  createContext?: unknown;
}

/** Makes the function that finds out who sent a request. It does its work at most once, and only if it is called. */
export type IdentifyCaller = (exchange: Exchange, auth: McpAuthInfo | undefined) => () => Promise<Caller>;

/** The caller over stdio: the client that started the process. */
export const onlyCaller: Caller = { kind: 'identified', id: 'only' };

const unknown: Caller = { kind: 'unknown' };

/**
 * Decides who is calling by what was verified, or what the app says of the request. What the client says of itself and
 * its cookies do not count: everybody can change them with each request.
 */
export function createIdentifyCaller(
  options: CallerOptions,
  timeoutMs: number,
  report: Report,
): IdentifyCaller {
  const { callerId } = options;

  const askApp = async (exchange: Exchange): Promise<Caller> => {
    try {
      const id = toId(await runHook('callerId', timeoutMs, () => callerId!(exchange.toRequest())));
      return id === undefined ? unknown : { ...(await identified('callerId', id)), subject: id };
    } catch (thrown) {
      const isRefusal = isTRPCError(thrown) && authStatusOf(thrown) !== 200;
      reportThrown(report, thrown, {}, !isRefusal);
      return unknown;
    }
  };

  const identify = async (exchange: Exchange, auth: McpAuthInfo | undefined): Promise<Caller> => {
    const known = auth && (await toSubject(auth));
    if (known) return known;
    const named = callerId ? await askApp(exchange) : unknown;
    if (named.kind !== 'unknown') return named;
    // Without a subject, the credential that was verified is the next best thing.
    if (auth) return toCredential(exchange, auth);
    if (callerId) return unknown;
    // Without a context, every caller gets the same answers.
    if (options.createContext === undefined) return onlyCaller;
    const header = options.auth ? undefined : readAuthorization(exchange);
    return header === undefined ? unknown : identified('authorization', header);
  };

  return (exchange, auth) => {
    let made: Promise<Caller> | undefined;
    return () => (made ??= identify(exchange, auth));
  };
}

/**
 * Decides who is calling in this process, by what the app says of them. Whoever is known over HTTP by their subject is the
 * same caller here.
 */
export async function identifyInProcess(auth: McpAuthInfo | undefined, hasContext: boolean): Promise<Caller> {
  if (auth === undefined) return hasContext ? unknown : onlyCaller;
  const known = await toSubject(auth);
  if (known) return known;
  // A client without a token may call for anybody.
  return auth.token ? { kind: 'credential', id: await digest([auth.clientId, auth.token]) } : unknown;
}

/** Warns of tools that take an idempotency key which this handler has to refuse, because it cannot tell callers apart. */
export function warnOfUnknownCallers(
  source: CatalogSource,
  { auth, callerId, createContext }: CallerOptions,
): void {
  if (auth || callerId || createContext === undefined) return;
  const warn = ({ idempotent: names }: Catalog) => {
    if (names.length === 0) return;
    console.warn(
      `MCP: ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} idempotent, and an idempotency key belongs to one caller. ` +
        'This handler has neither auth nor callerId, so it knows callers by their Authorization header alone, ' +
        'and refuses the keys of callers who send none. Set callerId to a function that returns who sent a request.',
    );
  };
  if (source.current) warn(source.current);
  else void source.whole.then(warn);
}

async function identified(...proof: unknown[]): Promise<Caller & { kind: 'identified' }> {
  return { kind: 'identified', id: await digest(proof) };
}

async function toSubject({ subject, issuer, clientId, extra }: McpAuthInfo): Promise<Caller | undefined> {
  const id = toId(subject);
  if (id !== undefined)
    return { ...(await identified('subject', toId(issuer ?? extra?.['iss']), id)), subject: id };
  const sub = toId(extra?.['sub']);
  if (sub === undefined) return undefined;
  return { ...(await identified('sub', toId(issuer ?? extra?.['iss']), clientId, sub)), subject: sub };
}

/** `bearer` leaves the token out of what it returns, so that the token is read from the request. */
async function toCredential(exchange: Exchange, { clientId, token }: McpAuthInfo): Promise<Caller> {
  const proof = [clientId, token || readAuthorization(exchange)];
  return { kind: 'credential', id: await digest(proof) };
}

/** Reads the credential in the header. One credential reads the same in every form that is allowed. */
function readAuthorization(exchange: Exchange): string | undefined {
  const header = exchange.header('authorization')?.trim();
  if (!header) return undefined;
  const end = header.search(/\s/);
  // A scheme without a credential is what a client sends whose settings have no token.
  if (end === -1) return schemes.test(header) ? undefined : header;
  return `${header.slice(0, end).toLowerCase()} ${header.slice(end).trim()}`;
}

const schemes = /^(?:api-?key|basic|bearer|digest|dpop|gnap|hoba|mutual|negotiate|token)$/i;

/** Reads an id. An app without types may give a number, and for nobody a blank text, or what a number is made of it. */
function toId(id: unknown): string | undefined {
  if (typeof id === 'bigint' || (typeof id === 'number' && !Number.isNaN(id))) return String(id);
  return typeof id === 'string' && id.trim() !== '' ? id : undefined;
}
