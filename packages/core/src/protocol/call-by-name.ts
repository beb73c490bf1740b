import type { CallRequest } from '../call/active-call.ts';
import { callItem } from '../call/call.ts';
import { callTool } from '../call/call-tool.ts';
import { toContents } from '../call/contents.ts';
import { toMessages } from '../call/messages.ts';
import type { Outcome } from '../call/outcome.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { DiscoveryName } from '../catalog/front.ts';
import type { Resource } from '../catalog/resource.ts';
import { callDiscovery } from './discovery/discovery.ts';
import { createListContext, spendTimeOfHidden } from './list-context.ts';
import { toMissing } from './missing.ts';
import type { ServerParts, Serving } from './serving.ts';

/** The methods that call a procedure, which the client names. */
export type CallMethod = 'tools/call' | 'prompts/get' | 'resources/read';

export interface CallParams {
  /** The name of a tool or prompt. */
  name?: string | undefined;
  /** The URI of a resource. */
  uri?: string | undefined;
  arguments?: unknown;
}

/** Calls the item that a request names. Callers cannot tell whether it is missing or hidden from them. */
export async function callNamed(
  parts: ServerParts,
  serving: Serving,
  method: CallMethod,
  params: CallParams,
  request: CallRequest,
): Promise<Outcome | undefined> {
  const { catalog, exchange } = serving;
  if (method === 'tools/call') {
    const name = params.name!;
    const tool = catalog.tools.get(name);
    // The names of the tools to search with are taken, so that no tool of the app has one of them.
    if (!tool && catalog.front?.names.has(name))
      return callDiscovery(parts, serving, name as DiscoveryName, params.arguments, request);
    if (!tool) await spendTimeOfHidden(parts, catalog, () => createListContext(parts, exchange, request));
    const outcome = tool && (await callTool(parts, tool, params.arguments, request, exchange));
    return outcome ?? toMissing(parts, catalog, name, request, exchange);
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
  await spendTimeOfHidden(parts, catalog, () => createListContext(parts, exchange, request));
  return undefined;
}

/** Finds the resource that a URI is read from, with the values of the variables in its template. */
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
