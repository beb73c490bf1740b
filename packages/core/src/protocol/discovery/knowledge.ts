import type { CallRequest } from '../../call/active-call.ts';
import type { FailureOutcome } from '../../call/outcome.ts';
import { isPermitted } from '../../call/permitted.ts';
import type { Tool } from '../../catalog/tool.ts';
import { mayKnowOf, readListContext } from '../list-context.ts';
import type { ServerParts, Serving } from '../serving.ts';

/** What a caller may know of, in a list or of what was found. */
export interface Knowledge {
  kind: 'knowledge';
  /** What `createContext` made, where it was asked and has not failed. */
  ctx: { value: unknown } | undefined;
  mayKnow: (tool: Tool) => Promise<boolean>;
}

/** Finds out what a caller may know of. Returns a failure if `createContext` refuses the caller. */
export async function readKnowledge(
  parts: ServerParts,
  { catalog, exchange }: Serving,
  request: CallRequest,
  needsContext: boolean,
): Promise<Knowledge | FailureOutcome> {
  if (!catalog.hasHidden && !needsContext) {
    return { kind: 'knowledge', ctx: undefined, mayKnow: () => Promise.resolve(true) };
  }
  const read = await readListContext(parts, exchange, request);
  if (read.kind === 'failure') return read;
  const isPermittedTo = (tool: Tool) =>
    parts.listing !== 'permitted' || read.kind !== 'made' || isPermitted(tool, read.ctx, request, parts);
  return {
    kind: 'knowledge',
    ctx: read.kind === 'made' ? { value: read.ctx } : undefined,
    mayKnow: async (tool) => (await mayKnowOf(tool, read, parts)) && isPermittedTo(tool),
  };
}
