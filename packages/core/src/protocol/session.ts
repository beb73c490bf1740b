import type { Server, ServerEvent } from '@modelcontextprotocol/server';
import { type Caller, isSameCaller } from '../call/caller.ts';
import { toJsonText } from '../call/json-text.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { errorReply, type Reply } from './exchange.ts';
import { errorCodes, idOf, type MessageId } from './json-rpc.ts';
import { isOpening, type LegacyMessages } from './legacy-message.ts';
import { LegacyTransport } from './legacy-transport.ts';
import { notifyClient } from './notify.ts';
import type { SessionLimits } from './options.ts';
import type { SdkServing } from './server.ts';
import { Subscriptions } from './subscription.ts';

/** The sessions of clients of 2025. */
export interface Sessions {
  /** `choice` is what the URL has chosen of the catalog. */
  serve(task: SdkServing, request: Request, posted: LegacyMessages, choice: string): Promise<Reply>;
  /** Sends a change to the client of every session. */
  publish(event: ServerEvent): void;
  close(): Promise<void>;
}

interface Session {
  server: Server;
  transport: LegacyTransport;
  /** Who opened it. No other caller may use it, unless it was opened by somebody who is not known. */
  caller: Caller;
  /** What was chosen of the catalog when it was opened. It holds for all of the session. */
  choice: string;
  usedAt: number;
  /** The number of running calls. A session that has any is not ended. */
  busy: number;
  /** The number of streams that wait for changes. Sessions that have only these are ended if there is no other room. */
  listening: number;
  subscribed: Subscriptions;
}

/** Makes the server of one session. `servingOf` returns what a request is served with. */
export type CreateSessionServer = (
  catalog: Catalog,
  servingOf: (request: Request) => SdkServing,
  subscribed: Subscriptions,
) => Server;

export function createSessions(
  createServer: CreateSessionServer,
  { max = 1000, idleMs = 600_000 }: SessionLimits = {},
): Sessions {
  // Sorted by use: the first session was used longest ago.
  const sessions = new Map<string, Session>();
  const tasks = new WeakMap<Request, SdkServing>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;

  const end = async (id: string) => {
    const session = sessions.get(id);
    sessions.delete(id);
    await session?.server.close();
  };
  const touch = (id: string, session: Session) => {
    session.usedAt = Date.now();
    sessions.delete(id);
    sessions.set(id, session);
  };
  const sweep = () => {
    timer = undefined;
    const now = Date.now();
    for (const [id, { usedAt, busy, listening }] of sessions) {
      if (busy + listening === 0 && now - usedAt >= idleMs) void end(id);
    }
    schedule();
  };
  const schedule = () => {
    if (timer !== undefined || sessions.size === 0) return;
    timer = setTimeout(sweep, Math.min(idleMs, 60_000));
    // Does not keep a Node process alive. Timers of other hosts have no `unref`.
    (timer as { unref?: () => void }).unref?.();
  };
  const makeRoom = (): boolean => {
    for (const isFree of [isUnused, isWithoutCalls]) {
      for (const [id, session] of sessions) {
        if (sessions.size < max) return true;
        if (isFree(session)) void end(id);
      }
    }
    return sessions.size < max;
  };

  const open = (catalog: Catalog, caller: Caller, choice: string): Session => {
    const id = crypto.randomUUID();
    const subscribed = new Subscriptions();
    const server = createServer(catalog, (request) => tasks.get(request)!, subscribed);
    const transport = new LegacyTransport({ sessionId: id });
    const usedAt = Date.now();
    const session = { server, transport, caller, choice, usedAt, busy: 0, listening: 0, subscribed };
    touch(id, session);
    schedule();
    return session;
  };

  return {
    async serve(task, request, posted, choice) {
      const { serving } = task;
      const id = request.headers.get('mcp-session-id');
      const caller = await serving.caller();
      const errorId = posted.isBatch ? null : idOf(posted.messages[0]);
      const found = id === null ? undefined : sessions.get(id);
      // Answers the same for a session of another caller as for a missing one.
      const isTheirs = found && (isOpenToAll(found) || isSameCaller(found.caller, caller));
      let session = isTheirs ? found : undefined;
      if (session && session.choice !== choice) return otherChoice(errorId);
      // Whoever has its id may use it, but nobody may take it away from the others. Trying to is no use of it.
      if (session && request.method === 'DELETE' && isOpenToAll(session)) return endsByItself();
      if (session) {
        touch(id!, session);
      } else {
        if (!isOpening(posted)) return unknownSession(errorId);
        // It was closed while the caller was looked for.
        if (isClosed) return closed(errorId);
        if (isTooLarge(posted)) return tooLarge(errorId);
        if (!makeRoom()) return tooMany(errorId);
        session = open(serving.catalog, caller, choice);
        await session.server.connect(session.transport);
      }
      if (request.method === 'DELETE') {
        await end(id!);
        return { status: 200, headers: {}, body: undefined };
      }
      const use = request.method === 'GET' ? 'listening' : 'busy';
      session[use]++;
      const onEnd = () => {
        session[use]--;
        session.usedAt = Date.now();
      };
      if (use === 'listening') return session.transport.listen(onEnd);
      tasks.set(request, task);
      return session.transport.post({ ...posted, request, mayStream: serving.mayStream, onEnd });
    },
    publish(event) {
      for (const { server, subscribed } of sessions.values())
        void notifyClient(server, subscribed, event).catch(() => {});
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await Promise.all([...sessions.keys()].map(end));
    },
  };
}

function isOpenToAll({ caller }: Session): boolean {
  return caller.kind === 'unknown';
}

function isUnused({ busy, listening }: Session): boolean {
  return busy + listening === 0;
}

function isWithoutCalls({ busy }: Session): boolean {
  return busy === 0;
}

/** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management */
function unknownSession(id: MessageId): Reply {
  const message = 'There is no such session; initialize a new one';
  return errorReply(404, { code: errorCodes.invalidRequest, message }, {}, id);
}

/** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management */
function otherChoice(id: MessageId): Reply {
  const message =
    'This session was opened with other toolsets or another readonly in the URL; send the same, or initialize a new session';
  return errorReply(400, { code: errorCodes.invalidRequest, message }, {}, id);
}

/** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management */
function endsByItself(): Reply {
  const message =
    'The caller is not known, so that this session cannot be ended; it ends when nobody uses it';
  return errorReply(405, { code: errorCodes.invalidRequest, message }, { allow: 'GET, POST' });
}

/** What a client says of itself is kept for as long as its session. */
const maxOpeningCharacters = 65_536;

function isTooLarge({ messages }: LegacyMessages): boolean {
  return toJsonText(messages[0]).length > maxOpeningCharacters;
}

function tooLarge(id: MessageId): Reply {
  const message = `The params of initialize are larger than ${maxOpeningCharacters} characters; say less of the client`;
  return errorReply(400, { code: errorCodes.invalidParams, message }, {}, id);
}

function closed(id: MessageId): Reply {
  return errorReply(
    503,
    { code: errorCodes.internalError, message: 'This MCP endpoint is shutting down' },
    {},
    id,
  );
}

function tooMany(id: MessageId): Reply {
  const message = 'All sessions have calls under way; try again later, or raise the option sessions.max';
  return errorReply(503, { code: errorCodes.internalError, message }, {}, id);
}
