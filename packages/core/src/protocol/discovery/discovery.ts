import type { CallRequest } from '../../call/active-call.ts';
import type { Outcome } from '../../call/outcome.ts';
import type { DiscoveryName } from '../../catalog/front.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { describeTools } from './describe.ts';
import { runInner } from './run.ts';
import { searchTools } from './search.ts';

/** Calls one of the tools with which the others are found, described and called. */
export function callDiscovery(
  parts: ServerParts,
  serving: Serving,
  name: DiscoveryName,
  args: unknown,
  request: CallRequest,
): Promise<Outcome> {
  switch (name) {
    case 'search_tools':
      return searchTools(parts, serving, args, request);
    case 'describe_tools':
      return describeTools(parts, serving, args, request);
    default:
      return runInner(parts, serving, name, args, request);
  }
}
