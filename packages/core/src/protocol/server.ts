import {
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
  type Tool as SdkTool,
} from '@modelcontextprotocol/server';
import type { AnyTRPCRouter } from '@trpc/server';
import { callTool, type Outcome } from '../call/call.ts';
import type { McpCall } from '../call/context.ts';
import type { Report } from '../call/failure.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Era, Tool } from '../catalog/tool.ts';
import type { Exchange } from './exchange.ts';
import type { ServerInfo } from './options.ts';

/** What a server instance works with. Made once for a handler. */
export interface ServerParts {
  router: AnyTRPCRouter;
  info: ServerInfo;
  report: Report;
}

/** One request while the SDK has it. */
export interface Serving {
  exchange: Exchange;
  catalog: Catalog;
  /** What became of the call, for the HTTP status of the answer. */
  outcome: Outcome | undefined;
}

/** Nothing in the lists depends on who asks. They hold until the app is deployed anew, which nobody can foresee. */
const listCache = { ttlMs: 300_000, cacheScope: 'public' } as const;

/** A server for one request: the SDK's own hold one conversation, and answers must never cross. */
export function createServer(parts: ServerParts, serving: Serving, era: Era): Server {
  const { instructions, ...info } = parts.info;
  const server = new Server(info, {
    capabilities: { tools: {} },
    cacheHints: { 'server/discover': listCache, 'tools/list': listCache },
    ...(instructions !== undefined && { instructions }),
  });
  // The SDK's type spells out JSON, which these schemas are.
  const tools = serving.catalog.list[era] as unknown as SdkTool[];
  server.setRequestHandler('tools/list', () => ({ tools }));
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const tool = serving.catalog.tools.get(params.name);
    if (!tool)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${shorten(params.name)}`);
    const call = toCall(tool, context, era, server);
    serving.outcome = await callTool(
      parts.router,
      tool,
      params.arguments,
      call,
      serving.exchange,
      parts.report,
    );
    return serving.outcome.result;
  });
  return server;
}

function toCall(tool: Tool, context: ServerContext, era: Era, server: Server): McpCall {
  const { name, path } = tool;
  return { tool: { name, path }, era, client: server.getClientVersion(), signal: context.mcpReq.signal };
}

function shorten(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name;
}
