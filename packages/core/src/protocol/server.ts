import {
  type AuthInfo,
  type CacheHint,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
  type Tool as SdkTool,
} from '@modelcontextprotocol/server';
import { type CallParts, type Outcome, textOf, toRefused } from '../call/call.ts';
import type { McpRequest } from '../call/context.ts';
import { authRefusalOf } from '../call/error.ts';
import { listVisible } from '../call/visible.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Era } from '../catalog/tool.ts';
import { callByName, createListContext, unknownTool } from './call-by-name.ts';
import type { Exchange } from './exchange.ts';
import type { ServerInfo } from './options.ts';

/** What a server instance works with. Made once for a handler. */
export interface ServerParts extends CallParts {
  info: ServerInfo;
  /** Whether everybody who may ask gets the same lists. */
  isPublic: boolean;
}

/** One request while the SDK has it. */
export interface Serving {
  exchange: Exchange;
  catalog: Catalog;
  auth: AuthInfo | undefined;
  /** The answer to every call, when the gate lets none in. */
  refused: Outcome | undefined;
  /** What became of the call, for the HTTP status of the answer. */
  outcome: Outcome | undefined;
}

/** The lists hold until the app is deployed anew, which nobody can foresee. */
const listTtlMs = 300_000;

/** How long, and for whom, what is listed holds. */
export function cacheHintsOf(
  parts: ServerParts,
  catalog: Catalog,
): Record<'server/discover' | 'tools/list', CacheHint> {
  const cacheScope = parts.isPublic ? 'public' : 'private';
  return {
    'server/discover': { ttlMs: listTtlMs, cacheScope },
    'tools/list': { ttlMs: listTtlMs, cacheScope: catalog.hasHidden ? 'private' : cacheScope },
  };
}

/** A server for one request: the SDK's own hold one conversation, and answers must never cross. */
export function createServer(parts: ServerParts, serving: Serving, era: Era): Server {
  const { exchange, catalog } = serving;
  const { instructions, ...info } = parts.info;
  const server = new Server(info, {
    capabilities: { tools: {} },
    cacheHints: cacheHintsOf(parts, catalog),
    ...(instructions !== undefined && { instructions }),
  });

  const toRequest = ({ mcpReq }: ServerContext): McpRequest => ({
    tool: undefined,
    era,
    client: server.getClientVersion(),
    auth: serving.auth,
    signal: mcpReq.signal,
  });
  const listForCaller = async (request: McpRequest) => {
    const ctx = createListContext(exchange, request);
    // Who has to sign in is told so; any other failure hides what asks for the context, and nothing else.
    const refusal = await ctx.then(
      () => undefined,
      (thrown: unknown) => authRefusalOf(thrown, parts.gate),
    );
    if (!refusal) return listVisible(catalog, era, ctx, parts);
    serving.outcome = toRefused(refusal);
    throw new ProtocolError(ProtocolErrorCode.InvalidRequest, textOf(serving.outcome));
  };

  server.setRequestHandler('tools/list', async (_, context) => {
    const tools = catalog.hasHidden ? await listForCaller(toRequest(context)) : catalog.list[era];
    // The SDK's type spells out JSON, which these schemas are.
    return { tools: tools as unknown as SdkTool[] };
  });

  server.setRequestHandler('tools/call', async ({ params }, context) => {
    if (serving.refused) return serving.refused.result;
    const outcome = await callByName(parts, serving, params.name, params.arguments, toRequest(context));
    serving.outcome = outcome;
    if (outcome) return outcome.result;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, unknownTool(params.name));
  });
  return server;
}
