import { callTool, type Outcome } from '../call/call.ts';
import { type McpRequest, toListInfo } from '../call/context.ts';
import type { ServerParts, Serving } from './server.ts';

/** Calls the tool of this name. `undefined` when there is none, or none for this caller: nothing tells them apart. */
export async function callByName(
  parts: ServerParts,
  { catalog, exchange }: Serving,
  name: string,
  args: unknown,
  request: McpRequest,
): Promise<Outcome | undefined> {
  const tool = catalog.tools.get(name);
  if (tool) {
    const call = { ...request, tool: { name, path: tool.path } };
    return callTool(parts, tool, args, call, exchange);
  }
  // What a hidden tool costs, one that does not exist costs too.
  if (catalog.hasHidden) await createListContext(exchange, request).catch(() => undefined);
  return undefined;
}

/** The context of a request that calls nothing. */
export async function createListContext(
  exchange: Serving['exchange'],
  request: McpRequest,
): Promise<unknown> {
  return exchange.createContext({ info: toListInfo(exchange, request.signal), mcp: request });
}

/** A name may be as long as a body. */
export function unknownTool(name: string): string {
  return `Unknown tool: ${name.length > 100 ? `${name.slice(0, 100)}…` : name}`;
}
