import { toAnswer } from '../answer.ts';
import { type CallMethod, callNamed, type CallParams } from '../call-by-name.ts';
import { type ReadRequest, toCallRequest } from '../call-request.ts';
import { toInternalError } from '../internal-error.ts';
import { toErrorMessage } from '../json-rpc.ts';
import type { HttpServing, ServerParts } from '../serving.ts';
import type { OpenSession } from '../session/session-call.ts';
import type { LaneAnswer } from './answer.ts';
import { toIdReply, toMessage, toReply } from './reply.ts';
import type { Writer } from './writer.ts';

/** Finds the session of a request. `undefined` if the SDK has to find out what is wrong with it. */
export type EnterSession = (serving: HttpServing) => Promise<OpenSession | undefined>;

/** Serves a request in its session: with these bytes, or else by a call. Returns `undefined` if there is no such session. */
export type ServeInSession = (
  serving: HttpServing,
  read: ReadRequest,
  bytes: Uint8Array | undefined,
) => Promise<LaneAnswer | undefined>;

/** Makes what serves the plain requests in sessions of 2025. */
export function createServeInSession(
  parts: ServerParts,
  { write }: Writer,
  enter: EnterSession,
): ServeInSession {
  const serveCall = async (
    session: OpenSession,
    serving: HttpServing,
    read: ReadRequest,
  ): Promise<LaneAnswer | undefined> => {
    const { client, capabilities, headers } = session;
    const call = session.begin(serving, read);
    if (!call) return undefined;
    const known = { ...read, client, capabilities };
    const sdk = () => call.context;
    const request = toCallRequest(serving, known, call.signal, serving.mayStream, sdk, undefined);
    const method = read.method as CallMethod;
    const params = read.params as CallParams;
    const toJsonReply = (text: string) => {
      const reply = toReply(text);
      return { ...reply, headers: { ...reply.headers, ...headers } };
    };
    const run = async () => {
      const outcome = await callNamed(parts, serving, method, params, request);
      if (outcome?.kind === 'questions') return call.handOver(outcome);
      const answer = toAnswer(method, params, outcome);
      const text = toMessage(write(answer, method, 'legacy'), read.id);
      return call.end(text, outcome, toJsonReply);
    };
    run().catch((thrown: unknown) =>
      call.fail(thrown, (late) => toErrorMessage(toInternalError(parts.report, late), read.id)),
    );
    // The client may be answered before the call has ended: with a stream, or because it has cancelled the call.
    const reply = await call.reply;
    return { reply, outcome: call.outcome };
  };

  return async (serving, read, bytes) => {
    const session = await enter(serving);
    if (!session) return undefined;
    if (!bytes) return serveCall(session, serving, read);
    const reply = toIdReply(bytes, read.id);
    return { reply: { ...reply, headers: { ...reply.headers, ...session.headers } }, outcome: undefined };
  };
}
