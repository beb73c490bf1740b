import { toStandInRules } from '../catalog/as-tools.ts';
import { isCodeMode } from '../catalog/code-mode.ts';
import { headsOfInnerCalls } from './discovery/inner-call.ts';
import type { MessageHead } from './json-rpc.ts';
import type { HandlerOptions } from './options.ts';
import { headsOfStandIn } from './stand-in/arguments.ts';

/**
 * Makes the function that finds what the gate is asked about besides the messages themselves: each call inside of a call,
 * and each method that a tool stands in for. `undefined` where there is no such tool.
 */
export function createInnerHeads({
  discovery = 'list',
  asTools,
}: Pick<HandlerOptions, 'discovery' | 'asTools'>): ((message: unknown) => MessageHead[]) | undefined {
  const standIns = toStandInRules(asTools);
  // What code calls is known only while it runs.
  const isSearched = discovery !== 'list' && !isCodeMode(discovery);
  if (!isSearched && !standIns.resources && !standIns.prompts) return undefined;
  return (message) =>
    [message].flat().flatMap((one) => {
      const { method, params } = (one ?? {}) as { method?: unknown; params?: Record<string, unknown> | null };
      if (method !== 'tools/call' || !params) return [];
      const { name, arguments: args } = params;
      return [...(isSearched ? headsOfInnerCalls(name, args) : []), ...headsOfStandIn(name, args, standIns)];
    });
}
