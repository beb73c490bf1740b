import { CLIENT_CAPABILITIES_META_KEY } from '@modelcontextprotocol/server';
import type { CallRequest } from '../call/active-call.ts';
import type { CallHost } from '../call/call.ts';
import type { FailureOutcome } from '../call/outcome.ts';
import { type Rehearsal, rehearse } from '../call/rehearse.ts';
import { findSkillFile } from '../catalog/skills/skill-set.ts';
import { isRecord } from '../record.ts';
import { toMissingCapability, toRpcError, toUnknown } from './answer.ts';
import { findResource } from './named-item.ts';
import { idOf, type RpcError } from './json-rpc.ts';
import { toBareCall } from './call-request.ts';
import { createListContext, spendTimeOfHidden } from './list-context.ts';
import type { ServerParts, Serving } from './serving.ts';
import { takesTasks, taskExtension } from './tasks/task.ts';

/** How many resources one client can subscribe to. */
const maxSubscriptions = 1000;

/** How long a client that may listen to a resource hears of it before it is asked again whether it may. */
const askAgainMs = 60_000;

/** How many of the resources of one request are asked about at the same time. */
const atOnce = 10;

/** Asks whether a client could still read a resource. */
export type AskReader = () => Promise<Rehearsal>;

/** Whether a client hears of a change: yes, not of this one, or never again. */
export type Hearing = { kind: 'hears' } | { kind: 'waits' } | { kind: 'ends'; error: RpcError };

interface Subscription {
  ask: AskReader;
  askedAt: number;
  /** The last answer. */
  verdict: Promise<Rehearsal> | Rehearsal;
}

const none: ReadonlyMap<string, Subscription> = new Map();

/** The resources that one client listens to. Whether it may is asked again when there is something to tell it. */
export class Subscriptions {
  /** Made with the first one: most sessions have none. */
  #made: Map<string, Subscription> | undefined = undefined;

  get isEmpty(): boolean {
    return this.#byUri.size === 0;
  }

  get uris(): string[] {
    return [...this.#byUri.keys()];
  }

  /** Takes over what the client has subscribed to elsewhere. It is asked about before the client hears of it. */
  replace(uris: readonly string[], toAsk: (uri: string) => AskReader): void {
    const wanted = new Set(uris);
    for (const uri of this.uris) if (!wanted.has(uri)) this.delete(uri);
    for (const uri of wanted) if (!this.has(uri)) this.#set(uri, toAsk(uri), 0);
  }

  /** Adds a resource that the client may read at the moment. */
  add(uri: string, ask: AskReader): void {
    this.#set(uri, ask, Date.now());
  }

  has(uri: string): boolean {
    return this.#byUri.has(uri);
  }

  delete(uri: string): void {
    this.#made?.delete(uri);
  }

  get #byUri(): ReadonlyMap<string, Subscription> {
    return this.#made ?? none;
  }

  #set(uri: string, ask: AskReader, askedAt: number): void {
    const all = (this.#made ??= new Map());
    if (all.size < maxSubscriptions) all.set(uri, { ask, askedAt, verdict: { kind: 'passed' } });
  }

  /** Decides whether the client hears of a change. A client that is refused does not listen to the resource any more. */
  async hear(uri: string): Promise<Hearing> {
    const subscription = this.#byUri.get(uri);
    if (!subscription) return { kind: 'waits' };
    if (Date.now() - subscription.askedAt >= askAgainMs) {
      subscription.verdict = subscription.ask();
      subscription.askedAt = Date.now();
    }
    const verdict = await subscription.verdict;
    if (verdict.kind === 'passed') return { kind: 'hears' };
    if (verdict.kind === 'failure' && mayPass(verdict)) return { kind: 'waits' };
    if (this.#byUri.get(uri) === subscription) this.delete(uri);
    const error = verdict.kind === 'hidden' ? toUnknown('resources/read', { uri }) : toRpcError(verdict, uri);
    return { kind: 'ends', error };
  }
}

/** Whether the failure says nothing of the caller, such as that of a database that is down. */
function mayPass({ meta }: FailureOutcome): boolean {
  const status = Number(meta['httpStatus']);
  return status >= 500 || status === 408 || status === 429 || status === 499;
}

/** Does what a read of the URI would do up to the resolver. It counts as hidden when there is no such resource. */
export async function tryReading(
  parts: ServerParts,
  { exchange, catalog }: Serving,
  uri: string,
  request: CallRequest,
  host: CallHost = exchange,
): Promise<Rehearsal> {
  const found = findResource(catalog, uri);
  if (found) return rehearse(parts, found.resource, found.args, { ...request, uri }, host);
  if (findSkillFile(catalog.skills, uri)) return { kind: 'passed' };
  // A rehearsal ends after the same time.
  const limits = { timeoutMs: parts.timeoutMs ?? parts.hookTimeoutMs };
  await spendTimeOfHidden(parts, catalog, () => createListContext(limits, exchange, request));
  return { kind: 'hidden' };
}

/** Does the same some time after the request: with its credential, which may have expired, and what is exposed by now. */
export async function tryReadingAgain(
  parts: ServerParts,
  serving: Serving,
  uri: string,
  request: CallRequest,
): Promise<Rehearsal> {
  const renewed = serving.renew ? await serving.renew(request.method) : serving;
  if ('kind' in renewed) return renewed;
  return tryReading(parts, renewed, uri, { ...request, auth: renewed.auth });
}

/** Does the same for a client of 2025 that has subscribed in another process. */
export function tryReadingHere(parts: ServerParts, serving: Serving, uri: string): Promise<Rehearsal> {
  const request: CallRequest = {
    ...toBareCall(serving, 'resources/subscribe'),
    era: 'legacy',
    signal: new AbortController().signal,
  };
  return tryReadingAgain(parts, serving, uri, request);
}

/** How a `subscriptions/listen` request goes on. Every other message is passed on as it is. */
export type Listening =
  | { kind: 'passed'; message: unknown; subscriptions: Subscriptions | undefined }
  | { kind: 'refused'; failure?: FailureOutcome; error: RpcError };

/**
 * Decides what a `subscriptions/listen` request may listen to. One resource that the caller may not read refuses all of
 * it, with the answer that a read gets. Resources that are hidden or missing are left out: a server may agree to less than
 * it was asked for, and its answer says so.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions
 */
export async function checkListening(
  parts: ServerParts,
  serving: Serving,
  message: unknown,
): Promise<Listening> {
  if (parts.tasks && listensToTasks(message) && !takesTasks(readCapabilities(message)))
    return { kind: 'refused', error: toMissingCapability(taskExtension) };
  const asked = readListening(message);
  if (!asked) return { kind: 'passed', message, subscriptions: undefined };
  const { params, notifications, uris } = asked;
  const request: CallRequest = {
    ...toBareCall(serving, 'subscriptions/listen'),
    id: idOf(message) ?? undefined,
  };
  const host = withOneContext(serving.exchange);
  const subscriptions = new Subscriptions();
  const resourceSubscriptions: string[] = [];
  for (let index = 0; index < uris.length; index += atOnce) {
    const some = uris.slice(index, index + atOnce);
    const verdicts = await Promise.all(some.map((uri) => tryReading(parts, serving, uri, request, host)));
    for (const [at, verdict] of verdicts.entries()) {
      const uri = some[at]!;
      if (verdict.kind === 'failure')
        return { kind: 'refused', failure: verdict, error: toRpcError(verdict, uri) };
      if (verdict.kind === 'hidden') continue;
      resourceSubscriptions.push(uri);
      subscriptions.add(uri, () => tryReadingAgain(parts, serving, uri, request));
    }
  }
  const narrowed = { ...params, notifications: { ...notifications, resourceSubscriptions } };
  return { kind: 'passed', message: { ...(message as object), params: narrowed }, subscriptions };
}

/** Whether a client asks for the changes of tasks. They are not sent, and its answer says so. */
function listensToTasks(message: unknown): boolean {
  if (!isRecord(message) || message['method'] !== 'subscriptions/listen') return false;
  const { params } = message;
  const notifications = isRecord(params) ? params['notifications'] : undefined;
  return isRecord(notifications) && notifications['taskIds'] !== undefined;
}

function readCapabilities(message: unknown): { extensions?: unknown } | undefined {
  const { params } = message as { params: Record<string, unknown> };
  const meta = params['_meta'];
  const capabilities = isRecord(meta) ? meta[CLIENT_CAPABILITIES_META_KEY] : undefined;
  return isRecord(capabilities) ? capabilities : undefined;
}

/** Reads the resources of a `subscriptions/listen` request. `undefined` if it names none; the SDK answers invalid ones. */
function readListening(
  message: unknown,
): { params: Record<string, unknown>; notifications: Record<string, unknown>; uris: string[] } | undefined {
  if (!isRecord(message) || message['method'] !== 'subscriptions/listen') return undefined;
  const { params } = message;
  const notifications = isRecord(params) ? params['notifications'] : undefined;
  const uris = isRecord(notifications) ? notifications['resourceSubscriptions'] : undefined;
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string')) return undefined;
  return {
    params: params as Record<string, unknown>,
    notifications: notifications as Record<string, unknown>,
    uris: [...new Set(uris)].slice(0, maxSubscriptions),
  };
}

/** Makes one context for all resources of a request: a client may name a thousand of them. */
function withOneContext(exchange: CallHost): CallHost {
  let made: { context: unknown } | undefined;
  return {
    url: exchange.url,
    header: (name) => exchange.header(name),
    createContext: (extras) => (made ??= { context: exchange.createContext(extras) }).context,
  };
}
