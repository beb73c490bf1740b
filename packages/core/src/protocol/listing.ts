import type { CallRequest } from '../call/active-call.ts';
import type { FailureOutcome } from '../call/outcome.ts';
import { isPermitted } from '../call/permitted.ts';
import type { Callable } from '../catalog/callable.ts';
import { isPersonal, itemsOf, type ListedItem, type ListMethod, toEntries } from './advertise.ts';
import { type ListContext, mayKnowOf, readListContext } from './list-context.ts';
import type { ServerParts, Serving } from './serving.ts';

/**
 * Reads the context of a list, if the catalog hides something from some callers. Otherwise nothing needs it. Returns a
 * failure if `createContext` refuses the caller.
 */
export async function readContextOf(
  parts: ServerParts,
  { exchange, catalog }: Serving,
  method: ListMethod,
  request: CallRequest,
): Promise<ListContext | FailureOutcome | undefined> {
  return isPersonal(catalog, method) ? readListContext(parts, exchange, request) : undefined;
}

/** Returns the entries of a list that this caller may know of. */
export async function listEntries(
  parts: ServerParts,
  { catalog }: Serving,
  method: ListMethod,
  request: CallRequest,
  read: ListContext | undefined,
): Promise<object[]> {
  const items = [...itemsOf(catalog, method)];
  const isListed = await findListed(parts, items, request, read);
  return toEntries(
    items.filter((_item, index) => isListed[index]),
    request.era,
  );
}

/** Whether this caller may know of each item. A promise only if the app has to be waited for: a list may have thousands of tools. */
export function findListed(
  parts: ServerParts,
  items: readonly ListedItem[],
  request: CallRequest,
  read: ListContext | undefined,
): boolean[] | Promise<boolean[]> {
  const verdicts = items.map((item) => !('path' in item) || mayList(parts, item, request, read));
  const isWaiting = verdicts.some((verdict) => verdict instanceof Promise);
  if (!isWaiting) return verdicts as boolean[];
  return Promise.all(verdicts.map(async (verdict) => verdict));
}

/** Whether the app is asked if a caller may know of an item. */
export function isAsked({ listing }: ServerParts, item: ListedItem): boolean {
  if (!('path' in item)) return false;
  return item.visible !== undefined || (listing === 'permitted' && item.guards.middlewares.length > 0);
}

function mayList(
  parts: ServerParts,
  item: Callable,
  request: CallRequest,
  read: ListContext | undefined,
): boolean | Promise<boolean> {
  const isKnown = mayKnowOf(item, read, parts);
  if (isKnown === false || parts.listing !== 'permitted' || read?.kind !== 'made') return isKnown;
  if (item.guards.middlewares.length === 0) return isKnown;
  const { ctx } = read;
  if (isKnown === true) return isPermitted(item, ctx, request, parts);
  return isKnown.then((is) => is && isPermitted(item, ctx, request, parts));
}
