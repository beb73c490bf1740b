import type { CallHost } from '../call/call.ts';
import { type McpRequest, toListInfo } from '../call/context.ts';
import { setDeadline } from '../call/deadline.ts';
import { reportContextError } from '../call/error.ts';
import { type FailureOutcome, toRefusalOutcome } from '../call/outcome.ts';
import { askVisible } from '../call/visible.ts';
import type { Callable } from '../catalog/callable.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ServerParts, Serving } from './serving.ts';

/** Creates the context of a request that calls no procedure. It has as much time as a call. */
export async function createListContext(
  { timeoutMs }: Pick<ServerParts, 'timeoutMs'>,
  exchange: CallHost,
  request: Omit<McpRequest, 'tool'>,
): Promise<unknown> {
  const mcp: McpRequest = { ...request, tool: undefined };
  const deadline = timeoutMs ? setDeadline(request.signal, timeoutMs) : undefined;
  try {
    const context = exchange.createContext({ info: toListInfo(exchange, request.signal), mcp });
    return await (deadline ? deadline.race(context) : context);
  } finally {
    deadline?.release();
  }
}

/** The context of a list. Where `createContext` has failed, the items that ask for a context are hidden. */
export type ListContext = { kind: 'made'; ctx: unknown } | { kind: 'failed' };

/** Creates the context of a list. Returns a refusal if `createContext` throws UNAUTHORIZED or FORBIDDEN. */
export async function readListContext(
  parts: ServerParts,
  exchange: CallHost,
  request: Omit<McpRequest, 'tool'>,
): Promise<ListContext | FailureOutcome> {
  try {
    return { kind: 'made', ctx: await createListContext(parts, exchange, request) };
  } catch (thrown) {
    const refusal = reportContextError(thrown, parts);
    return refusal ? toRefusalOutcome(refusal) : { kind: 'failed' };
  }
}

/** Whether the caller of a list may know of an item. `read` is missing if nothing was hidden when the list was asked for. */
export function mayKnowOf(
  item: Callable,
  read: ListContext | undefined,
  parts: ServerParts,
): boolean | Promise<boolean> {
  if (!item.visible) return true;
  return read?.kind === 'made' && askVisible(item, item.visible, read.ctx, parts);
}

/** Takes the same time for a missing item as for a hidden one, so that callers cannot tell them apart. */
export async function spendTimeOfHidden(
  parts: ServerParts,
  catalog: Catalog,
  readContext: () => Promise<unknown>,
): Promise<void> {
  if (!catalog.hasHidden) return;
  try {
    await readContext();
  } catch (thrown) {
    reportContextError(thrown, parts);
  }
}

/** What is known of a request of 2026 before the SDK has read it. */
export function toBareRequest({ exchange, auth }: Serving, method: string): Omit<McpRequest, 'tool'> {
  const unread = { client: undefined, capabilities: undefined, trace: undefined };
  const signal = exchange.signal ?? new AbortController().signal;
  return { ...unread, method, era: 'modern', auth, signal };
}
