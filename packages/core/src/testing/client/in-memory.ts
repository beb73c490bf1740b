/** What the official client calls in place of `fetch`. */
type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/**
 * A `fetch` that ends in a handler of this process. Clients throw on HTTP 401 and 403 and never look at the body; here
 * it reaches them, with the status in its `_meta`. A gate that refuses to shake hands does not keep a test from
 * asking: every later request is refused again, in its own words.
 */
export function createInMemoryFetch(serve: (request: Request) => Promise<Response>): Fetch {
  return async (url, init = {}) => {
    const request = new Request(url, init);
    const { method, id } = parse(init.body) as { method?: string; id?: unknown };
    const response = await serve(request);
    if (response.status !== 401 && response.status !== 403) return response;
    // A notification wants no answer, and nothing but messages is posted.
    if (id === undefined) return new Response(null, { status: request.method === 'POST' ? 202 : 405 });
    const answer = parse(await response.clone().text()) as { id?: unknown };
    // What is refused before it is read, for its Host or Origin, is no answer to a message.
    if (answer.id !== id) return response;
    const result = handshakes[method ?? ''];
    return Response.json(result ? { jsonrpc: '2.0', id, result } : answer);
  };
}

const capabilities = { tools: {}, resources: {}, prompts: {}, completions: {} };

const handshakes: Record<string, object | undefined> = {
  'server/discover': {
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities,
    ttlMs: 0,
    cacheScope: 'private',
  },
  initialize: {
    protocolVersion: '2025-11-25',
    capabilities,
    serverInfo: { name: 'refusing', version: '0.0.0' },
  },
};

function parse(text: unknown): object {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
