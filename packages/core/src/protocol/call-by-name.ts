import { callItem } from '../call/call.ts';
import type { CallRequest } from '../call/active-call.ts';
import type { Outcome } from '../call/outcome.ts';
import { toContents } from '../call/contents.ts';
import { type McpRequest, toListInfo } from '../call/context.ts';
import { toMessages } from '../call/messages.ts';
import { callTool } from '../call/call-tool.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Resource } from '../catalog/resource.ts';
import type { HttpServing, ServerParts, Serving } from './server.ts';

/** The methods that call a procedure of the app's by a name of the client's. */
export type CallMethod = 'tools/call' | 'prompts/get' | 'resources/read';

export interface CallParams {
  /** Of a tool or a prompt. */
  name?: string | undefined;
  /** Of a resource. */
  uri?: string | undefined;
  arguments?: unknown;
}

/** Calls what a request names. `undefined` when there is no such thing, or none for this caller: nothing tells them apart. */
export async function callNamed(
  parts: ServerParts,
  serving: Serving,
  method: CallMethod,
  params: CallParams,
  request: CallRequest,
): Promise<Outcome | undefined> {
  const { catalog, exchange } = serving;
  if (method === 'tools/call') {
    const tool = catalog.tools.get(params.name!);
    if (tool) return callTool(parts, tool, params.arguments, request, exchange);
  } else if (method === 'prompts/get') {
    const prompt = catalog.prompts.get(params.name!);
    if (prompt) return callItem(parts, prompt, params.arguments, request, exchange, toMessages);
  } else {
    const uri = params.uri!;
    const found = findResource(catalog, uri);
    if (found) {
      const { resource, args } = found;
      return callItem(parts, resource, args, { ...request, uri }, exchange, (_, value) =>
        toContents(resource, value, uri),
      );
    }
  }
  // What something hidden costs, what does not exist costs too.
  if (catalog.hasHidden) await createListContext(exchange, request).catch(() => {});
  return undefined;
}

/** The resource that a URI is read from, and what its variables are. */
export function findResource(
  catalog: Catalog,
  uri: string,
): { resource: Resource; args: Record<string, unknown> | undefined } | undefined {
  const fixed = catalog.resources.get(uri);
  if (fixed) return { resource: fixed, args: undefined };
  for (const resource of catalog.templates) {
    const args = resource.uri.match(uri, resource.lists);
    if (args) return { resource, args };
  }
  return undefined;
}

/** The context of a request that calls nothing. */
export async function createListContext(
  exchange: Serving['exchange'],
  request: Omit<McpRequest, 'tool'>,
): Promise<unknown> {
  const mcp: McpRequest = { ...request, tool: undefined };
  return exchange.createContext({ info: toListInfo(exchange, request.signal), mcp });
}

/** What is known of a request of 2026 before the SDK has read it. */
export function toBareRequest({ exchange, auth }: HttpServing, method: string): Omit<McpRequest, 'tool'> {
  const unread = { client: undefined, capabilities: undefined, trace: undefined };
  return { ...unread, method, era: 'modern', auth, signal: exchange.signal };
}
