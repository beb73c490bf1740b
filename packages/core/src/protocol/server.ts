import {
  type AuthInfo,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
  type Tool as SdkTool,
} from '@modelcontextprotocol/server';
import { callTool, type CallParts, type Outcome, textOf, toRefused } from '../call/call.ts';
import { type McpRequest, toListInfo } from '../call/context.ts';
import { authRefusalOf } from '../call/error.ts';
import { listVisible } from '../call/visible.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Era } from '../catalog/tool.ts';
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

/** A server for one request: the SDK's own hold one conversation, and answers must never cross. */
export function createServer(parts: ServerParts, serving: Serving, era: Era): Server {
  const { exchange, catalog } = serving;
  const { instructions, ...info } = parts.info;
  const cacheScope = parts.isPublic ? 'public' : 'private';
  const listScope = catalog.hasHidden ? 'private' : cacheScope;
  const server = new Server(info, {
    capabilities: { tools: {} },
    cacheHints: {
      'server/discover': { ttlMs: listTtlMs, cacheScope },
      'tools/list': { ttlMs: listTtlMs, cacheScope: listScope },
    },
    ...(instructions !== undefined && { instructions }),
  });

  const toRequest = ({ mcpReq }: ServerContext): McpRequest => ({
    tool: undefined,
    era,
    client: server.getClientVersion(),
    auth: serving.auth,
    signal: mcpReq.signal,
  });
  const createContext = async (request: McpRequest) =>
    exchange.createContext({ info: toListInfo(exchange, request.signal), mcp: request });

  const listForCaller = async (request: McpRequest) => {
    const ctx = createContext(request);
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
    const request = toRequest(context);
    const tool = catalog.tools.get(params.name);
    if (tool) {
      const call = { ...request, tool: { name: tool.name, path: tool.path } };
      const outcome = await callTool(parts, tool, params.arguments, call, exchange);
      serving.outcome = outcome;
      if (outcome) return outcome.result;
    } else if (catalog.hasHidden) {
      // What a hidden tool costs, one that does not exist costs too: nothing tells them apart.
      await createContext(request).catch(() => undefined);
    }
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${shorten(params.name)}`);
  });
  return server;
}

function shorten(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name;
}
