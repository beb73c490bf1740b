import type { AdapterPayload } from 'oidc-provider';
import type { OnEvent } from '../event.ts';
import { createGuardedFetch } from './guarded-fetch.ts';
import { isLoopback, normalizeMetadata } from './metadata.ts';

/** How oidc-provider gets the documents of clients whose id is a URL, and the keys of clients. */
export interface Documents {
  /** Replaces the `fetch` of oidc-provider. */
  fetch: typeof fetch;
  /** Reads a document on this machine over http, which oidc-provider does not. For tests and development. */
  findLocal: (id: string) => Promise<AdapterPayload | undefined>;
}

/**
 * Fetches what clients publish about themselves.
 * @see https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/
 */
export async function createDocuments(allowLoopback: boolean, onEvent: OnEvent): Promise<Documents> {
  const guarded = await createGuardedFetch(allowLoopback);
  const load = async (id: string, accept: string): Promise<Response> => {
    const url = new URL(id);
    try {
      const response = await guarded(url, { accept, 'user-agent': 'trpc-mcp-oauth' });
      const published = response.status === 200 ? readPublished(await response.json()) : undefined;
      if (!published) return response;
      onEvent({
        type: 'metadata-document',
        refused: false,
        message: `${url.href} was fetched`,
        clientId: id,
      });
      return Response.json(published, { headers: keptHeaders(response) });
    } catch (cause) {
      const message = `${url.href} cannot be used: ${(cause as Error).message}`;
      onEvent({ type: 'metadata-document', refused: true, message, clientId: id, cause });
      throw cause;
    }
  };
  return {
    async fetch(input, init) {
      const id = input instanceof Request ? input.url : String(input);
      return await load(id, new Headers(init?.headers).get('accept') ?? 'application/json');
    },
    async findLocal(id) {
      if (!allowLoopback || !URL.canParse(id)) return undefined;
      const url = new URL(id);
      if (url.protocol !== 'http:' || !isLoopback(url.hostname) || url.href !== id) return undefined;
      // The log has been told why there is none.
      const response = await load(id, 'application/json').catch(() => undefined);
      if (response?.status !== 200) return undefined;
      const document = (await response.json()) as AdapterPayload;
      return document['client_id'] === id && document.client_secret === undefined ? document : undefined;
    },
  };
}

/** Reads a document of a client, or its keys, which have no `client_id`. Throws for what is neither. */
function readPublished(published: unknown): Record<string, unknown> {
  if (typeof published !== 'object' || published === null || Array.isArray(published))
    throw new Error('it is not a JSON object');
  const object = published as Record<string, unknown>;
  return Object.hasOwn(object, 'client_id') ? readDocument(object) : object;
}

/** Throws for redirect URIs that are not safe. oidc-provider checks the rest. */
function readDocument({
  token_endpoint_auth_method: method = 'none',
  client_secret,
  ...rest
}: Record<string, unknown>): Record<string, unknown> {
  return {
    ...normalizeMetadata(rest),
    // oidc-provider refuses a document with a secret, and would otherwise take a client without a method for one.
    ...(client_secret !== undefined && { client_secret }),
    token_endpoint_auth_method: method,
  };
}

function keptHeaders({ headers }: Response): Record<string, string> {
  const kept = ['cache-control', 'expires'].map((name) => [name, headers.get(name)] as const);
  return Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== null));
}
