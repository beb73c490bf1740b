import {
  type AuthInfo,
  type CacheHint,
  inputRequired,
  ProtocolError,
  ProtocolErrorCode,
  type Result,
  Server,
  type ServerCapabilities,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { CallHost, CallParts } from '../call/call.ts';
import type { CallRequest } from '../call/active-call.ts';
import { type Outcome, textOf, toRefused } from '../call/outcome.ts';
import type { AskState } from '../call/ask.ts';
import { authRefusalOf } from '../call/error.ts';
import { isPermitted } from '../call/permitted.ts';
import { isVisible, listVisible } from '../call/visible.ts';
import type { Callable } from '../catalog/callable.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ListedResource } from '../catalog/resource.ts';
import { appMimeType } from '../catalog/resource.ts';
import type { Era } from '../catalog/tool.ts';
import { type RpcError, toAnswer, toRpcError } from './answer.ts';
import {
  type CallMethod,
  callNamed,
  type CallParams,
  createListContext,
  findResource,
} from './call-by-name.ts';
import { complete } from './completion.ts';
import type { Exchange } from './exchange.ts';
import type { ServerInfo } from './options.ts';
import { listResources } from './resource-list.ts';
import { bindingOf, callerOf, type StateSeal } from './state.ts';
import { mostSubscriptions } from './subscription.ts';
import { traceOf } from './trace.ts';

/** What a server instance works with. Made once for a handler. */
export interface ServerParts extends CallParts {
  listing: 'all' | 'permitted' | undefined;
  info: ServerInfo;
  /** Whether everybody who may ask gets the same lists. */
  isPublic: boolean;
  seal: StateSeal;
}

/** One request while the SDK has it. */
export interface Serving {
  exchange: CallHost;
  catalog: Catalog;
  auth: AuthInfo | undefined;
  /** What is known before the SDK has it: that the gate lets none in, or that a call which ran has to ask. */
  settled: Outcome | undefined;
  /** What became of the call, for the HTTP status of the answer. */
  outcome: Outcome | undefined;
}

/** One that came over HTTP. */
export interface HttpServing extends Serving {
  exchange: Exchange;
}

/** The lists hold until the app is deployed anew, which nobody can foresee. */
const listTtlMs = 300_000;

type ListMethod =
  'server/discover' | 'tools/list' | 'prompts/list' | 'resources/list' | 'resources/templates/list';

/** How long, and for whom, what is listed holds. */
export function cacheHintsOf(parts: ServerParts, catalog: Catalog): Record<ListMethod, CacheHint> {
  const discover: CacheHint = { ttlMs: listTtlMs, cacheScope: parts.isPublic ? 'public' : 'private' };
  const list: CacheHint = {
    ttlMs: catalog.isLive ? 0 : listTtlMs,
    cacheScope: catalog.hasHidden ? 'private' : discover.cacheScope!,
  };
  // What a query lists changes with the data, and depends on who asks.
  const isQueried = catalog.templates.some(({ lister }) => lister);
  return {
    'server/discover': discover,
    'tools/list': list,
    'prompts/list': list,
    'resources/list': isQueried ? { ttlMs: 0, cacheScope: 'private' } : list,
    'resources/templates/list': list,
  };
}

/** What this catalog can do, for clients that can listen for changes and for those that cannot. */
export function capabilitiesOf(
  { info }: ServerParts,
  { prompts, resources, templates }: Catalog,
  isListening: boolean,
): ServerCapabilities {
  const listChanged = isListening && { listChanged: true };
  const hasResources = resources.size + templates.length > 0;
  const hasApps = [...resources.values()].some(({ mimeType }) => mimeType === appMimeType);
  return {
    tools: { ...listChanged },
    ...(prompts.size > 0 && { prompts: { ...listChanged } }),
    ...(hasResources && { resources: { subscribe: true, ...listChanged } }),
    ...(prompts.size + templates.length > 0 && { completions: {} }),
    ...(hasApps && { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: [appMimeType] } } }),
    ...info.capabilities,
  };
}

/** Whom a server serves. The SDK's hold one conversation each, and answers must never cross. */
export interface Conversation {
  era: Era;
  catalog: Catalog;
  /** What serves the request that the SDK is at. */
  servingOf: (context: ServerContext) => Serving;
  /** With a session: the URIs that the client wants to hear of. */
  subscribed: Set<string> | undefined;
}

/** A server for one request, or for a session. */
export function createServer(parts: ServerParts, conversation: Conversation): Server {
  const { era, servingOf, subscribed } = conversation;
  const { instructions, capabilities: _, ...info } = parts.info;
  const isListening = era === 'modern' || subscribed !== undefined;
  const capabilities = capabilitiesOf(parts, conversation.catalog, isListening);
  const server = new Server(info, {
    capabilities,
    cacheHints: cacheHintsOf(parts, conversation.catalog),
    requestState: { verify: (state, context) => parts.seal.verify(state, context) },
    ...(instructions !== undefined && { instructions }),
  });

  const toRequest = (context: ServerContext): CallRequest => {
    const { mcpReq } = context;
    return {
      id: mcpReq.id,
      method: mcpReq.method,
      era,
      client: server.getClientVersion(),
      capabilities: server.getClientCapabilities(),
      auth: servingOf(context).auth,
      signal: mcpReq.signal,
      trace: traceOf(mcpReq._meta),
      sdk: context,
      canAsk: isListening,
      state: undefined,
      caller: () => callerOf(servingOf(context)),
    };
  };

  const call = async (method: CallMethod, params: CallParams, context: ServerContext): Promise<Result> => {
    const serving = servingOf(context);
    const outcome = serving.settled ?? (await run(method, params, context));
    serving.outcome = outcome;
    if (outcome?.open) {
      const { requests, answers, consent } = outcome.open;
      const bind = await bindingOf(serving, method, params);
      const state: AskState = { bind, answers, ...(consent && { consent, nonce: crypto.randomUUID() }) };
      const requestState = await parts.seal.seal(state, context);
      return inputRequired({ inputRequests: requests, requestState });
    }
    const answer = toAnswer(method, params, outcome);
    if ('error' in answer) throw toProtocolError(answer.error);
    return answer.result;
  };
  const run = async (method: CallMethod, params: CallParams, context: ServerContext) => {
    const serving = servingOf(context);
    const state = context.mcpReq.requestState<AskState>();
    if (state && state.bind !== (await bindingOf(serving, method, params))) {
      const message = 'Invalid or expired requestState: it belongs to another call';
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, message);
    }
    return callNamed(parts, serving, method, params, { ...toRequest(context), state });
  };

  const refuse = (serving: Serving, outcome: Outcome): never => {
    serving.outcome = outcome;
    throw toProtocolError(toRpcError(outcome.failed!, textOf(outcome.failed!, outcome.challenge)));
  };
  /** Who has to sign in is told so; any other failure hides what asks for the context, and nothing else. */
  const createContext = async (serving: Serving, request: CallRequest): Promise<unknown> => {
    const ctx = createListContext(serving.exchange, request);
    const refusal = await ctx.then(
      () => undefined,
      (thrown: unknown) => authRefusalOf(thrown, parts.gate),
    );
    if (!refusal) return ctx;
    const refused = toRefused(refusal);
    serving.outcome = refused;
    throw new ProtocolError(ProtocolErrorCode.InvalidRequest, textOf(refused.failed!, refused.challenge));
  };
  const list = async <TListed>(
    pick: (catalog: Catalog) => Iterable<Callable & { listed: Record<Era, TListed> }>,
    context: ServerContext,
  ): Promise<TListed[]> => {
    const serving = servingOf(context);
    const items = pick(serving.catalog);
    if (!serving.catalog.hasHidden) return Array.from(items, ({ listed }) => listed[era]);
    const request = toRequest(context);
    const ctx = createContext(serving, request);
    await ctx.catch((thrown: unknown) => {
      if (serving.outcome) throw thrown;
    });
    const permits = (item: Callable) => isPermitted(item, ctx, request, parts);
    return listVisible(items, era, ctx, parts, parts.listing === 'permitted' ? permits : undefined);
  };

  // The SDK's types spell out JSON, which what is listed is.
  server.setRequestHandler('tools/list', async (_request, context) => ({
    tools: (await list(({ tools }) => tools.values(), context)) as never[],
  }));
  server.setRequestHandler(
    'tools/call',
    async ({ params }, context) => (await call('tools/call', params, context)) as never,
  );

  if (capabilities.prompts) {
    server.setRequestHandler('prompts/list', async (_request, context) => ({
      prompts: (await list(({ prompts }) => prompts.values(), context)) as never[],
    }));
    server.setRequestHandler(
      'prompts/get',
      async ({ params }, context) => (await call('prompts/get', params, context)) as never,
    );
  }

  if (capabilities.resources) {
    server.setRequestHandler('resources/list', async ({ params }, context) => {
      const serving = servingOf(context);
      const request = toRequest(context);
      const fixed: ListedResource[] = await list(({ resources }) => resources.values(), context);
      const ctx = () => createContext(serving, request);
      const page = await listResources(parts, serving, fixed, params?.cursor, request, ctx);
      if (!page) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Invalid cursor');
      return 'status' in page ? refuse(serving, page) : (page as never);
    });
    server.setRequestHandler('resources/templates/list', async (_request, context) => ({
      resourceTemplates: (await list(({ templates }) => templates, context)) as never[],
    }));
    server.setRequestHandler(
      'resources/read',
      async ({ params }, context) => (await call('resources/read', params, context)) as never,
    );
  }
  if (capabilities.resources && era === 'legacy') {
    // Without a session there is nobody to tell of a change: then it is accepted, and nothing comes of it.
    const check = async (uri: string, context: ServerContext): Promise<Result> => {
      const serving = servingOf(context);
      const found = findResource(serving.catalog, uri)?.resource;
      const ctx = () => createListContext(serving.exchange, toRequest(context));
      if (found && (await isVisible(found, ctx, parts))) return {};
      // What something hidden costs, what does not exist costs too.
      if (!found && serving.catalog.hasHidden) await ctx().catch(() => {});
      throw toProtocolError(toUnknownResource(uri));
    };
    server.setRequestHandler('resources/subscribe', async ({ params: { uri } }, context) => {
      const answer = await check(uri, context);
      if ((subscribed?.size ?? 0) < mostSubscriptions) subscribed?.add(uri);
      return answer;
    });
    server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }, context) => {
      subscribed?.delete(uri);
      return check(uri, context);
    });
  }

  if (capabilities.completions) {
    server.setRequestHandler('completion/complete', async ({ params }, context) => {
      const { ref } = params;
      const serving = servingOf(context);
      const outcome = await complete(parts, serving, params, toRequest(context));
      if (outcome?.told) return outcome.told.result as never;
      if (outcome) return refuse(serving, outcome);
      const message = `Unknown ${ref.type === 'ref/prompt' ? `prompt: ${ref.name}` : `resource: ${ref.uri}`}`;
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, message.slice(0, 100));
    });
  }
  return server;
}

function toUnknownResource(uri: string): RpcError {
  const answer = toAnswer('resources/read', { uri }, undefined);
  return (answer as { error: RpcError }).error;
}

function toProtocolError({ code, message, data }: RpcError): ProtocolError {
  return new ProtocolError(code, message, data);
}
