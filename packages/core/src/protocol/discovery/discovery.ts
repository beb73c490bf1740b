import type { CallRequest } from '../../call/active-call.ts';
import type { Outcome } from '../../call/outcome.ts';
import type { DiscoveryName } from '../../catalog/front.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { describeTools } from './describe.ts';
import { takeSearchPoint } from './limit.ts';
import { runInner } from './run.ts';
import { searchTools } from './search.ts';

/** Calls one of the tools with which the others are found, described and called. */
export async function callDiscovery(
  parts: ServerParts,
  serving: Serving,
  name: DiscoveryName,
  args: unknown,
  request: CallRequest,
): Promise<Outcome> {
  // Calls inside of a call count one by one.
  const isSearch = name === 'search_tools' || name === 'describe_tools';
  const limited = isSearch && (await takeSearchPoint(parts, name, request));
  if (limited) return limited;
  switch (name) {
    case 'search_tools':
      return searchTools(parts, serving, args, request);
    case 'describe_tools':
      return describeTools(parts, serving, args, request);
    default:
      return runInner(parts, serving, name, args, request);
  }
}
