import type { AuthInfo, ServerNotifier } from '@modelcontextprotocol/server';
import type { AnyTRPCRouter } from '@trpc/server';
import type { Refusal, Rejection } from '../auth/gate.ts';
import { createMetadataReply } from '../auth/resource-metadata.ts';
import { toError } from '../thrown.ts';
import { type Outcome, textOf, toRefused } from '../call/outcome.ts';
import { isVisible } from '../call/visible.ts';
import type { Catalog, CatalogSource } from '../catalog/catalog.ts';
import { createListContext, toBareRequest } from './call-by-name.ts';
import { createCors, originsOf } from './cors.ts';
import { BodyTooLarge, errorCodes, errorReply, type Exchange, type Reply } from './exchange.ts';
import { BodyError, bodyReply, parseMessage, refuse } from './guard.ts';
import { headsOf, idOf, isToolCall } from './json-rpc.ts';
import type { HandlerOptions } from './options.ts';
import { createLane, revision } from './lane.ts';
import { checkParamHeaders, type HeaderMismatch } from './header-check.ts';
import { createParts, whenReady } from './parts.ts';
import { createSdkLeg } from './sdk.ts';
import type { HttpServing, ServerParts } from './server.ts';

/** What every host's `mcpHandler` has besides its own shape. */
export interface HandlerControls {
  /** Resolves when lazy routers are loaded, and rejects with a `SetupError` when they brought problems. */
  ready: () => Promise<void>;
  /** Tells clients who listen, those of 2025 in a session, that something has changed: its lists, or what is read at a URI. */
  notify: ServerNotifier;
  /** Ends the calls that are under way. Call it before the server stops. */
  close: () => Promise<void>;
}

export interface Handler extends HandlerControls {
  /** Answers a request. Never rejects. */
  handle: (exchange: Exchange) => Promise<Reply>;
}

const { internalError, invalidRequest, headerMismatch } = errorCodes;
const anonymous = { auth: undefined };
/** A stream of a session, or its end. */
const noBody = { parsed: undefined };

/**
 * Makes the handler behind every host's adapter. Throws a `SetupError` when the router cannot be served. `wrapCatalog`
 * is for those who want to see what is served.
 */
export function createHandler(
  router: AnyTRPCRouter,
  options: HandlerOptions,
  wrapCatalog: (source: CatalogSource) => CatalogSource = (source) => source,
): Handler {
  const { maxBodyBytes = 4 * 1024 * 1024, legacy = 'stateless', auth } = options;
  const made = createParts(router, options, () => sdk.notify);
  const { parts } = made;
  const catalog = wrapCatalog(made.catalog);
  const { gate, info, report } = parts;
  const lane = options.fastLane === false ? undefined : createLane(parts, legacy);
  const sdk = createSdkLeg(parts, { maxBodyBytes, bus: options.bus, legacy, sessions: options.sessions });
  const underWay = new Set<Exchange>();
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

  const admit = async (
    exchange: Exchange,
    message: unknown,
  ): Promise<{ auth: AuthInfo | undefined } | Refusal | Rejection> => {
    const caller = await gate.authenticate(
      () => exchange.toRequest(),
      () => exchange.address,
    );
    if ('status' in caller || !auth?.authorize) return caller;
    const request = exchange.toRequest();
    for (const head of headsOf(message)) {
      const refusal = await gate.authorize({ ...head, auth: caller.auth, request });
      if (refusal) return refusal;
    }
    return caller;
  };

  // One function, not three: on the way of every request, each async function costs.
  const answer = async (exchange: Exchange): Promise<Reply> => {
    let id: ReturnType<typeof idOf> = null;
    if (isClosed) return errorReply(503, internalError, 'This MCP endpoint is shutting down');
    underWay.add(exchange);
    try {
      // Before anything is refused: it is for those who are, and for pages of any origin.
      const metadata = exchange.method !== 'POST' && serveMetadata?.(exchange.url.pathname, exchange.method);
      if (metadata) return metadata;
      const early = refuse(exchange, guard);
      if (early) return early;
      const body = exchange.method === 'POST' ? exchange.readBody(maxBodyBytes) : noBody;
      const message = parseMessage(body instanceof Promise ? await body : body);
      id = idOf(message);
      const admission = auth ? await admit(exchange, message) : anonymous;
      if ('headers' in admission) return rejectionReply(admission, id, options);
      const refused = 'status' in admission ? toRefused(admission) : undefined;
      if (refused && !isToolCall(message))
        return withStatus(refusalReply(message, refused), refused, options);
      const serving: HttpServing = {
        exchange,
        catalog: catalog.current ?? (await catalog.whole.then(() => catalog.current!)),
        auth: 'auth' in admission ? admission.auth : undefined,
        settled: refused,
        outcome: undefined,
      };
      const mismatch = refused ? undefined : mismatchOf(serving.catalog, message, exchange);
      if (mismatch && (await mayKnow(parts, serving, mismatch)))
        return errorReply(400, headerMismatch, mismatch.message, {}, id);
      const served = lane?.serve(serving, message);
      const quick = served instanceof Promise ? await served : served;
      const reply = quick ?? (await sdk.serve(serving, message));
      return withStatus(reply, refused ?? serving.outcome, options);
    } catch (thrown) {
      if (thrown instanceof BodyError || thrown instanceof BodyTooLarge)
        return bodyReply(thrown, maxBodyBytes);
      const reference = crypto.randomUUID();
      // A client that hung up while it was still sending is nobody's failure.
      if (!exchange.signal.aborted) report({ error: toError(thrown), reference }, { isForApp: true });
      return errorReply(500, internalError, `Internal error (reference ${reference})`, {}, id);
    } finally {
      underWay.delete(exchange);
    }
  };

  return {
    handle: cors ? async (exchange) => cors.share(exchange, await answer(exchange)) : answer,
    ready: () => whenReady(catalog),
    notify: sdk.notify,
    async close() {
      isClosed = true;
      for (const exchange of underWay) exchange.abort();
      await sdk.close();
    },
  };
}

/** Whatever is not the call of a tool is refused by a JSON-RPC error, in the words that a tool's result would have. */
function refusalReply(message: unknown, refused: Outcome): Reply {
  return errorReply(200, invalidRequest, textOf(refused.failed!, refused.challenge), {}, idOf(message));
}

/** Clients of 2026 send some arguments as headers too, and the two have to agree. */
function mismatchOf(catalog: Catalog, message: unknown, exchange: Exchange): HeaderMismatch | undefined {
  if (!catalog.hasParamHeaders || exchange.header('mcp-protocol-version') !== revision) return undefined;
  return checkParamHeaders(catalog, message, exchange);
}

/** A tool that is hidden from this caller is as unknown with wrong headers as with right ones. */
function mayKnow(parts: ServerParts, serving: HttpServing, { tool }: HeaderMismatch): Promise<boolean> {
  const ctx = () => createListContext(serving.exchange, toBareRequest(serving, 'tools/call'));
  return isVisible(tool, ctx, parts);
}

function rejectionReply(
  { status, message, headers }: Rejection,
  id: ReturnType<typeof idOf>,
  { return200ForErrors }: HandlerOptions,
): Reply {
  const code = status === 503 ? internalError : invalidRequest;
  return return200ForErrors
    ? errorReply(200, code, message, {}, id)
    : errorReply(status, code, message, headers, id);
}

/** An answer that streams has its status already, and a batch has no one call to speak for it. */
function withStatus(reply: Reply, outcome: Outcome | undefined, options: HandlerOptions): Reply {
  if (!outcome || outcome.status === 200 || options.return200ForErrors) return reply;
  if (typeof reply.body !== 'string' || reply.body.startsWith('[')) return reply;
  const { status, challenge } = outcome;
  return {
    ...reply,
    status,
    headers: { ...reply.headers, ...(challenge && { 'www-authenticate': challenge }) },
  };
}
