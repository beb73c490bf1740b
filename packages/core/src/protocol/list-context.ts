import type { CallHost } from '../call/call.ts';
import { type McpRequest, toListInfo } from '../call/context.ts';
import { authRefusalOf } from '../call/error.ts';
import { type FailureOutcome, toRefusalOutcome } from '../call/outcome.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ServerParts, Serving } from './serving.ts';

/** Creates the context of a request that calls no procedure. */
export async function createListContext(
  exchange: CallHost,
  request: Omit<McpRequest, 'tool'>,
): Promise<unknown> {
  const mcp: McpRequest = { ...request, tool: undefined };
  return exchange.createContext({ info: toListInfo(exchange, request.signal), mcp });
}

/**
 * Creates the context of a list. Returns a refusal if `createContext` throws UNAUTHORIZED or FORBIDDEN. If it throws
 * anything else, `ctx` rejects: that hides the items that need the context, and lists the others.
 */
export async function readListContext(
  parts: ServerParts,
  exchange: CallHost,
  request: Omit<McpRequest, 'tool'>,
): Promise<{ kind: 'context'; ctx: Promise<unknown> } | FailureOutcome> {
  const ctx = createListContext(exchange, request);
  const refusal = await ctx.then(
    () => undefined,
    (thrown: unknown) => authRefusalOf(thrown, parts),
  );
  return refusal ? toRefusalOutcome(refusal) : { kind: 'context', ctx };
}

/** Takes the same time for a missing item as for a hidden one, so that callers cannot tell them apart. */
export async function spendTimeOfHidden(
  catalog: Catalog,
  readContext: () => Promise<unknown>,
): Promise<void> {
  if (catalog.hasHidden) await readContext().catch(() => {});
}

/** What is known of a request of 2026 before the SDK has read it. */
export function toBareRequest({ exchange, auth }: Serving, method: string): Omit<McpRequest, 'tool'> {
  const unread = { client: undefined, capabilities: undefined, trace: undefined };
  const signal = exchange.signal ?? new AbortController().signal;
  return { ...unread, method, era: 'modern', auth, signal };
}
