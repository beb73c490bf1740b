import type { ServerNotifier } from '@modelcontextprotocol/server';
import type { AnyTRPCRouter } from '@trpc/server';
import type { McpAuthInfo } from '../meta.ts';
import type { Admission, Refusal, Rejection } from '../auth/gate.ts';
import { createMetadataReply } from '../auth/resource-metadata.ts';
import { reportThrown } from '../call/failure.ts';
import { isDeeper } from '../call/json-text.ts';
import { type Outcome, toRefusalOutcome } from '../call/outcome.ts';
import { isVisible } from '../call/visible.ts';
import type { Catalog, CatalogSource } from '../catalog/catalog.ts';
import { isCodeMode } from '../catalog/code-mode.ts';
import { isStackOverflow } from '../schema/depth.ts';
import { readAccept } from './accept.ts';
import { revision } from './advertise.ts';
import { toRpcError } from './answer.ts';
import { createIdentifyCaller, warnOfUnknownCallers } from './caller-of.ts';
import { isTooManyMessages, tooManyMessages } from './batch.ts';
import { createBrowse } from './browse.ts';
import type { CardSource } from './card/card.ts';
import { createCardReply, toServerCard } from './card/server-card.ts';
import { createCors, originsOf } from './cors.ts';
import { createEventBus } from './event-bus.ts';
import { BodyTooLarge, errorReply, type Exchange, type Reply, shuttingDown } from './exchange.ts';
import { BodyError, bodyReply, parseMessage, rejectHost, rejectRequest } from './guard.ts';
import { checkParamHeaders, type HeaderMismatch } from './header-check.ts';
import { errorCodes, headsOf, idOf, isToolCall, type MessageId, type RpcError } from './json-rpc.ts';
import { createLane } from './lane.ts';
import { createListContext, toBareRequest } from './list-context.ts';
import { defaultMaxBodyBytes, type HandlerOptions } from './options.ts';
import { createParts, createReady } from './parts.ts';
import { createInnerHeads } from './inner-heads.ts';
import { createLazyLeg } from './sdk-leg.ts';
import { createChoose } from './selection.ts';
import type { HttpServing, ServerParts } from './serving.ts';
import type { TaskJob } from './tasks/record.ts';

/** What the `mcpHandler` of every host has, besides the form that its host needs. */
export interface HandlerControls {
  /**
   * Resolves when lazy routers are loaded, and the official SDK, which is otherwise loaded with the first request that needs
   * it. Rejects with a `SetupError` if the routers have problems. In development it prints how many tools there are, the
   * tokens of their list, and the ten largest.
   */
  ready: () => Promise<void>;
  /** Tells listening clients that a list or a resource has changed. Clients of 2025 are told only in a session. */
  notify: ServerNotifier;
  /**
   * Runs a task in a worker of the app's queue: what `tasks.run` was called with is passed here, by a handler with the same
   * router, `store` and `secret`. Resolves when the call has ended, or waits for answers. A job that comes twice runs once.
   * Rejects only if the store cannot be reached.
   */
  runTask: (job: TaskJob) => Promise<void>;
  /** Ends the calls that are running. Call it before the server stops. */
  close: () => Promise<void>;
}

export interface Handler extends HandlerControls, CardSource {
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
  const bus = options.bus ?? createEventBus();
  const made = createParts(router, options, bus);
  const { parts, notify } = made;
  const catalog = wrapCatalog(made.catalog);
  const { gate, info, report } = parts;
  const identify = createIdentifyCaller(options, parts.hookTimeoutMs, report);
  warnOfUnknownCallers(catalog, options);
  const { store, secret } = options;
  const sdk = createLazyLeg(parts, {
    maxBodyBytes,
    bus,
    legacy,
    sessions: options.sessions,
    // Without a secret, the app would not have started.
    shared: store && { store, secret: secret!, hasBus: options.bus !== undefined },
  });
  const lane = options.fastLane === false ? undefined : createLane(parts, legacy, sdk);
  const checkReady = createReady(catalog, parts, options.outputs);
  const choose = createChoose(parts);
  const innerHeadsOf = createInnerHeads(options);
  const running = new Set<Exchange>();
  let isClosed = false;
  const serveMetadata = auth?.metadata && createMetadataReply(auth.metadata);
  const card = toServerCard(options);
  const serveCard = card && createCardReply(card);
  const cors = options.cors && createCors(options.cors);
  const browse = createBrowse(options, parts);
  const guard = {
    ...options,
    allowedOrigins: originsOf(options.allowedOrigins, options.cors),
    serverName: info.title ?? info.name,
    hasSessions: legacy === 'sessions',
    preflight: cors?.preflight,
  };

  const serveDocument = (exchange: Exchange): Reply | undefined => {
    if (!serveMetadata && !serveCard) return undefined;
    const { method } = exchange;
    const path = exchange.url.pathname;
    const header = (name: string) => exchange.header(name);
    return serveMetadata?.(path, method) ?? serveCard?.({ path, method, header });
  };

  const admit = async (exchange: Exchange, message: unknown): Promise<Admission | Refusal | Rejection> => {
    const caller = await gate.authenticate(
      () => exchange.toRequest(),
      () => exchange.address,
      exchange,
    );
    if (caller.kind !== 'admission' || !auth?.authorize) return caller;
    const request = exchange.toRequest();
    const inner = innerHeadsOf?.(message) ?? [];
    for (const head of [...headsOf(message), ...inner]) {
      const refusal = await gate.authorize({ ...head, auth: caller.auth, request });
      if (refusal) return refusal;
    }
    return caller;
  };

  const asksInside = auth?.authorize !== undefined && isCodeMode(options.discovery);
  const authorizeInner = (exchange: Exchange, known: McpAuthInfo | undefined, tool: string) =>
    gate.authorize({ method: 'tools/call', tool, auth: known, request: exchange.toRequest() });

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
    tasksOf: parts.tasks?.list,
    mayStream,
    authorize: asksInside ? (tool) => authorizeInner(exchange, known, tool) : undefined,
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
      const document = exchange.method !== 'POST' && serveDocument(exchange);
      if (document) return document;
      const rejected = rejectRequest(exchange, guard);
      if (rejected) return (rejected.status === 405 && (await browse(exchange))) || rejected;
      const body = exchange.method === 'POST' ? exchange.readBody(maxBodyBytes) : noBody;
      message = parseMessage(body instanceof Promise ? await body : body);
      id = idOf(message);
      const accepted = readAccept(exchange.header('accept'));
      if (!accepted.json && exchange.method === 'POST') return errorReply(406, notAcceptable, {}, id);
      // The app is asked about each message, so that they are counted first.
      if (isTooManyMessages(message, innerHeadsOf?.(message).length ?? 0))
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
    async ready() {
      await checkReady();
      await sdk.load();
    },
    notify,
    async runTask(job) {
      await catalog.whole;
      if (!parts.tasks) throw new TypeError(noTasks);
      await parts.tasks.run(job);
    },
    card,
    async close() {
      isClosed = true;
      lane?.close();
      parts.keys.close();
      const ending = parts.tasks?.close();
      const closing = sdk.close();
      for (const exchange of running) exchange.abort();
      await Promise.all([closing, ending]);
    },
  };
}

/** Thrown by `runTask`. */
export const noTasks = 'no tool of this router has task in its meta, so that there is nothing to run';

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
  if (outcome?.kind === 'incapable') return { ...reply, status: 400 };
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
