import {
  classifyInboundRequest,
  createMcpHandler,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Exchange, Reply } from './exchange.ts';
import { createServer, type ServerParts, type Serving } from './server.ts';

/** Serves a message by the official SDK, which knows every corner of the protocol. */
export interface SdkLeg {
  serve(serving: Serving, message: unknown): Promise<Reply>;
  /** Ends the calls that are under way. */
  close(): Promise<void>;
}

export function createSdkLeg(parts: ServerParts, maxBodyBytes: number): SdkLeg {
  const underWay = new WeakMap<Request, Serving>();
  const modern = createMcpHandler(
    // `requestInfo` is the request given to `fetch` below, because its body comes parsed.
    ({ requestInfo }) => createServer(parts, underWay.get(requestInfo!)!, 'modern'),
    { legacy: 'reject', maxRequestBodySize: maxBodyBytes },
  );

  const serveModern = (serving: Serving, request: Request, message: unknown) => {
    underWay.set(request, serving);
    return modern.fetch(request, { parsedBody: message });
  };

  // Stateless: a server and a transport live for one request. Its answer is one JSON body, so that a call that is
  // refused can still have a status of its own.
  const serveLegacy = async (serving: Serving, request: Request, message: unknown) => {
    const server = createServer(parts, serving, 'legacy');
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    try {
      return await transport.handleRequest(request, { parsedBody: message });
    } finally {
      await server.close();
    }
  };

  return {
    async serve(serving, message) {
      const request = serving.exchange.toRequest();
      const serve = isLegacy(serving.exchange, message) ? serveLegacy : serveModern;
      return toReply(await serve(serving, request, message));
    },
    close: () => modern.close(),
  };
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
  const isStream = headers['content-type']?.startsWith('text/event-stream');
  const body = isStream ? response.body! : (await response.text()) || undefined;
  return { status: response.status, headers, body };
}
