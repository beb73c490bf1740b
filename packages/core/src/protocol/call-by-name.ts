import { callTool, type Outcome } from '../call/call.ts';
import { type McpRequest, toListInfo } from '../call/context.ts';
import type { ServerParts, Serving } from './server.ts';

/** Calls the tool of this name. `undefined` when there is none, or none for this caller: nothing tells them apart. */
export function callByName(
  parts: ServerParts,
  { catalog, exchange }: Serving,
  name: string,
  args: unknown,
  request: McpRequest,
): Promise<Outcome | undefined> {
  const tool = catalog.tools.get(name);
  if (tool) return callTool(parts, tool, args, { ...request, tool: { name, path: tool.path } }, exchange);
  // What a hidden tool costs, one that does not exist costs too.
  const spent = catalog.hasHidden ? createListContext(exchange, request) : Promise.resolve();
  return spent.then(nothing, nothing);
}

const nothing = () => undefined;

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
