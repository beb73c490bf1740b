import type { Outcome, QuestionsOutcome } from '../../call/outcome.ts';
import { toAnswer, toRpcError } from '../answer.ts';
import { type CallMethod, callNamed, type CallParams } from '../call-by-name.ts';
import { type ReadRequest, type Round, toCallRequest } from '../call-request.ts';
import { errorReply, type Reply } from '../exchange.ts';
import { toInternalError } from '../internal-error.ts';
import { ProgressReply } from '../progress-reply.ts';
import type { HttpServing, Served, ServerParts } from '../serving.ts';
import { sealRound } from '../state.ts';
import type { LaneAnswer } from './answer.ts';
import type { Lists } from './lists.ts';
import { toIdReply, toMessage, toReply } from './reply.ts';
import { openRound } from './round.ts';
import { isOffered, type Writer } from './writer.ts';

/** Serves requests without a session that run something of the app. */
export interface Calls {
  /** Runs a call. `refused` is set if the gate has refused it: then it is answered with that. */
  call(serving: HttpServing, read: ReadRequest, refused: Outcome | undefined): Promise<LaneAnswer>;
  /** Runs a further round of a call. Returns `undefined`, before anything has run, if its state is not valid. */
  resume(serving: HttpServing, read: ReadRequest): Promise<LaneAnswer | undefined>;
  /** Lists the tools that this caller may know of. */
  list(serving: HttpServing, read: ReadRequest): Promise<LaneAnswer>;
  /** Ends what is running, unless it ends with its exchange. */
  close: () => void;
}

/** Answers a call that ran and has questions which the client cannot be asked. */
export type AskBySdk = (serving: HttpServing, message: unknown, made: Outcome) => Promise<Served>;

export function createCalls(parts: ServerParts, writer: Writer, lists: Lists, askBySdk: AskBySdk): Calls {
  const { write, writeQuestions } = writer;
  const running = new Set<{ abort(): void }>();

  /** Asks the client. Returns `undefined` if it has not said that it answers such questions. */
  const toQuestion = async (
    serving: HttpServing,
    { id, method, params, era, capabilities }: ReadRequest,
    { open }: QuestionsOutcome,
  ): Promise<Reply | undefined> => {
    if (era === 'legacy' || !isOffered(open, capabilities)) return undefined;
    const sealed = await sealRound(parts, serving, method as CallMethod, params, open);
    return toReply(toMessage(writeQuestions(open, sealed), id));
  };

  const call = async (
    serving: HttpServing,
    read: ReadRequest,
    refused: Outcome | undefined,
    round?: Round,
  ): Promise<LaneAnswer> => {
    const { id, era } = read;
    const isModern = era === 'modern';
    // A client of 2025 that hangs up has not cancelled its call, and without a session it cannot cancel.
    const controller = isModern ? undefined : new AbortController();
    const signal = controller?.signal ?? serving.exchange.signal;
    const params = read.params as CallParams;
    const method = read.method as CallMethod;
    const token = isModern && serving.mayStream ? tokenOf(read) : undefined;
    if (token !== undefined && !refused) return callWithProgress(serving, read, token, round);
    const request = toCallRequest(serving, read, signal, isModern && serving.mayStream, undefined, round);
    if (controller) running.add(controller);
    let outcome: Outcome | undefined;
    try {
      outcome = refused ?? (await callNamed(parts, serving, method, params, request));
    } finally {
      if (controller) running.delete(controller);
    }
    if (outcome?.kind === 'questions') return { reply: await toQuestion(serving, read, outcome), outcome };
    const answer = toAnswer(method, params, outcome);
    const reply = toReply(toMessage(write(answer, method, era), id));
    return { reply, outcome };
  };

  const callWithProgress = async (
    serving: HttpServing,
    read: ReadRequest,
    token: string | number,
    round: Round | undefined,
  ): Promise<LaneAnswer> => {
    const { id } = read;
    const { exchange } = serving;
    const params = read.params as CallParams;
    const method = read.method as CallMethod;
    const line = new ProgressReply(exchange, token, (thrown) =>
      errorReply(500, toInternalError(parts.report, thrown), {}, id),
    );
    const request = toCallRequest(serving, read, exchange.signal, true, line, round);
    const run = async () => {
      const outcome = await callNamed(parts, serving, method, params, request);
      if (outcome?.kind === 'questions') {
        const question = await toQuestion(serving, read, outcome);
        if (question) return line.end(question, outcome);
        const asked = await askBySdk(serving, { jsonrpc: '2.0', id, method, params }, outcome);
        return line.end(asked.reply, asked.outcome);
      }
      const text = write(toAnswer(method, params, outcome), method, 'modern');
      return line.end(toReply(toMessage(text, id)), outcome);
    };
    // Its stream goes on after the handler has replied.
    running.add(exchange);
    run()
      .catch((thrown: unknown) => line.fail(thrown))
      .finally(() => running.delete(exchange));
    return { reply: await line.reply, outcome: line.outcome };
  };

  return {
    call,
    async resume(serving, read) {
      const round = await openRound(parts, serving, read);
      return round && call(serving, read, undefined, round);
    },
    async list(serving, read) {
      const { id, era } = read;
      const controller = era === 'modern' ? undefined : new AbortController();
      const signal = controller?.signal ?? serving.exchange.signal;
      const canAsk = era === 'modern' && serving.mayStream;
      const request = toCallRequest(serving, read, signal, canAsk, undefined, undefined);
      if (controller) running.add(controller);
      try {
        const list = await lists.personal(serving, request);
        if (list instanceof Uint8Array) return { reply: toIdReply(list, id), outcome: undefined };
        const error = `"error":${JSON.stringify(toRpcError(list))}`;
        return { reply: toReply(toMessage(error, id)), outcome: list };
      } finally {
        if (controller) running.delete(controller);
      }
    },
    close() {
      for (const each of running) each.abort();
    },
  };
}

function tokenOf({ params }: ReadRequest): string | number | undefined {
  return (params['_meta'] as { progressToken?: string | number }).progressToken;
}
