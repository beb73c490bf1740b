import type { Server, ServerEvent } from '@modelcontextprotocol/server';
import type { Catalog } from '../catalog/catalog.ts';
import { errorCodes } from './exchange.ts';
import { LegacyTransport } from './legacy-transport.ts';
import type { SessionLimits } from './options.ts';
import type { Serving } from './server.ts';
import { callerOf } from './state.ts';

/** The conversations of clients of 2025. */
export interface Sessions {
  serve(serving: Serving, request: Request, message: unknown): Promise<Response>;
  /** Tells every session of a change. */
  publish(event: ServerEvent): void;
  close(): Promise<void>;
}

interface Session {
  server: Server;
  transport: LegacyTransport;
  /** Whoever opened it: nobody else may use it. */
  caller: string;
  usedAt: number;
  /** Calls that are under way; a session that has any does not end. */
  busy: number;
  /** Streams that wait for changes. They are no call, and give way when there is no other room. */
  listening: number;
  subscribed: Set<string>;
}

/** Makes the server of one session, which asks for each request what serves it. */
export type CreateSessionServer = (
  catalog: Catalog,
  servingOf: (request: Request) => Serving,
  subscribed: Set<string>,
) => Server;

export function createSessions(
  createServer: CreateSessionServer,
  { max = 1000, idleMs = 600_000 }: SessionLimits = {},
): Sessions {
  // In the order of use: the first one was used longest ago.
  const sessions = new Map<string, Session>();
  const servings = new WeakMap<Request, Serving>();
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
    // It keeps no process alive. Other hosts have timers of another kind.
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
    const server = createServer(catalog, (request) => servings.get(request)!, subscribed);
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
    async serve(serving, request, message) {
      const id = request.headers.get('mcp-session-id');
      const caller = await callerOf(serving);
      let session: Session;
      if (id !== null) {
        const found = sessions.get(id);
        // One of somebody else is none: nothing tells them apart.
        if (!found || found.caller !== caller) return unknownSession();
        session = found;
        touch(id, session);
      } else {
        if (!makeRoom()) return tooMany();
        session = await open(serving.catalog, caller);
      }
      servings.set(request, serving);
      const use = request.method === 'GET' ? 'listening' : 'busy';
      session[use]++;
      return session.transport.answer(request, message, () => {
        session[use]--;
        session.usedAt = Date.now();
      });
    },
    publish(event) {
      for (const { server, subscribed } of sessions.values())
        void tell(server, subscribed, event).catch(() => {});
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

/** Tells a client of a change. `subscribed` is what it wants to hear of, unless something else knows that. */
export async function tell(
  server: Server,
  subscribed: ReadonlySet<string> | undefined,
  event: ServerEvent,
): Promise<void> {
  switch (event.kind) {
    case 'tools_list_changed':
      return server.sendToolListChanged();
    case 'prompts_list_changed':
      return server.sendPromptListChanged();
    case 'resources_list_changed':
      return server.sendResourceListChanged();
    case 'resource_updated':
      if (subscribed?.has(event.uri) ?? true) await server.sendResourceUpdated({ uri: event.uri });
  }
}

/** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management */
function unknownSession(): Response {
  return toError(404, errorCodes.invalidRequest, 'There is no such session; initialize a new one');
}

function tooMany(): Response {
  const message = 'All sessions have calls under way; try again later, or raise the option sessions.max';
  return toError(503, errorCodes.internalError, message);
}

function toError(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status });
}
