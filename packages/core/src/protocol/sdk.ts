import {
  classifyInboundRequest,
  createMcpHandler,
  type ServerEventBus,
  type ServerNotifier,
} from '@modelcontextprotocol/server';
import type { Exchange, Reply } from './exchange.ts';
import { isEventStream, LegacyTransport } from './legacy-transport.ts';
import type { Legacy, SessionLimits } from './options.ts';
import { createServer, type HttpServing, type ServerParts, type Serving } from './server.ts';
import { narrowListening } from './subscription.ts';
import { createSessions } from './session.ts';

/** Serves a message by the official SDK, which knows every corner of the protocol. */
export interface SdkLeg {
  /** `message` is undefined where the request has no body: a stream of a session, or its end. */
  serve(serving: HttpServing, message: unknown): Promise<Reply>;
  /** Tells those who listen of a change. */
  notify: ServerNotifier;
  /** Ends the calls that are under way. */
  close(): Promise<void>;
}

export interface SdkOptions {
  maxBodyBytes: number;
  bus: ServerEventBus | undefined;
  legacy: Legacy;
  sessions: SessionLimits | undefined;
}

export function createSdkLeg(
  parts: ServerParts,
  { maxBodyBytes, bus, legacy, sessions: limits }: SdkOptions,
): SdkLeg {
  const underWay = new WeakMap<Request, Serving>();
  const modern = createMcpHandler(
    // `requestInfo` is the request given to `fetch` below, because its body comes parsed.
    ({ requestInfo }) => {
      const serving = underWay.get(requestInfo!)!;
      const { catalog } = serving;
      return createServer(parts, { era: 'modern', catalog, servingOf: () => serving, subscribed: undefined });
    },
    { legacy: 'reject', maxRequestBodySize: maxBodyBytes, ...(bus && { bus }) },
  );

  const serveModern = async (serving: HttpServing, request: Request, message: unknown) => {
    underWay.set(request, serving);
    return modern.fetch(request, { parsedBody: await narrowListening(parts, serving, message) });
  };

  // A server and a transport live for one request.
  const serveStateless = async (
    serving: HttpServing,
    request: Request,
    message: unknown,
  ): Promise<Response> => {
    const { catalog } = serving;
    const servingOf = () => serving;
    const server = createServer(parts, { era: 'legacy', catalog, servingOf, subscribed: undefined });
    const transport = new LegacyTransport({ enableJsonResponse: !mayStream(parts, message) });
    await server.connect(transport);
    return transport.answer(request, message, (hasLeft) => {
      // To close it would cancel what a client that has left did not cancel.
      if (!hasLeft) void server.close();
    });
  };

  // Made with the first of them: until then nobody has to listen.
  const openSessions = () => {
    const sessions = createSessions((catalog, servingOf, subscribed) => {
      return createServer(parts, {
        era: 'legacy',
        catalog,
        servingOf: ({ http }) => servingOf(http!.req!),
        subscribed,
      });
    }, limits);
    modern.bus.subscribe((event) => sessions.publish(event));
    return sessions;
  };
  const sessions = legacy === 'sessions' ? openSessions() : undefined;
  const serveLegacy = {
    stateless: serveStateless,
    sessions: (...args: Parameters<typeof serveStateless>) => sessions!.serve(...args),
    reject: serveModern,
  }[legacy];

  return {
    async serve(serving, message) {
      const request = serving.exchange.toRequest();
      const serve = isLegacy(serving.exchange, message) ? serveLegacy : serveModern;
      return toReply(await serve(serving, request, message));
    },
    notify: modern.notify,
    async close() {
      await Promise.all([modern.close(), sessions?.close()]);
    },
  };
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

function isLegacy(exchange: Exchange, body: unknown): boolean {
  // A session is of before 2026, whatever is done with it.
  if (exchange.method !== 'POST') return true;
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
  // A connection is for the host to keep, and HTTP/2 knows no such header.
  const { connection: _, ...headers } = Object.fromEntries(response.headers);
  const body = isEventStream(response) ? response.body! : (await response.text()) || undefined;
  return { status: response.status, headers, body };
}
