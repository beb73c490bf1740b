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
  const load = async (url: URL, headers: Record<string, string>): Promise<Response> => {
    try {
      return await guarded(url, headers);
    } catch (cause) {
      const message = `${url.href} could not be fetched: ${(cause as Error).message}`;
      onEvent({ type: 'metadata-document', refused: true, message, clientId: url.href, cause });
      throw cause;
    }
  };
  return {
    async fetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input);
      const headers = Object.fromEntries(new Headers(init?.headers).entries());
      const response = await load(url, { ...headers, 'user-agent': 'trpc-mcp-oauth' });
      // The keys of a client are asked for as a set of keys, its document as JSON.
      if (headers['accept'] !== 'application/json' || response.status !== 200) return response;
      const document = await readDocument(response);
      onEvent({
        type: 'metadata-document',
        refused: false,
        message: `${url.href} was fetched`,
        clientId: url.href,
      });
      return Response.json(document, { headers: keptHeaders(response) });
    },
    async findLocal(id) {
      if (!allowLoopback || !URL.canParse(id)) return undefined;
      const url = new URL(id);
      if (url.protocol !== 'http:' || !isLoopback(url.hostname) || url.href !== id) return undefined;
      const response = await load(url, { accept: 'application/json' });
      const document = response.status === 200 ? await readDocument(response) : undefined;
      return document?.['client_id'] === id ? document : undefined;
    },
  };
}

/** Throws for what is not a JSON object, and for redirect URIs that are not safe. oidc-provider checks the rest. */
async function readDocument(response: Response): Promise<Record<string, unknown>> {
  const document: unknown = await response.json();
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new Error('the document is not a JSON object');
  const {
    token_endpoint_auth_method: method = 'none',
    client_secret,
    ...rest
  } = document as Record<string, unknown>;
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
