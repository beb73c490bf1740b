import { InMemoryServerEventBus, type ServerNotifier } from '@modelcontextprotocol/server';
import type { AnyTRPCRouter } from '@trpc/server';
import type { McpAuthInfo } from '../meta.ts';
import type { Admission, Refusal, Rejection } from '../auth/gate.ts';
import { createMetadataReply } from '../auth/resource-metadata.ts';
import { reportThrown } from '../call/failure.ts';
import { isDeeper } from '../call/json-text.ts';
import { type Outcome, toRefusalOutcome } from '../call/outcome.ts';
import { isVisible } from '../call/visible.ts';
import type { Catalog, CatalogSource } from '../catalog/catalog.ts';
import { isStackOverflow } from '../schema/depth.ts';
import { readAccept } from './accept.ts';
import { revision } from './advertise.ts';
import { toRpcError } from './answer.ts';
import { createIdentifyCaller, warnOfUnknownCallers } from './caller-of.ts';
import { createBrowse } from './browse.ts';
import { createCors, originsOf } from './cors.ts';
import { BodyTooLarge, errorReply, type Exchange, type Reply } from './exchange.ts';
import { BodyError, bodyReply, parseMessage, rejectHost, rejectRequest } from './guard.ts';
import { checkParamHeaders, type HeaderMismatch } from './header-check.ts';
import { errorCodes, headsOf, idOf, isToolCall, type MessageId, type RpcError } from './json-rpc.ts';
import { createLane } from './lane.ts';
import { createListContext, toBareRequest } from './list-context.ts';
import { isTooManyMessages, tooManyMessages } from './legacy-message.ts';
import { createNotifier } from './notify.ts';
import { defaultMaxBodyBytes, type HandlerOptions } from './options.ts';
import { createParts, createReady } from './parts.ts';
import { innerHeadsOf } from './discovery/inner-call.ts';
import { createSdkLeg } from './sdk.ts';
import { createChoose } from './selection.ts';
import type { HttpServing, ServerParts } from './serving.ts';

/** What the `mcpHandler` of every host has, besides the form that its host needs. */
export interface HandlerControls {
  /**
   * Resolves when lazy routers are loaded. Rejects with a `SetupError` if they have problems. In development it prints how
   * many tools there are, the tokens of their list, and the ten largest.
   */
  ready: () => Promise<void>;
  /** Tells listening clients that a list or a resource has changed. Clients of 2025 are told only in a session. */
  notify: ServerNotifier;
  /** Ends the calls that are running. Call it before the server stops. */
  close: () => Promise<void>;
}

export interface Handler extends HandlerControls {
  /** Answers a request. Never rejects. */
  handle: (exchange: Exchange) => Promise<Reply>;
}

const { internalError, invalidRequest, headerMismatch } = errorCodes;
const anonymous: Admission = { kind: 'admission', auth: undefined };
/** GET opens the stream of a session and DELETE ends the session. Neither has a body. */
const noBody = { parsed: undefined };

/**
 * Makes the handler behind the adapter of every host. Throws a `SetupError` if the router cannot be served. `wrapCatalog`
 * lets the test client see what is served.
 */
export function createHandler(
  router: AnyTRPCRouter,
  options: HandlerOptions & { createContext?: unknown },
  wrapCatalog: (source: CatalogSource) => CatalogSource = (source) => source,
): Handler {
  const { maxBodyBytes = defaultMaxBodyBytes, legacy = 'stateless', auth } = options;
  const bus = options.bus ?? new InMemoryServerEventBus();
  const notify = createNotifier(bus);
  const made = createParts(router, options, notify);
  const { parts } = made;
  const catalog = wrapCatalog(made.catalog);
  const { gate, info, report } = parts;
  const identify = createIdentifyCaller(options, parts.hookTimeoutMs, report);
  warnOfUnknownCallers(catalog, options);
  const lane = options.fastLane === false ? undefined : createLane(parts, legacy);
  const sdk = createSdkLeg(parts, { maxBodyBytes, bus, legacy, sessions: options.sessions });
  const choose = createChoose(parts);
  /** Whether calls may have calls as arguments. */
  const isSearched = options.discovery !== undefined && options.discovery !== 'list';
  const running = new Set<Exchange>();
  let isClosed = false;
  const serveMetadata = auth?.metadata && createMetadataReply(auth.metadata);
  const cors = options.cors && createCors(options.cors);
  const browse = createBrowse(options, parts);
  const guard = {
    ...options,
    allowedOrigins: originsOf(options.allowedOrigins, options.cors),
    serverName: info.title ?? info.name,
    hasSessions: legacy === 'sessions',
    preflight: cors?.preflight,
  };

  const admit = async (exchange: Exchange, message: unknown): Promise<Admission | Refusal | Rejection> => {
    const caller = await gate.authenticate(
      () => exchange.toRequest(),
      () => exchange.address,
    );
    if (caller.kind !== 'admission' || !auth?.authorize) return caller;
    const request = exchange.toRequest();
    const inner = isSearched ? innerHeadsOf(message) : [];
    for (const head of [...headsOf(message), ...inner]) {
      const refusal = await gate.authorize({ ...head, auth: caller.auth, request });
      if (refusal) return refusal;
    }
    return caller;
  };

  const serve = (
    exchange: Exchange,
    served: Catalog,
    known: McpAuthInfo | undefined,
    mayStream: boolean,
  ): HttpServing => ({
    exchange,
    catalog: served,
    auth: known,
    caller: identify(exchange, known),
    mayStream,
    choice: '',
    renew: async (method) => {
      const admission = auth ? await admit(exchange, { method }) : anonymous;
      if (admission.kind === 'refusal') return toRefusalOutcome(admission);
      if (admission.kind === 'rejection') return { kind: 'failure', ...unavailable };
      const renewed = serve(exchange, catalog.current!, admission.auth, mayStream);
      const chosen = await narrowServing(renewed);
      return 'error' in chosen ? { kind: 'failure', ...gone } : chosen;
    },
  });

  /** Narrows what a request is served with to what the query of its URL chooses. */
  const narrowServing = async (serving: HttpServing): Promise<HttpServing | { error: RpcError }> => {
    const { query } = serving.exchange;
    if (!query) return serving;
    const choosing = choose(serving, query);
    const choice = choosing instanceof Promise ? await choosing : choosing;
    if (choice.kind === 'wrong') return { error: choice.error };
    return { ...serving, catalog: choice.catalog, choice: choice.key };
  };

  // One function instead of three, because each async function makes every request slower.
  const answer = async (exchange: Exchange): Promise<Reply> => {
    let id: MessageId = null;
    let message: unknown;
    if (isClosed) return errorReply(503, shuttingDown);
    running.add(exchange);
    try {
      const misdirected = rejectHost(exchange);
      if (misdirected) return misdirected;
      // Served before anything else is checked: callers who are refused need it, and pages of any origin may read it.
      const metadata = exchange.method !== 'POST' && serveMetadata?.(exchange.url.pathname, exchange.method);
      if (metadata) return metadata;
      const rejected = rejectRequest(exchange, guard);
      if (rejected) return (rejected.status === 405 && (await browse(exchange))) || rejected;
      const body = exchange.method === 'POST' ? exchange.readBody(maxBodyBytes) : noBody;
      message = parseMessage(body instanceof Promise ? await body : body);
      id = idOf(message);
      const accepted = readAccept(exchange.header('accept'));
      if (!accepted.json && exchange.method === 'POST') return errorReply(406, notAcceptable, {}, id);
      // The app is asked about each message, so that they are counted first.
      if (isTooManyMessages(message, isSearched ? innerHeadsOf(message).length : 0))
        return errorReply(400, tooManyMessages);
      const admission = auth ? await admit(exchange, message) : anonymous;
      if (admission.kind === 'rejection') return rejectionReply(admission, id, options);
      const refused = admission.kind === 'refusal' ? toRefusalOutcome(admission) : undefined;
      // A refused call of a tool is answered with a tool result, so that the model reads it.
      if (refused && !isToolCall(message))
        return withStatus(errorReply(200, toRpcError(refused), {}, id), message, refused, options);
      const known = admission.kind === 'admission' ? admission.auth : undefined;
      const served: Catalog = catalog.current ?? (await catalog.whole.then(() => catalog.current!));
      let serving = serve(exchange, served, known, accepted.stream);
      // Nobody who is refused is told which toolsets there are.
      if (exchange.query && !refused) {
        const narrowed = await narrowServing(serving);
        if ('error' in narrowed) return errorReply(400, narrowed.error, {}, id);
        serving = narrowed;
      }
      const mismatch = refused ? undefined : mismatchOf(serving.catalog, message, exchange);
      if (mismatch && (await mayKnow(parts, serving, mismatch)))
        return errorReply(400, { code: headerMismatch, message: mismatch.message }, {}, id);
      // While it was read and admitted, the handler may have been closed, and what begins now would not be ended.
      if (isClosed) return errorReply(503, shuttingDown, {}, id);
      const taken = lane?.serve(serving, message, refused);
      const quick = taken instanceof Promise ? await taken : taken;
      if (quick?.reply) return withStatus(quick.reply, message, quick.outcome, options);
      const { reply, outcome } = await sdk.serve(serving, message, quick?.outcome ?? refused);
      return withStatus(reply, message, refused ?? outcome, options);
    } catch (thrown) {
      if (thrown instanceof BodyError || thrown instanceof BodyTooLarge)
        return bodyReply(thrown, maxBodyBytes);
      // What the protocol itself reads is nested too deeply. The arguments of a call are reported by the call.
      if (isStackOverflow(thrown) && isDeeper(message, maxMessageLevels))
        return errorReply(400, tooDeep, {}, id);
      // A client that hung up while it was still sending does not read the reply, and is not reported.
      const reference = exchange.signal.aborted ? crypto.randomUUID() : reportThrown(report, thrown);
      const text = `Internal error (reference ${reference})`;
      return errorReply(500, { code: internalError, message: text }, {}, id);
    } finally {
      running.delete(exchange);
    }
  };

  return {
    handle: cors ? async (exchange) => cors.share(exchange, await answer(exchange)) : answer,
    ready: createReady(catalog, parts, options.outputs),
    notify,
    async close() {
      isClosed = true;
      lane?.close();
      parts.keys.close();
      const closing = sdk.close();
      for (const exchange of running) exchange.abort();
      await closing;
    },
  };
}

/** No message that the protocol reads has as many levels. */
const maxMessageLevels = 100;

const tooDeep = { code: invalidRequest, message: 'Invalid Request: the message is nested too deeply' };

const notAcceptable = {
  code: invalidRequest,
  message: 'The answer is JSON. Send Accept: application/json, or none',
};
/** The credential cannot be checked at the moment. */
const unavailable = {
  code: 'SERVICE_UNAVAILABLE',
  text: 'SERVICE_UNAVAILABLE: the credential cannot be checked right now',
  meta: { code: 'SERVICE_UNAVAILABLE', httpStatus: 503 },
  status: 200,
} as const;

/** What was chosen is not there any more. */
const gone = {
  code: 'NOT_FOUND',
  text: 'NOT_FOUND: the toolsets in the URL are not served any more',
  meta: { code: 'NOT_FOUND', httpStatus: 404 },
  status: 200,
} as const;

const shuttingDown = { code: internalError, message: 'This MCP endpoint is shutting down' };

/** Clients of 2026 send some arguments as headers too. Returns the first argument that differs from its header. */
function mismatchOf(catalog: Catalog, message: unknown, exchange: Exchange): HeaderMismatch | undefined {
  if (!catalog.hasParamHeaders || exchange.header('mcp-protocol-version') !== revision) return undefined;
  return checkParamHeaders(catalog, message, exchange);
}

/** Whether the caller may know of the tool. For a hidden tool, wrong headers must not be answered differently from right ones. */
function mayKnow(parts: ServerParts, serving: HttpServing, { tool }: HeaderMismatch): Promise<boolean> {
  const ctx = () => createListContext(parts, serving.exchange, toBareRequest(serving, 'tools/call'));
  return isVisible(tool, ctx, parts);
}

function rejectionReply(
  { status, message, headers }: Rejection,
  id: MessageId,
  { return200ForErrors }: HandlerOptions,
): Reply {
  const error = { code: status === 503 ? internalError : invalidRequest, message };
  return return200ForErrors === true
    ? errorReply(200, error, {}, id)
    : errorReply(status, error, headers, id);
}

/** Gives the reply the status of a refusal. A stream has begun already, and a batch has several answers. */
function withStatus(
  reply: Reply,
  message: unknown,
  outcome: Outcome | undefined,
  { return200ForErrors }: HandlerOptions,
): Reply {
  if (outcome?.kind !== 'failure' || outcome.status === 200 || return200ForErrors === true) return reply;
  // Only the result of a tool can say that it failed, so that the model reads it.
  const isForModel = outcome.status === 403 && outcome.isOfProcedure && isToolCall(message);
  if (return200ForErrors === 'forbidden' && isForModel) return reply;
  if (typeof reply.body !== 'string' || reply.body.startsWith('[')) return reply;
  const { status, challenge } = outcome;
  return {
    ...reply,
    status,
    headers: { ...reply.headers, ...(challenge && { 'www-authenticate': challenge }) },
  };
}
