import {
  classifyInboundRequest,
  createMcpHandler,
  type JSONRPCMessage,
  type ServerEventBus,
  type ServerNotifier,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Exchange, Reply } from './exchange.ts';
import { createServer, type ServerParts, type Serving } from './server.ts';

/** Serves a message by the official SDK, which knows every corner of the protocol. */
export interface SdkLeg {
  serve(serving: Serving, message: unknown): Promise<Reply>;
  /** Tells those who listen of a change. */
  notify: ServerNotifier;
  /** Ends the calls that are under way. */
  close(): Promise<void>;
}

export function createSdkLeg(
  parts: ServerParts,
  maxBodyBytes: number,
  bus: ServerEventBus | undefined,
): SdkLeg {
  const underWay = new WeakMap<Request, Serving>();
  const modern = createMcpHandler(
    // `requestInfo` is the request given to `fetch` below, because its body comes parsed.
    ({ requestInfo }) => createServer(parts, underWay.get(requestInfo!)!, 'modern'),
    { legacy: 'reject', maxRequestBodySize: maxBodyBytes, ...(bus && { bus }) },
  );

  const serveModern = (serving: Serving, request: Request, message: unknown) => {
    underWay.set(request, serving);
    return modern.fetch(request, { parsedBody: message });
  };

  // Stateless: a server and a transport live for one request.
  const serveLegacy = async (serving: Serving, request: Request, message: unknown): Promise<Response> => {
    const server = createServer(parts, serving, 'legacy');
    const isStreaming = mayStream(parts, message);
    const transport = new LegacyTransport({ enableJsonResponse: !isStreaming });
    await server.connect(transport);
    const close = () => server.close();
    const response = await transport
      .handleRequest(request, { parsedBody: message })
      .catch(async (thrown: unknown) => {
        await close();
        throw thrown;
      });
    if (!isStreaming || !response.body || !isEventStream(response.headers.get('content-type'))) {
      await close();
      return response;
    }
    const first = await transport.first;
    if ('method' in first) return new Response(closing(response.body, close), response);
    // It came to nothing but the answer, which as one body can have a status of its own.
    await response.body.cancel();
    await close();
    return Response.json(first);
  };

  return {
    async serve(serving, message) {
      const request = serving.exchange.toRequest();
      const serve = isLegacy(serving.exchange, message) ? serveLegacy : serveModern;
      return toReply(await serve(serving, request, message));
    },
    notify: modern.notify,
    close: () => modern.close(),
  };
}

/** Knows what it was the first to send. */
class LegacyTransport extends WebStandardStreamableHTTPServerTransport {
  #onFirst!: (message: JSONRPCMessage) => void;
  readonly first = new Promise<JSONRPCMessage>((resolve) => {
    this.#onFirst = resolve;
  });

  override send(...args: Parameters<WebStandardStreamableHTTPServerTransport['send']>): Promise<void> {
    this.#onFirst(args[0]);
    return super.send(...args);
  }
}

/** Whether something may come before the answer: progress that was asked for, or log messages. */
function mayStream({ info }: ServerParts, message: unknown): boolean {
  if (Array.isArray(message)) return false;
  const { params, id } = (message ?? {}) as {
    params?: { _meta?: { progressToken?: unknown } };
    id?: unknown;
  };
  if (id === undefined) return false;
  return params?._meta?.progressToken !== undefined || info.capabilities?.logging !== undefined;
}

/** The stream, with something to do when it has ended or nobody reads on. */
function closing(body: ReadableStream<Uint8Array>, close: () => Promise<void>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      controller.close();
      await close();
    },
    // A client of 2025 that hangs up has not cancelled: what it has started ends by itself.
    cancel: (reason) => reader.cancel(reason),
  });
}

function isLegacy(exchange: Exchange, body: unknown): boolean {
  const protocolVersionHeader = exchange.header('mcp-protocol-version');
  const mcpMethodHeader = exchange.header('mcp-method');
  const { kind } = classifyInboundRequest({
    httpMethod: exchange.method,
    body,
    ...(protocolVersionHeader !== undefined && { protocolVersionHeader }),
    ...(mcpMethodHeader !== undefined && { mcpMethodHeader }),
  });
  return kind === 'legacy';
}

async function toReply(response: Response): Promise<Reply> {
  const headers = Object.fromEntries(response.headers);
  const body = isEventStream(headers['content-type']) ? response.body! : (await response.text()) || undefined;
  return { status: response.status, headers, body };
}

function isEventStream(contentType: string | null | undefined): boolean {
  return contentType?.startsWith('text/event-stream') ?? false;
}
