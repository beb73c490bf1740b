/** The `fetch` that the official client is given. */
type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/**
 * Makes a `fetch` that calls a handler in this process. The official client throws on HTTP 401 and 403 without
 * reading the body, so such an answer is passed on with status 200; its `_meta` has the real status. If `auth`
 * refuses the handshake, a made-up handshake is returned, so that a test can see how the next request is refused.
 */
export function createInMemoryFetch(serve: (request: Request) => Promise<Response>): Fetch {
  return async (url, init = {}) => {
    const request = new Request(url, init);
    const { method, id } = parse(init.body) as { method?: string; id?: unknown };
    const response = await serve(request);
    if (response.status !== 401 && response.status !== 403) return response;
    // A notification gets no answer, and only POST sends messages.
    if (id === undefined) return new Response(null, { status: request.method === 'POST' ? 202 : 405 });
    const answer = parse(await response.clone().text()) as { id?: unknown };
    // A refusal because of Host or Origin is not the answer to a message, so it is passed on as it is.
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
