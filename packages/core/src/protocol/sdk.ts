import {
  classifyInboundRequest,
  createMcpHandler,
  type RequestId,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import type { Outcome } from '../call/outcome.ts';
import type { Exchange, Reply } from './exchange.ts';
import { idOf } from './json-rpc.ts';
import { isEventStream, LegacyTransport } from './legacy-transport.ts';
import type { Legacy, SessionLimits } from './options.ts';
import { createServer, type SdkServing } from './server.ts';
import type { HttpServing, Served, ServerParts } from './serving.ts';
import { createSessions } from './session.ts';
import { narrowListening } from './subscription.ts';

/** Serves requests with the official SDK, which implements all of the protocol. */
export interface SdkLeg {
  /**
   * Answers a request. `message` is undefined for GET and DELETE of a session. `made` is how the call ended, if that is
   * known already: the gate refused it, or it ran in the fast lane and has open questions. It does not run again then.
   */
  serve(serving: HttpServing, message: unknown, made: Outcome | undefined): Promise<Served>;
  /** Ends the calls that are running. */
  close(): Promise<void>;
}

export interface SdkOptions {
  maxBodyBytes: number;
  bus: ServerEventBus;
  legacy: Legacy;
  sessions: SessionLimits | undefined;
}

export function createSdkLeg(
  parts: ServerParts,
  { maxBodyBytes, bus, legacy, sessions: limits }: SdkOptions,
): SdkLeg {
  const running = new WeakMap<Request, SdkServing>();
  const modern = createMcpHandler(
    // `requestInfo` is the request that is passed to `fetch` below, because its body is parsed already.
    ({ requestInfo }) => {
      const task = running.get(requestInfo!)!;
      const { catalog } = task.serving;
      return createServer(parts, { era: 'modern', catalog, servingOf: () => task, subscribed: undefined });
    },
    { legacy: 'reject', maxRequestBodySize: maxBodyBytes, bus },
  );

  const serveModern = async (task: SdkServing, serving: HttpServing, request: Request, message: unknown) => {
    running.set(request, task);
    return modern.fetch(request, { parsedBody: await narrowListening(parts, serving, message) });
  };

  // The server and the transport live for one request.
  const serveStateless = async (
    task: SdkServing,
    { catalog }: HttpServing,
    request: Request,
    message: unknown,
  ): Promise<Response> => {
    const server = createServer(parts, {
      era: 'legacy',
      catalog,
      servingOf: () => task,
      subscribed: undefined,
    });
    const transport = new LegacyTransport({ enableJsonResponse: !mayStream(parts, message) });
    await server.connect(transport);
    return transport.answer(request, message, (hasLeft) => {
      // A client of 2025 that has hung up has not cancelled its call, which closing the server would do.
      if (!hasLeft) void server.close();
    });
  };

  const openSessions = () => {
    const sessions = createSessions((catalog, servingOf, subscribed) => {
      return createServer(parts, {
        era: 'legacy',
        catalog,
        servingOf: ({ http }) => servingOf(http!.req!),
        subscribed,
      });
    }, limits);
    bus.subscribe((event) => sessions.publish(event));
    return sessions;
  };
  const sessions = legacy === 'sessions' ? openSessions() : undefined;
  const serveLegacy = {
    stateless: serveStateless,
    sessions: (task: SdkServing, _serving: HttpServing, request: Request, message: unknown) =>
      sessions!.serve(task, request, message),
    reject: serveModern,
  }[legacy];

  return {
    async serve(serving, message, made) {
      const outcomes = new Map<RequestId, Outcome>();
      const task: SdkServing = { serving, made, onOutcome: (id, outcome) => outcomes.set(id, outcome) };
      const request = serving.exchange.toRequest();
      const serve = isLegacy(serving.exchange, message) ? serveLegacy : serveModern;
      const reply = await toReply(await serve(task, serving, request, message));
      return { reply, outcome: outcomeOf(message, outcomes) };
    },
    async close() {
      await Promise.all([modern.close(), sessions?.close()]);
    },
  };
}

/** The outcome of the one message that is answered. A batch with several requests has several, and so none of its own. */
function outcomeOf(message: unknown, outcomes: ReadonlyMap<RequestId, Outcome>): Outcome | undefined {
  const [id = null, ...others] = [message]
    .flat()
    .map(idOf)
    .filter((each) => each !== null);
  return id === null || others.length > 0 ? undefined : outcomes.get(id);
}

/** Whether messages may come before the answer: progress that was asked for, or log messages. */
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
  // Only sessions use other methods than POST, and they are of revisions before 2026.
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
  // The host manages the connection, and HTTP/2 has no such header.
  const { connection: _, ...headers } = Object.fromEntries(response.headers);
  const body = isEventStream(response) ? response.body! : (await response.text()) || undefined;
  return { status: response.status, headers, body };
}
