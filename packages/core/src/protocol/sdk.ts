import {
  classifyInboundRequest,
  createMcpHandler,
  InMemoryServerEventBus,
  type Server,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import type { Outcome } from '../call/outcome.ts';
import type { Store } from '../call/store.ts';
import { shareOneBudget } from '../schema/budget.ts';
import { usualAccept } from './accept.ts';
import { revision } from './advertise.ts';
import { isEventStream, passOn } from './event-stream.ts';
import { errorReply, type Exchange, type Reply } from './exchange.ts';
import { Flow } from './flow.ts';
import { toInternalError } from './internal-error.ts';
import { errorCodes, type ErrorMessage, idOf, type MessageId } from './json-rpc.ts';
import { isOpening, type LegacyMessages, readMessages, toReadable } from './legacy-message.ts';
import { LegacyTransport } from './legacy-transport.ts';
import type { Legacy, SessionLimits } from './options.ts';
import { checkMessage } from './params.ts';
import { toListenReply } from './listening/listen-reply.ts';
import { Listeners } from './listening/listeners.ts';
import { createServer, type SdkServing } from './server.ts';
import type { HttpServing, Served, ServerParts } from './serving.ts';
import { createSessions, defaultIdleMs, type Sessions } from './session.ts';
import { Share } from './session/share.ts';
import { withoutStream } from './single-answer.ts';
import { checkListening, tryReadingHere } from './subscription.ts';

/** Serves requests with the official SDK, which implements all of the protocol. */
export interface SdkLeg {
  /**
   * Answers a request. `message` is undefined for GET and DELETE of a session. `made` is how the call ended, if that is
   * known already: the gate refused it, or it ran in the fast lane and has open questions. It does not run again then.
   */
  serve: (serving: HttpServing, message: unknown, made: Outcome | undefined) => Promise<Served>;
  /** Finds the session of a request that the lane serves. `undefined` if there are no sessions. */
  enter: Sessions['enter'] | undefined;
  /** Ends the calls that are running. */
  close(): Promise<void>;
}

export interface SdkOptions {
  maxBodyBytes: number;
  bus: ServerEventBus;
  legacy: Legacy;
  sessions: SessionLimits | undefined;
  /** The app's own store, with which sessions move between processes, and the secret for what is kept there. */
  shared: { store: Store; secret: string; hasBus: boolean } | undefined;
}

export function createSdkLeg(
  parts: ServerParts,
  { maxBodyBytes, bus, legacy, sessions: limits, shared }: SdkOptions,
): SdkLeg {
  const running = new WeakMap<Request, SdkServing>();
  const modern = createMcpHandler(
    // `requestInfo` is the request that is passed to `fetch` below, because its body is parsed already.
    ({ requestInfo }) => {
      const task = running.get(requestInfo!)!;
      const { catalog } = task.serving;
      return createServer(parts, { era: 'modern', catalog, servingOf: () => task, subscribed: undefined });
    },
    // Streams are kept alive by whoever writes them, and only as long as the client reads. The SDK's own streams for clients
    // that listen end at once, so that it neither counts them nor tells them anything.
    {
      legacy: 'reject',
      maxRequestBodySize: maxBodyBytes,
      bus: new InMemoryServerEventBus(),
      keepAliveMs: 0,
      maxSubscriptions: Number.POSITIVE_INFINITY,
    },
  );
  const listeners = new Listeners(bus, parts.info);

  const serveModern = async (task: SdkServing, serving: HttpServing, request: Request, message: unknown) => {
    running.set(request, task);
    const listening = await checkListening(parts, serving, message);
    if (listening.kind === 'refused') {
      const id = idOf(message);
      const { failure, error } = listening;
      if (id !== null && failure) task.onOutcome(id, failure);
      return errorReply(failure ? 200 : 400, error, {}, id);
    }
    const response = await modern.fetch(request, { parsedBody: listening.message });
    if (!isListen(message) || !isEventStream(response)) return toReply(response);
    const headers = toHeaders(response);
    const { subscriptions } = listening;
    return toListenReply(response, headers, idOf(message), subscriptions, listeners, await serving.caller());
  };

  /** The servers of requests without a session that run still. Their clients may have left. */
  const alone = new Set<Server>();

  // The server and the transport live for one request.
  const serveStateless = async (
    task: SdkServing,
    request: Request,
    posted: LegacyMessages,
  ): Promise<Reply> => {
    const { catalog, mayStream } = task.serving;
    const server = createServer(parts, {
      era: 'legacy',
      catalog,
      servingOf: () => task,
      subscribed: undefined,
    });
    const transport = new LegacyTransport({ onIdle: () => alone.delete(server) });
    alone.add(server);
    await server.connect(transport);
    return transport.post({ ...posted, request, mayStream, onEnd: () => {} });
  };

  const openSessions = () => {
    const opened = createSessions(
      {
        createServer: (catalog, servingOf, subscribed) =>
          createServer(parts, {
            era: 'legacy',
            catalog,
            servingOf: ({ http }) => servingOf(http!.req!),
            subscribed,
          }),
        askAgain: (serving, uri) => tryReadingHere(parts, serving, uri),
        share: shared && new Share({ ...shared, bus, idleMs: limits?.idleMs ?? defaultIdleMs }),
      },
      limits,
    );
    const unsubscribe = bus.subscribe((event) => opened.publish(event));
    return {
      ...opened,
      async close() {
        unsubscribe();
        await opened.close();
      },
    };
  };
  const sessions = legacy === 'sessions' ? openSessions() : undefined;

  const serveLegacy = async (
    task: SdkServing,
    request: Request,
    message: unknown,
    choice: string,
  ): Promise<Reply> => {
    const posted = readMessages(request, message);
    if ('reply' in posted) return posted.reply;
    // Whoever is refused has no part in a session. What neither opens one nor names one needs none.
    const needsSession = !task.made && (request.headers.has('mcp-session-id') || isOpening(posted));
    return sessions && needsSession
      ? sessions.serve(task, request, posted, choice)
      : serveStateless(task, request, posted);
  };

  return {
    enter: sessions?.enter,
    async serve(serving, message, made) {
      const wrong = checkMessage(message, serving.exchange.header('mcp-protocol-version') === revision);
      if (wrong) return { reply: errorReply(400, wrong, {}, idOf(message)), outcome: undefined };
      const { exchange, mayStream } = serving;
      if (!mayStream && isListen(message)) {
        return { reply: errorReply(406, noStream, {}, idOf(message)), outcome: undefined };
      }
      if (Array.isArray(message)) shareOneBudget(message.map(argumentsOf));
      // A session may keep this request for long, and with it what the functions below refer to: so they do not refer to the
      // message.
      const id = idOf(message);
      const isBatch = Array.isArray(message);
      let outcome: Outcome | undefined;
      const flow = new Flow();
      // What comes before the answer is not read by this client, and so waits for nobody.
      if (!mayStream) flow.end();
      const task: SdkServing = { serving, made, flow, onOutcome: (_, ended) => (outcome = ended) };
      // A client that listens stays for long, and needs none of its request.
      const request = toSdkRequest(isListen(message) ? exchange.toHead() : exchange.toRequest(), mayStream);
      const isOld = isLegacy(exchange, toReadable(message));
      const isRejected = isOld && legacy === 'reject';
      const isModern = !isOld || isRejected;
      const replying = isModern
        ? serveModern(task, serving, request, message)
        : serveLegacy(task, request, message, serving.choice);
      // Not on the signal of the exchange: Node keeps that one, with its listeners, for as long as this request lives.
      if (request.signal.aborted) flow.end();
      else request.signal.addEventListener('abort', () => flow.end(), { once: true });
      const single = () => replying.then((reply) => withoutStream(reply, isBatch));
      const reply = await passOn(mayStream ? replying : single(), {
        flow,
        // A session begins its streams itself, so that clients can come back to them.
        isAwaited:
          mayStream && asksForProgress(message) && !(isOld && sessions && exchange.header('mcp-session-id')),
        onLeave: () => exchange.abort(),
        toReply: (thrown) => errorReply(500, toInternalError(parts.report, thrown), {}, id),
      });
      const completed = completeError(reply, id, isRejected);
      return { reply: completed, outcome: hasOneRequest(message) ? outcome : undefined };
    },
    async close() {
      listeners.close();
      const servers = [...alone];
      await Promise.all([modern.close(), sessions?.close(), ...servers.map((server) => server.close())]);
    },
  };
}

/** Whether an outcome is that of the whole. A batch with several requests has several, and so none of its own. */
function hasOneRequest(message: unknown): boolean {
  return [message].flat().filter((each) => idOf(each) !== null).length === 1;
}

function asksForProgress(message: unknown): boolean {
  return [message].flat().some((each) => {
    const { params } = (each ?? {}) as { params?: { _meta?: { progressToken?: unknown } } };
    return params?._meta?.progressToken !== undefined;
  });
}

function argumentsOf(message: unknown): unknown {
  return (message as { params?: { arguments?: unknown } | null } | null)?.params?.arguments;
}

const noStream = {
  code: errorCodes.invalidRequest,
  message:
    'What is listened for comes as a stream of events. Send Accept: application/json, text/event-stream',
};

function isListen(message: unknown): boolean {
  return (message as { method?: unknown } | null)?.method === 'subscriptions/listen';
}

/** The SDK serves a client of 2025 only if its header names both JSON and a stream, and looks for nothing but the names. */
function toSdkRequest(request: Request, takesStream: boolean): Request {
  const accept = request.method === 'POST' || takesStream ? usualAccept : 'application/json';
  if (request.headers.get('accept') === accept) return request;
  const headers = new Headers(request.headers);
  headers.set('accept', accept);
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
}

const upgradeHint = `This endpoint serves revision ${revision} alone: send the headers MCP-Protocol-Version: ${revision} and Mcp-Method, and name the revision in params._meta, as clients of that revision do`;

/** Adds what the SDK's errors leave out: the id of the message, and what a client of 2025 can do. */
function completeError(reply: Reply, id: MessageId, isRejected: boolean): Reply {
  const { status, body } = reply;
  if (status < 400 || typeof body !== 'string' || !body.startsWith('{')) return reply;
  const message = JSON.parse(body) as ErrorMessage;
  message.id ??= id;
  const { error } = message;
  if (isRejected && error.code === errorCodes.unsupportedVersion) error.message += `. ${upgradeHint}`;
  return { ...reply, body: JSON.stringify(message) };
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

function toHeaders(response: Response): Record<string, string> {
  // The host manages the connection, and HTTP/2 has no such header.
  const { connection: _, ...headers } = Object.fromEntries(response.headers);
  return headers;
}

async function toReply(response: Response): Promise<Reply> {
  const headers = toHeaders(response);
  const body = isEventStream(response) ? response.body! : (await response.text()) || undefined;
  return { status: response.status, headers, body };
}
