import type { Outcome } from '../call/outcome.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { findSkillFile } from '../catalog/skills/skill-set.ts';
import { hasPrompts, hasResources, isPersonal } from './advertise.ts';
import { indexOf } from './discovery/search.ts';
import { arePersonal } from './instructions.ts';
import type { LaneAnswer } from './lane/answer.ts';
import { type AskBySdk, createCalls } from './lane/calls.ts';
import { createLists } from './lane/lists.ts';
import { isCall, readPlainRequest } from './lane/plain-request.ts';
import { toIdReply } from './lane/reply.ts';
import { isFurtherRound } from './lane/round.ts';
import { createServeInSession, type EnterSession } from './lane/session-calls.ts';
import { createWriter } from './lane/writer.ts';
import type { Legacy } from './options.ts';
import type { HttpServing, ServerParts } from './serving.ts';

/**
 * The fast lane: answers frequent, simple requests from the catalog, without the SDK. It leaves everything else to the
 * SDK before anything has run: requests that are not valid in every detail, and requests that may need more than one
 * message as their answer. Only a call that turns out to have open questions may go there after it ran, with its outcome: in a
 * session, and if the client has not said that it can be asked.
 */
export interface Lane {
  /**
   * Returns `undefined` if the SDK has to serve the request. `refused` is set if the gate has refused the call: then it is
   * answered with that, and does not run.
   */
  serve(
    serving: HttpServing,
    message: unknown,
    refused: Outcome | undefined,
  ): Promise<LaneAnswer | undefined> | LaneAnswer | undefined;
  /** Ends the calls that are running, unless they end with their exchange. */
  close(): void;
}

/** What the lane leaves to the SDK in the middle of a request. */
export interface LaneSdk {
  /** `undefined` if there are no sessions. */
  enter: EnterSession | undefined;
  serve: AskBySdk;
}

export function createLane(parts: ServerParts, legacy: Legacy, { enter, serve: askBySdk }: LaneSdk): Lane {
  const { info } = parts;
  const writer = createWriter(info);
  const lists = createLists(parts, writer.modernTail);
  const calls = createCalls(parts, writer, lists, askBySdk);
  const serveInSession = enter && createServeInSession(parts, writer, enter);

  return {
    serve(serving, message, refused) {
      const request = readPlainRequest(message, serving.exchange);
      if (!request) return undefined;
      const { id, method, era } = request;
      // Log messages need a stream.
      if (era === 'legacy' && (legacy === 'reject' || info.capabilities?.logging)) return undefined;
      const { catalog } = serving;
      if (!hasMethod(catalog, method)) return undefined;
      const hasSession =
        era === 'legacy' && legacy === 'sessions' && serving.exchange.header('mcp-session-id') !== undefined;
      if (hasSession) {
        // Whoever is refused has no part in a session.
        if (!serveInSession || refused || (method === 'tools/list' && isPersonal(catalog, method)))
          return undefined;
        const bytes = method === 'tools/list' ? lists.shared(catalog, 'legacy') : undefined;
        return serveInSession(serving, request, bytes);
      }
      // The SDK first says whether the state is valid, also to those who are refused.
      if (isFurtherRound(request)) return refused ? undefined : calls.resume(serving, request);
      const file =
        method === 'resources/read'
          ? findSkillFile(catalog.skills, request.params['uri'] as string)
          : undefined;
      if (file) return { reply: toIdReply(lists.file(file, era), id), outcome: undefined };
      if (isCall(method)) return calls.call(serving, request, refused);
      if (method === 'tools/list' && isPersonal(catalog, method)) {
        // Whoever lists searches next.
        if (catalog.front) indexOf(catalog);
        return calls.list(serving, request);
      }
      if (method === 'server/discover' && arePersonal(info)) return undefined;
      const bytes = lists.shared(catalog, method === 'tools/list' ? era : 'discover');
      return { reply: toIdReply(bytes, id), outcome: undefined };
    },
    close: calls.close,
  };
}

/** A method does not exist if the app has nothing that it could call. */
function hasMethod(catalog: Catalog, method: string): boolean {
  if (method === 'prompts/get') return hasPrompts(catalog);
  return method !== 'resources/read' || hasResources(catalog);
}
