import type { CallRequest } from '../call/active-call.ts';
import type { CallHost } from '../call/call.ts';
import type { FailureOutcome } from '../call/outcome.ts';
import { type Rehearsal, rehearse } from '../call/rehearse.ts';
import { isRecord } from '../record.ts';
import { toRpcError, toUnknown } from './answer.ts';
import { findResource } from './call-by-name.ts';
import { idOf, type RpcError, toErrorMessage } from './json-rpc.ts';
import { Backlog } from './backlog.ts';
import { isEventStream } from './event-stream.ts';
import { createListContext, spendTimeOfHidden, toBareRequest } from './list-context.ts';
import type { ServerParts, Serving } from './serving.ts';

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

/** The resources that one client listens to. Whether it may is asked again when there is something to tell it. */
export class Subscriptions {
  readonly #byUri = new Map<string, Subscription>();

  get isEmpty(): boolean {
    return this.#byUri.size === 0;
  }

  /** Adds a resource that the client may read at the moment. */
  add(uri: string, ask: AskReader): void {
    if (this.#byUri.size >= maxSubscriptions) return;
    this.#byUri.set(uri, { ask, askedAt: Date.now(), verdict: { kind: 'passed' } });
  }

  delete(uri: string): void {
    this.#byUri.delete(uri);
  }

  /** Decides whether the client hears of a change. A client that is refused does not listen to the resource any more. */
  async hear(uri: string): Promise<Hearing> {
    const subscription = this.#byUri.get(uri);
    if (!subscription) return { kind: 'waits' };
    if (Date.now() - subscription.askedAt >= askAgainMs) {
      subscription.askedAt = Date.now();
      subscription.verdict = subscription.ask();
    }
    const verdict = await subscription.verdict;
    if (verdict.kind === 'passed') return { kind: 'hears' };
    if (verdict.kind === 'failure' && mayPass(verdict)) return { kind: 'waits' };
    if (this.#byUri.get(uri) === subscription) this.#byUri.delete(uri);
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

/** How a `subscriptions/listen` request goes on. Every other message is passed on as it is. */
export type Listening =
  | { kind: 'passed'; message: unknown; subscriptions: Subscriptions | undefined }
  | { kind: 'refused'; failure: FailureOutcome; error: RpcError };

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
  const asked = readListening(message);
  if (!asked) return { kind: 'passed', message, subscriptions: undefined };
  const { params, notifications, uris } = asked;
  const request: CallRequest = {
    ...toBareRequest(serving, 'subscriptions/listen'),
    id: idOf(message) ?? undefined,
    sdk: undefined,
    canAsk: false,
    state: undefined,
    caller: serving.caller,
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

const updated = 'notifications/resources/updated';

/**
 * Passes on what a client listens for, as fast as the client reads it, and holds back what it may not hear of any more. When
 * it is refused, the stream ends with the error that a read gets.
 */
export function guardStream(
  response: Response,
  subscriptions: Subscriptions | undefined,
  message: unknown,
): Response {
  if (!isEventStream(response)) return response;
  const reader = response.body!.getReader();
  const backlog = new Backlog();
  const encoder = new TextEncoder();
  void readFrames(reader, backlog);
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const frame = await backlog.take();
          if (frame === undefined) return controller.close();
          const uri = uriOf(frame);
          const hearing = uri === undefined ? undefined : await subscriptions?.hear(uri);
          if (hearing?.kind === 'waits') continue;
          const isOver = hearing?.kind === 'ends';
          const sent = isOver ? toFrame(toErrorMessage(hearing.error, idOf(message))) : frame;
          controller.enqueue(encoder.encode(`${sent}\n\n`));
          if (!isOver) return;
          backlog.drop();
          controller.close();
          return reader.cancel();
        }
      },
      cancel(reason) {
        backlog.drop();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, response);
}

/** Reads the events of the SDK, which writes them whether the client reads or not. */
async function readFrames(reader: ReadableStreamDefaultReader<Uint8Array>, backlog: Backlog): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const frames = (rest + decoder.decode(chunk.value, { stream: true })).split('\n\n');
      rest = frames.pop()!;
      for (const frame of frames) backlog.add(frame);
    }
  } catch {
    // The stream was ended from the other side.
  }
  backlog.end();
}

function toFrame(message: object): string {
  return `event: message\ndata: ${JSON.stringify(message)}`;
}

/** The resource that an event is about, if it tells of a change. */
function uriOf(frame: string): string | undefined {
  if (!frame.includes(updated)) return undefined;
  const data = frame.split('\n').find((line) => line.startsWith('data: '));
  const { method, params } = JSON.parse(data?.slice('data: '.length) ?? '{}') as {
    method?: string;
    params?: { uri?: string };
  };
  return method === updated ? params?.uri : undefined;
}
