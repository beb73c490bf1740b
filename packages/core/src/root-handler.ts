/** A request of Node's, or of any framework on it. */
export interface NodeLikeRequest {
  method?: string | undefined;
  url?: string | undefined;
  headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The response that goes with it. */
export interface NodeLikeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body?: string): unknown;
}

/** A handler for the root of an app: for fetch hosts, for Node, and as Express middleware. */
export interface RootHandler {
  (request: Request): Response;
  (req: NodeLikeRequest, res: NodeLikeResponse, next?: () => void): void;
}

/** The answer of a document. */
export interface DocumentReply {
  status: number;
  headers: Record<string, string>;
  body: string | undefined;
}

/** What a document needs of a request. */
export interface DocumentRequest {
  /** The path of the URL. */
  path: string;
  method: string;
  /** Returns the value of a header by its lower-case name. */
  header: (name: string) => string | undefined;
}

/**
 * Makes a handler of what answers some paths. On Express (`app.use(…)`) it passes all other requests on; on other hosts it
 * answers them with 404.
 */
export function toRootHandler(answer: (request: DocumentRequest) => DocumentReply | undefined): RootHandler {
  function handle(request: Request): Response;
  function handle(req: NodeLikeRequest, res: NodeLikeResponse, next?: () => void): void;
  function handle(
    request: Request | NodeLikeRequest,
    res?: NodeLikeResponse,
    next?: () => void,
  ): Response | undefined {
    const { method = 'GET', url = '/' } = request;
    const path = URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').pathname : '';
    const reply = answer({ path, method, header: (name) => headerOf(request, name) });
    if (!reply && next) {
      next();
      return undefined;
    }
    const { status, headers, body } = reply ?? { status: 404, headers: {}, body: undefined };
    // A fetch host may pass a second argument of its own, which is no response: Next.js does.
    if (!res || isWebRequest(request)) return new Response(body ?? null, { status, headers });
    res.writeHead(status, headers);
    res.end(body);
    return undefined;
  }
  return handle;
}

function isWebRequest({ headers }: Request | NodeLikeRequest): boolean {
  return headers instanceof Headers;
}

function headerOf({ headers }: Request | NodeLikeRequest, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = headers?.[name];
  return typeof value === 'string' ? value : value?.join(', ');
}
