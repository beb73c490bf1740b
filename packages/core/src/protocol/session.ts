import type { Server, ServerEvent } from '@modelcontextprotocol/server';
import { toCallerKey } from '../call/caller.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { errorCodes, toErrorMessage } from './json-rpc.ts';
import { LegacyTransport } from './legacy-transport.ts';
import { notifyClient } from './notify.ts';
import type { SessionLimits } from './options.ts';
import type { SdkServing } from './server.ts';
import { callerOf } from './caller-of.ts';

/** The sessions of clients of 2025. */
export interface Sessions {
  serve(task: SdkServing, request: Request, message: unknown): Promise<Response>;
  /** Sends a change to the client of every session. */
  publish(event: ServerEvent): void;
  close(): Promise<void>;
}

interface Session {
  server: Server;
  transport: LegacyTransport;
  /** A digest of the credential of the caller who opened it. No other caller may use it. */
  caller: string;
  usedAt: number;
  /** The number of running calls. A session that has any is not ended. */
  busy: number;
  /** The number of streams that wait for changes. Sessions that have only these are ended if there is no other room. */
  listening: number;
  subscribed: Set<string>;
}

/** Makes the server of one session. `servingOf` returns what a request is served with. */
export type CreateSessionServer = (
  catalog: Catalog,
  servingOf: (request: Request) => SdkServing,
  subscribed: Set<string>,
) => Server;

export function createSessions(
  createServer: CreateSessionServer,
  { max = 1000, idleMs = 600_000 }: SessionLimits = {},
): Sessions {
  // Sorted by use: the first session was used longest ago.
  const sessions = new Map<string, Session>();
  const tasks = new WeakMap<Request, SdkServing>();
  let timer: ReturnType<typeof setTimeout> | undefined;

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

  const open = async (catalog: Catalog, caller: string): Promise<Session> => {
    const subscribed = new Set<string>();
    const server = createServer(catalog, (request) => tasks.get(request)!, subscribed);
    const session: Session = {
      server,
      transport: undefined!,
      caller,
      usedAt: Date.now(),
      busy: 0,
      listening: 0,
      subscribed,
    };
    session.transport = new LegacyTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => {
        touch(id, session);
        schedule();
      },
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await server.connect(session.transport);
    return session;
  };

  return {
    async serve(task, request, message) {
      const { serving } = task;
      const id = request.headers.get('mcp-session-id');
      const caller = toCallerKey(await callerOf(serving));
      let session: Session;
      if (id !== null) {
        const found = sessions.get(id);
        // Answers the same for a session of another caller as for a missing one.
        if (!found || found.caller !== caller) return unknownSession();
        session = found;
        touch(id, session);
      } else {
        if (!makeRoom()) return tooMany();
        session = await open(serving.catalog, caller);
      }
      tasks.set(request, task);
      const use = request.method === 'GET' ? 'listening' : 'busy';
      session[use]++;
      return session.transport.answer(request, message, () => {
        session[use]--;
        session.usedAt = Date.now();
      });
    },
    publish(event) {
      for (const { server, subscribed } of sessions.values())
        void notifyClient(server, subscribed, event).catch(() => {});
    },
    async close() {
      clearTimeout(timer);
      await Promise.all([...sessions.keys()].map(end));
    },
  };
}

function isUnused({ busy, listening }: Session): boolean {
  return busy + listening === 0;
}

function isWithoutCalls({ busy }: Session): boolean {
  return busy === 0;
}

/** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management */
function unknownSession(): Response {
  return toErrorResponse(404, errorCodes.invalidRequest, 'There is no such session; initialize a new one');
}

function tooMany(): Response {
  const message = 'All sessions have calls under way; try again later, or raise the option sessions.max';
  return toErrorResponse(503, errorCodes.internalError, message);
}

function toErrorResponse(status: number, code: number, message: string): Response {
  return Response.json(toErrorMessage({ code, message }), { status });
}
