import type { CallRequest } from '../call/active-call.ts';
import type { Outcome } from '../call/outcome.ts';
import type { StandInName } from '../catalog/as-tools.ts';
import type { DiscoveryName } from '../catalog/front.ts';
import type { Tool } from '../catalog/tool.ts';
import { callCode } from './code/call-code.ts';
import { callDiscovery } from './discovery/discovery.ts';
import { createListContext, spendTimeOfHidden } from './list-context.ts';
import { toMissing } from './missing.ts';
import { getPrompt, readResource } from './named-item.ts';
import type { ServerParts, Serving } from './serving.ts';
import { callStandIn } from './stand-in/stand-in.ts';
import { runTool } from './tasks/run-tool.ts';

/** The methods that call a procedure, which the client names. */
export type CallMethod = 'tools/call' | 'prompts/get' | 'resources/read';

export interface CallParams {
  /** The name of a tool or prompt. */
  name?: string | undefined;
  /** The URI of a resource. */
  uri?: string | undefined;
  arguments?: unknown;
}

/**
 * Calls the item that a request names. Callers cannot tell whether it is missing or hidden from them. Not an async function,
 * because each one on the way makes a call slower, and most tools are hidden from nobody.
 */
export function callNamed(
  parts: ServerParts,
  serving: Serving,
  method: CallMethod,
  params: CallParams,
  request: CallRequest,
): Promise<Outcome | undefined> {
  const tool = method === 'tools/call' ? serving.catalog.tools.get(params.name!) : undefined;
  if (tool && !mayBeHidden(tool)) return runTool(parts, serving, tool, params.arguments, request);
  return findAndCall(parts, serving, method, params, request);
}

/** Whether the outcome may be that the tool, or what its dry run calls, is hidden. */
function mayBeHidden({ visible, dryRunner, task }: Tool): boolean {
  return visible !== undefined || dryRunner !== undefined || task !== undefined;
}

async function findAndCall(
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
    if (!tool && catalog.front?.names.has(name)) {
      const { code } = catalog.front;
      if (code) return callCode(parts, serving, code, name, params.arguments, request);
      return callDiscovery(parts, serving, name as DiscoveryName, params.arguments, request);
    }
    if (!tool && catalog.standIns.has(name))
      return callStandIn(parts, serving, name as StandInName, params.arguments, request);
    if (!tool) await spendTimeOfHidden(parts, catalog, () => createListContext(parts, exchange, request));
    const outcome = tool && (await runTool(parts, serving, tool, params.arguments, request));
    return outcome ?? toMissing(parts, catalog, name, request, exchange);
  }
  return method === 'prompts/get'
    ? getPrompt(parts, serving, params.name!, params.arguments, request)
    : readResource(parts, serving, params.uri!, request);
}
