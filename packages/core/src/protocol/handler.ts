import { InMemoryServerEventBus, type ServerNotifier } from '@modelcontextprotocol/server';
import type { AnyTRPCRouter } from '@trpc/server';
import type { Admission, Refusal, Rejection } from '../auth/gate.ts';
import { createMetadataReply } from '../auth/resource-metadata.ts';
import { reportThrown } from '../call/failure.ts';
import { type Outcome, toRefusalOutcome } from '../call/outcome.ts';
import { isVisible } from '../call/visible.ts';
import type { Catalog, CatalogSource } from '../catalog/catalog.ts';
import { revision } from './advertise.ts';
import { toRpcError } from './answer.ts';
import { createCors, originsOf } from './cors.ts';
import { BodyTooLarge, errorReply, type Exchange, type Reply } from './exchange.ts';
import { BodyError, bodyReply, parseMessage, rejectRequest } from './guard.ts';
import { checkParamHeaders, type HeaderMismatch } from './header-check.ts';
import { errorCodes, headsOf, idOf, isToolCall, type MessageId } from './json-rpc.ts';
import { createLane } from './lane.ts';
import { createListContext, toBareRequest } from './list-context.ts';
import { createNotifier } from './notify.ts';
import { defaultMaxBodyBytes, type HandlerOptions } from './options.ts';
import { createParts, whenReady } from './parts.ts';
import { createSdkLeg } from './sdk.ts';
import type { HttpServing, ServerParts } from './serving.ts';

/** What the `mcpHandler` of every host has, besides the form that its host needs. */
export interface HandlerControls {
  /** Resolves when lazy routers are loaded. Rejects with a `SetupError` if they have problems. */
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
  options: HandlerOptions,
  wrapCatalog: (source: CatalogSource) => CatalogSource = (source) => source,
): Handler {
  const { maxBodyBytes = defaultMaxBodyBytes, legacy = 'stateless', auth } = options;
  const bus = options.bus ?? new InMemoryServerEventBus();
  const notify = createNotifier(bus);
  const made = createParts(router, options, notify);
  const { parts } = made;
  const catalog = wrapCatalog(made.catalog);
  const { gate, info, report } = parts;
  const lane = options.fastLane === false ? undefined : createLane(parts, legacy);
  const sdk = createSdkLeg(parts, { maxBodyBytes, bus, legacy, sessions: options.sessions });
  const running = new Set<Exchange>();
  let isClosed = false;
  const serveMetadata = auth?.metadata && createMetadataReply(auth.metadata);
  const cors = options.cors && createCors(options.cors);
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
    for (const head of headsOf(message)) {
      const refusal = await gate.authorize({ ...head, auth: caller.auth, request });
      if (refusal) return refusal;
    }
    return caller;
  };

  // One function instead of three, because each async function makes every request slower.
  const answer = async (exchange: Exchange): Promise<Reply> => {
    let id: MessageId = null;
    if (isClosed) return errorReply(503, shuttingDown);
    running.add(exchange);
    try {
      // Served before anything is checked: callers who are refused need it, and pages of any origin may read it.
      const metadata = exchange.method !== 'POST' && serveMetadata?.(exchange.url.pathname, exchange.method);
      if (metadata) return metadata;
      const rejected = rejectRequest(exchange, guard);
      if (rejected) return rejected;
      const body = exchange.method === 'POST' ? exchange.readBody(maxBodyBytes) : noBody;
      const message = parseMessage(body instanceof Promise ? await body : body);
      id = idOf(message);
      const admission = auth ? await admit(exchange, message) : anonymous;
      if (admission.kind === 'rejection') return rejectionReply(admission, id, options);
      const refused = admission.kind === 'refusal' ? toRefusalOutcome(admission) : undefined;
      // A refused call of a tool is answered with a tool result, so that the model reads it.
      if (refused && !isToolCall(message))
        return withStatus(errorReply(200, toRpcError(refused), {}, id), refused, options);
      const serving: HttpServing = {
        exchange,
        catalog: catalog.current ?? (await catalog.whole.then(() => catalog.current!)),
        auth: admission.kind === 'admission' ? admission.auth : undefined,
      };
      const mismatch = refused ? undefined : mismatchOf(serving.catalog, message, exchange);
      if (mismatch && (await mayKnow(parts, serving, mismatch)))
        return errorReply(400, { code: headerMismatch, message: mismatch.message }, {}, id);
      const taken = lane?.serve(serving, message, refused);
      const quick = taken instanceof Promise ? await taken : taken;
      if (quick?.reply) return withStatus(quick.reply, quick.outcome, options);
      const { reply, outcome } = await sdk.serve(serving, message, quick?.outcome ?? refused);
      return withStatus(reply, refused ?? outcome, options);
    } catch (thrown) {
      if (thrown instanceof BodyError || thrown instanceof BodyTooLarge)
        return bodyReply(thrown, maxBodyBytes);
      // A client that hung up while it was still sending does not read the reply, and is not reported.
      const reference = exchange.signal.aborted ? crypto.randomUUID() : reportThrown(report, thrown);
      const message = `Internal error (reference ${reference})`;
      return errorReply(500, { code: internalError, message }, {}, id);
    } finally {
      running.delete(exchange);
    }
  };

  return {
    handle: cors ? async (exchange) => cors.share(exchange, await answer(exchange)) : answer,
    ready: () => whenReady(catalog),
    notify,
    async close() {
      isClosed = true;
      for (const exchange of running) exchange.abort();
      await sdk.close();
    },
  };
}

const shuttingDown = { code: internalError, message: 'This MCP endpoint is shutting down' };

/** Clients of 2026 send some arguments as headers too. Returns the first argument that differs from its header. */
function mismatchOf(catalog: Catalog, message: unknown, exchange: Exchange): HeaderMismatch | undefined {
  if (!catalog.hasParamHeaders || exchange.header('mcp-protocol-version') !== revision) return undefined;
  return checkParamHeaders(catalog, message, exchange);
}

/** Whether the caller may know of the tool. For a hidden tool, wrong headers must not be answered differently from right ones. */
function mayKnow(parts: ServerParts, serving: HttpServing, { tool }: HeaderMismatch): Promise<boolean> {
  const ctx = () => createListContext(serving.exchange, toBareRequest(serving, 'tools/call'));
  return isVisible(tool, ctx, parts);
}

function rejectionReply(
  { status, message, headers }: Rejection,
  id: MessageId,
  { return200ForErrors }: HandlerOptions,
): Reply {
  const error = { code: status === 503 ? internalError : invalidRequest, message };
  return return200ForErrors ? errorReply(200, error, {}, id) : errorReply(status, error, headers, id);
}

/** Gives the reply the status of a refusal. A stream has begun already, and a batch has several answers. */
function withStatus(reply: Reply, outcome: Outcome | undefined, options: HandlerOptions): Reply {
  if (outcome?.kind !== 'failure' || outcome.status === 200 || options.return200ForErrors) return reply;
  if (typeof reply.body !== 'string' || reply.body.startsWith('[')) return reply;
  const { status, challenge } = outcome;
  return {
    ...reply,
    status,
    headers: { ...reply.headers, ...(challenge && { 'www-authenticate': challenge }) },
  };
}
