import { isVisible } from '../call/visible.ts';
import { findResource } from './call-by-name.ts';
import { createListContext, spendTimeOfHidden, toBareRequest } from './list-context.ts';
import type { HttpServing, ServerParts } from './serving.ts';

/** How many resources one client can subscribe to. */
export const maxSubscriptions = 1000;

/**
 * Removes the resources that the caller may not read from a `subscriptions/listen` request, so that nobody is told of
 * changes to what is hidden. A server may agree to less than it was asked for, and its answer says so.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions
 */
export async function narrowListening(
  parts: ServerParts,
  serving: HttpServing,
  message: unknown,
): Promise<unknown> {
  const { method, params } = (message ?? {}) as {
    method?: unknown;
    params?: { notifications?: { resourceSubscriptions?: unknown } };
  };
  const uris = params?.notifications?.resourceSubscriptions;
  if (method !== 'subscriptions/listen' || !Array.isArray(uris)) return message;
  // The SDK answers a list that is not valid.
  if (!uris.every((uri) => typeof uri === 'string')) return message;
  let made: Promise<unknown> | undefined;
  const ctx = () => (made ??= createListContext(serving.exchange, toBareRequest(serving, method)));
  const mayHear = await Promise.all(
    uris.slice(0, maxSubscriptions).map(async (uri) => {
      const resource = findResource(serving.catalog, uri)?.resource;
      if (!resource) {
        await spendTimeOfHidden(serving.catalog, ctx);
        return false;
      }
      if (parts.gate.checkScopes(serving.auth, resource.scopes)) return false;
      return isVisible(resource, ctx, parts);
    }),
  );
  const resourceSubscriptions = uris.filter((_, index) => mayHear[index]);
  return {
    ...(message as object),
    params: { ...params, notifications: { ...params!.notifications, resourceSubscriptions } },
  };
}
