import type { ServerEvent } from '@modelcontextprotocol/server';
import { type Caller, isSameCaller, toCallerKey } from '../call/caller.ts';
import { toJsonText } from '../call/json-text.ts';
import type { Rehearsal } from '../call/rehearse.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ReadRequest } from './call-request.ts';
import type { CheckingServer } from './checking-server.ts';
import type { Reply } from './exchange.ts';
import { idOf, type MessageId } from './json-rpc.ts';
import { isOpening, type LegacyMessages } from './legacy-message.ts';
import { LegacyTransport } from './legacy-transport.ts';
import { notifyClient } from './notify.ts';
import type { SessionLimits } from './options.ts';
import type { SdkServing } from './server.ts';
import type { HttpServing, Serving } from './serving.ts';
import { kindOf, readEventId } from './session/event-id.ts';
import { FactKeeper, type KeptFacts, readFacts } from './session/fact-keeper.ts';
import type { SessionFacts } from './session/facts.ts';
import {
  away,
  closed,
  endsByItself,
  otherChoice,
  tooLarge,
  tooMany,
  unknownPlace,
  unknownSession,
} from './session/refusal.ts';
import { Room } from './session/room.ts';
import { type OpenSession, SessionCall } from './session/session-call.ts';
import { SessionLink, type SharedParts } from './session/session-link.ts';
import { type Share, readSignal, type Signal } from './session/share.ts';
import { SharedSession } from './session/shared-session.ts';
import { Subscriptions } from './subscription.ts';
import { isUuid } from '../uuid.ts';
import { unref } from '../timer.ts';

/** The sessions of clients of 2025. */
export interface Sessions {
  /** `choice` is what the URL has chosen of the catalog. */
  serve(task: SdkServing, request: Request, posted: LegacyMessages, choice: string): Promise<Reply>;
  /**
   * Finds the session of a plain request, for the lane. Returns `undefined` if the request cannot use it, or if the SDK has to
   * serve it: while the client is subscribed to resources, because what it may read is looked up with its latest request, and
   * where connections are closed after a time, because a stream may then begin before the answer.
   */
  enter: (serving: HttpServing) => Promise<OpenSession | undefined>;
  /** Sends a change to the client of every session, and hears what other processes tell of sessions. */
  publish(event: ServerEvent): void;
  close(): Promise<void>;
}

interface Session {
  id: string;
  server: CheckingServer;
  transport: LegacyTransport;
  link: SessionLink;
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
  /** What the last request was served with. Kept only for a client that hears of changes. */
  latest: Serving | undefined;
}

export interface SessionParts {
  /** Makes the server of one session. `servingOf` returns what a request is served with. */
  createServer: (
    catalog: Catalog,
    servingOf: (request: Request) => SdkServing,
    subscribed: Subscriptions,
  ) => CheckingServer;
  /** Asks whether a client that has subscribed in another process could read a resource. */
  askAgain: (serving: Serving, uri: string) => Promise<Rehearsal>;
  /** What several processes share. `undefined` if sessions belong to this process. */
  share: Share | undefined;
}

export const defaultIdleMs = 600_000;

/** From this part of all sessions on, a caller makes no room by ending the sessions of others. */
const shareOfCaller = 0.1;

const longestTimerMs = 2 ** 31 - 1;

export function createSessions(
  { createServer, askAgain, share }: SessionParts,
  {
    max = 1000,
    idleMs = defaultIdleMs,
    keptBytes = 64 * 2 ** 20,
    retryMs = 1000,
    connectionMs,
  }: SessionLimits = {},
): Sessions {
  // Sorted by use: the first session was used longest ago.
  const sessions = new Map<string, Session>();
  /** The same sessions, by their keys in the store. */
  const shared = new Map<string, Session>();
  /** Those that this process takes up from another one. */
  const arriving = new Map<string, Promise<Session>>();
  const tasks = new WeakMap<Request, SdkServing>();
  const servingOf = (request: Request) => tasks.get(request)!;
  const streams = {
    room: new Room(keptBytes),
    // A decimal would not be understood, and timers of clients end at once after a longer time.
    retryMs: Math.min(Math.ceil(retryMs), longestTimerMs),
    connectionMs: connectionMs !== undefined && connectionMs <= longestTimerMs ? connectionMs : undefined,
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;

  /** Ends a session in this process. */
  const end = async (session: Session) => {
    if (sessions.get(session.id) === session) sessions.delete(session.id);
    const key = session.link.shared?.session.key;
    if (key !== undefined && shared.get(key) === session) shared.delete(key);
    await session.server.close();
  };
  const touch = (session: Session) => {
    session.usedAt = Date.now();
    sessions.delete(session.id);
    sessions.set(session.id, session);
    if (session.link.shared) shared.set(session.link.shared.session.key, session);
  };
  /** Keeps a session in the store while it has calls or streams, unless it was ended elsewhere. */
  const renew = async (session: Session) => {
    if ((await session.link.shared?.keeper.look()) === 'over') await end(session);
  };
  const sweep = () => {
    timer = undefined;
    const now = Date.now();
    for (const session of sessions.values()) {
      session.link.sweep(now - idleMs);
      if (!isUnused(session)) void renew(session);
      else if (now - session.usedAt >= idleMs) void end(session);
    }
    schedule();
  };
  const schedule = () => {
    if (timer !== undefined || sessions.size === 0) return;
    timer = setTimeout(sweep, Math.min(idleMs, 60_000));
    // Does not keep a Node process alive. Timers of other hosts have no `unref`.
    unref(timer);
  };
  /** Makes room for a session of this caller. Who has more than a share of all sessions gives up their own; the unknown are one. */
  const makeRoom = (caller: Caller): boolean => {
    if (sessions.size < max) return true;
    const own = [...sessions.values()].filter((session) => isSameCaller(session.caller, caller));
    const givers = own.length >= Math.max(1, max * shareOfCaller) ? own : [...sessions.values()];
    for (const isFree of [isUnused, isWithoutCalls]) {
      for (const session of givers) {
        if (sessions.size < max) return true;
        if (isFree(session)) void end(session);
      }
    }
    return sessions.size < max;
  };

  /** Does here what the client has done in another process. */
  const apply = async (session: Session, { level, uris }: SessionFacts) => {
    // At once: what the client does here meanwhile is not undone.
    session.subscribed.replace(uris, (uri) => () => askAgain(session.latest!, uri));
    if (level) await session.server.setLevel(level);
  };
  const toShared = (session: Session, key: string, kept: KeptFacts | undefined): SharedParts => {
    const { caller } = session;
    const owner = caller.kind === 'unknown' ? undefined : toCallerKey(caller);
    const options = {
      share: share!,
      key,
      owner,
      idleMs,
      collect: () => collectFacts(session),
      apply: (facts: SessionFacts) => apply(session, facts),
    };
    return { session: new SharedSession(share!, key, owner), keeper: new FactKeeper(options, kept) };
  };

  /** Makes a session, of which `kept` is known if another process has opened it. `key` is that in the store. */
  const create = async (
    id: string,
    key: string | undefined,
    catalog: Catalog,
    { caller, choice }: Pick<SessionFacts, 'caller' | 'choice'>,
    kept?: KeptFacts,
  ): Promise<Session> => {
    const subscribed = new Subscriptions();
    const server = createServer(catalog, servingOf, subscribed);
    const link = new SessionLink(id, streams, server);
    const transport = new LegacyTransport({ session: link });
    const session: Session = {
      id,
      server,
      transport,
      link,
      caller,
      choice,
      usedAt: Date.now(),
      // Until it can be used, it does not make room for others.
      busy: 1,
      listening: 0,
      subscribed,
      latest: undefined,
    };
    if (key !== undefined) link.shared = toShared(session, key, kept);
    touch(session);
    schedule();
    await server.connect(transport);
    if (kept) {
      transport.setInitialized();
      await server.takeUp(kept.facts.hello);
      await apply(session, kept.facts);
    }
    session.busy--;
    return session;
  };

  /** Takes a session up that another process has opened, once for all requests that come at the same time. */
  const takeUp = (
    id: string,
    key: string,
    catalog: Catalog,
    kept: KeptFacts,
  ): Promise<Session> | Session | undefined => {
    const known = arriving.get(id) ?? sessions.get(id);
    if (known || !makeRoom(kept.facts.caller)) return known;
    const making = create(id, key, catalog, kept.facts, kept).finally(() => arriving.delete(id));
    arriving.set(id, making);
    return making;
  };

  /** Finds the session that a request names. Returns a reply if the request cannot use it. */
  const find = async (
    id: string,
    { serving }: Pick<SdkServing, 'serving'>,
    choice: string,
    errorId: MessageId,
  ): Promise<Session | Reply> => {
    const caller = await serving.caller();
    const known = (await arriving.get(id)) ?? sessions.get(id);
    // Answers the same for a session of another caller as for a missing one.
    if (known && !mayUse(known, caller)) return unknownSession(errorId);
    if (known?.link.shared && (await known.link.shared.keeper.look()) === 'over') {
      await end(known);
      return unknownSession(errorId);
    }
    // It may have made room for another one.
    if (known && sessions.get(id) === known) return known.choice === choice ? known : otherChoice(errorId);
    if (!share || !isUuid(id)) return unknownSession(errorId);
    const key = await share.keyOf(id);
    const kept = await readFacts(share, key).catch(() => 'away' as const);
    if (kept === 'away') return away(errorId);
    if (!kept || !mayUse(kept.facts, caller)) return unknownSession(errorId);
    if (kept.facts.choice !== choice) return otherChoice(errorId);
    if (isClosed) return closed(errorId);
    return (await takeUp(id, key, serving.catalog, kept)) ?? tooMany(errorId);
  };

  /** Ends a session in all other processes. Resolves with `false` if the store cannot be reached. */
  const forget = async ({ link: { shared: kept } }: Session): Promise<boolean> => {
    if (!share || !kept) return true;
    const { key } = kept.session;
    try {
      // Nobody writes at this time what they have read before.
      await share.alone(key, () => share.delete(key));
    } catch {
      return false;
    }
    share.tell(key, { type: 'ended' });
    return true;
  };

  const count = (session: Session, use: 'busy' | 'listening') => {
    session[use]++;
    let isCounted = true;
    return () => {
      if (!isCounted) return;
      isCounted = false;
      session[use]--;
      session.usedAt = Date.now();
    };
  };

  /** Opens the stream on which the client hears of changes, or goes on with one that it has lost. */
  const listen = async (session: Session, request: Request): Promise<Reply> => {
    const { link } = session;
    const lastEventId = request.headers.get('last-event-id');
    if (!lastEventId || !link.canResume) return link.listen(count(session, 'listening'));
    const place = readEventId(lastEventId);
    if (!place) return unknownPlace();
    const onEnd = count(session, kindOf(place.stream) === 'call' ? 'busy' : 'listening');
    const { reply, hasGap } = link.resume(place, onEnd);
    if (hasGap) tellAnyChange(session);
    if (reply) return reply;
    const followed = await link.follow(place, onEnd).catch(() => 'away' as const);
    if (typeof followed === 'object') return followed;
    onEnd();
    return followed === 'away' ? away(null) : unknownPlace();
  };

  const hear = ({ session: key, ...signal }: Signal & { session: string }) => {
    const session = shared.get(key);
    if (!session?.link.shared) return;
    switch (signal.type) {
      case 'ended':
        return void end(session);
      case 'changed':
        // Whoever asks next is told then.
        return session.listening > 0 ? void session.link.shared.keeper.look() : undefined;
      case 'taken':
        return session.link.release(signal.stream);
      case 'message':
        void session.link.shared.session
          .readMessage(signal.at)
          .then((message) => message && session.transport.receive(message))
          .catch(() => {});
    }
  };

  const beginCall = (session: Session, serving: HttpServing, read: ReadRequest): SessionCall | undefined => {
    const { server, transport } = session;
    if (transport.isClosed) return undefined;
    const adopt = (request: Request, task: SdkServing) => void tasks.set(request, task);
    return new SessionCall({ server, transport, adopt, onEnd: count(session, 'busy') }, serving, read);
  };

  return {
    async enter(serving) {
      const id = serving.exchange.header('mcp-session-id')!;
      const session = await find(id, { serving }, serving.choice, null);
      if (!('server' in session) || sessions.get(id) !== session) return undefined;
      const { server, subscribed, link } = session;
      const capabilities = server.getClientCapabilities();
      if (!capabilities || !subscribed.isEmpty || link.connectionMs !== undefined) return undefined;
      touch(session);
      return {
        client: server.getClientVersion(),
        capabilities,
        headers: session.transport.headers,
        begin: (served, read) => beginCall(session, served, read),
      };
    },
    async serve(task, request, posted, choice) {
      const { serving } = task;
      const id = request.headers.get('mcp-session-id');
      const errorId = posted.isBatch ? null : idOf(posted.messages[0]);
      const found = id === null ? undefined : await find(id, task, choice, errorId);
      let session = found && 'server' in found ? found : undefined;
      if (!session) {
        // A client that has lost its session may open a new one in its place.
        if (!isOpening(posted) || (found as Reply | undefined)?.status === 400)
          return (found as Reply | undefined) ?? unknownSession(errorId);
        const newId = crypto.randomUUID();
        const key = await share?.keyOf(newId);
        const caller = await serving.caller();
        // It was closed while the caller was looked for.
        if (isClosed) return closed(errorId);
        if (isTooLarge(posted)) return tooLarge(maxOpeningCharacters, errorId);
        if (!makeRoom(caller)) return tooMany(errorId);
        session = await create(newId, key, serving.catalog, { caller, choice });
      } else {
        // Whoever has its id may use it, but nobody may take it away from the others. Trying to is no use of it.
        if (request.method === 'DELETE' && isOpenToAll(session)) return endsByItself();
      }
      // It has made room for another one just now.
      if (sessions.get(session.id) !== session)
        return share || session !== found ? tooMany(errorId) : unknownSession(errorId);
      touch(session);
      if (request.method === 'DELETE') {
        if (!(await forget(session))) return away(errorId);
        await end(session);
        return { status: 200, headers: {}, body: undefined };
      }
      if (share && (request.method === 'GET' || !session.subscribed.isEmpty)) session.latest = serving;
      if (request.method === 'GET') return listen(session, request);
      tasks.set(request, task);
      const onEnd = count(session, 'busy');
      return session.transport.post({ ...posted, request, mayStream: serving.mayStream, onEnd });
    },
    publish(event) {
      const signal = share && readSignal(event, share.node);
      if (signal) return hear(signal);
      for (const { server, subscribed } of sessions.values())
        void notifyClient(server, subscribed, event).catch(() => {});
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await Promise.all([...sessions.values()].map(end));
      await share?.close();
    },
  };
}

function collectFacts({ caller, choice, server, subscribed }: Session): SessionFacts {
  return {
    caller,
    choice,
    hello: {
      protocolVersion: server.getNegotiatedProtocolVersion()!,
      capabilities: server.getClientCapabilities()!,
      clientInfo: server.getClientVersion()!,
    },
    level: server.level,
    uris: subscribed.uris,
  };
}

/** Tells a client that may have missed changes that everything may have changed. */
function tellAnyChange({ server, subscribed }: Session): void {
  const events: ServerEvent[] = [
    { kind: 'tools_list_changed' },
    { kind: 'prompts_list_changed' },
    { kind: 'resources_list_changed' },
    ...subscribed.uris.map((uri): ServerEvent => ({ kind: 'resource_updated', uri })),
  ];
  for (const event of events) void notifyClient(server, subscribed, event).catch(() => {});
}

function mayUse(session: Pick<Session, 'caller'>, caller: Caller): boolean {
  return isOpenToAll(session) || isSameCaller(session.caller, caller);
}

function isOpenToAll({ caller }: Pick<Session, 'caller'>): boolean {
  return caller.kind === 'unknown';
}

function isUnused({ busy, listening }: Session): boolean {
  return busy + listening === 0;
}

function isWithoutCalls({ busy }: Session): boolean {
  return busy === 0;
}

/** What a client says of itself is kept for as long as its session. */
const maxOpeningCharacters = 65_536;

function isTooLarge({ messages }: LegacyMessages): boolean {
  return toJsonText(messages[0]).length > maxOpeningCharacters;
}
