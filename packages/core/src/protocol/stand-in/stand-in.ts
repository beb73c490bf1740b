import type { CallRequest } from '../../call/active-call.ts';
import type { Outcome } from '../../call/outcome.ts';
import type { StandInName } from '../../catalog/as-tools.ts';
import { toBadRequest } from '../discovery/refusal.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { readArguments } from './arguments.ts';
import { listAll, listPrompts } from './list.ts';
import { getAsTool, readAsTool } from './read.ts';

/**
 * Answers a call with what the methods that the tool stands in for would answer this caller. The procedures run as they do
 * for these methods: with their consents, limits and refusals.
 */
export async function callStandIn(
  parts: ServerParts,
  serving: Serving,
  name: StandInName,
  given: unknown,
  request: CallRequest,
): Promise<Outcome> {
  const { inputSchema } = serving.catalog.standIns.get(name)!.listed.modern;
  const args = readArguments(given, Object.keys(inputSchema.properties!));
  if (typeof args === 'string') return toBadRequest(args);
  switch (name) {
    case 'list_resources':
      return listAll(parts, serving, args.cursor, request);
    case 'read_resource':
      return readAsTool(parts, serving, args, request);
    default:
      return args.name === undefined
        ? listPrompts(parts, serving, args.cursor, request)
        : getAsTool(parts, serving, args.name, args.arguments, request);
  }
}
