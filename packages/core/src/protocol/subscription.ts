import { isVisible } from '../call/visible.ts';
import { createListContext, findResource, toBareRequest } from './call-by-name.ts';
import type { HttpServing, ServerParts } from './server.ts';

/** Of one listener. */
export const mostSubscriptions = 1000;

/**
 * A request to listen, less the resources that the caller may not read: nobody hears of changes to what is hidden. The
 * server may agree to less than what it was asked for, and says so.
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
  // What is no list of URIs is for the SDK to refuse.
  if (!uris.every((uri) => typeof uri === 'string')) return message;
  let made: Promise<unknown> | undefined;
  const ctx = () => (made ??= createListContext(serving.exchange, toBareRequest(serving, method)));
  const mayHear = await Promise.all(
    uris.slice(0, mostSubscriptions).map(async (uri) => {
      const resource = findResource(serving.catalog, uri)?.resource;
      if (!resource || parts.gate.checkScopes(serving.auth, resource.scopes)) return false;
      return isVisible(resource, ctx, parts);
    }),
  );
  const resourceSubscriptions = uris.filter((_, index) => mayHear[index]);
  return {
    ...(message as object),
    params: { ...params, notifications: { ...params!.notifications, resourceSubscriptions } },
  };
}
