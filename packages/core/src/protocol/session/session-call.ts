import type {
  ClientCapabilities,
  Implementation,
  JSONRPCMessage,
  RequestId,
  ServerContext,
} from '@modelcontextprotocol/server';
import type { Outcome } from '../../call/outcome.ts';
import type { ReadRequest } from '../call-request.ts';
import type { CheckingServer } from '../checking-server.ts';
import { passOn } from '../event-stream.ts';
import type { Reply } from '../exchange.ts';
import { Flow } from '../flow.ts';
import type { LegacyAnswer } from '../legacy-answer.ts';
import type { LaneCall, LegacyTransport } from '../legacy-transport.ts';
import type { SdkServing } from '../server.ts';
import type { HttpServing } from '../serving.ts';

/** A session of 2025 whose plain calls the lane answers. */
export interface OpenSession {
  /** What the client said of itself when it opened the session. */
  client: Implementation | undefined;
  capabilities: ClientCapabilities;
  /** The headers of every answer in this session. */
  headers: Record<string, string>;
  /** Begins a call. Returns `undefined` if the session has ended. */
  begin(serving: HttpServing, read: ReadRequest): SessionCall | undefined;
}

/** Where a call of the lane belongs. */
export interface CallPlace {
  server: CheckingServer;
  transport: LegacyTransport;
  /** Lets the SDK's server know what a request is served with. */
  adopt: (request: Request, task: SdkServing) => void;
  /** Is called when nothing more will be sent to the client. */
  onEnd: () => void;
}

/**
 * A call that the lane runs in a session. To the session it is a call as any other: the client can cancel it, it ends with its
 * session, and the session is not ended for want of room as long as it runs. It has an answer of its own, with a stream that
 * the client can come back to, only when something has to be sent before the response: a question, or what the procedure
 * sends with `getMcpCall().sdk`.
 */
export class SessionCall implements LaneCall {
  readonly reply: Promise<Reply>;
  /** How the call ended. `undefined` if it was cancelled, or a stream has begun before. */
  outcome: Outcome | undefined;
  readonly #place: CallPlace;
  readonly #serving: HttpServing;
  readonly #read: ReadRequest;
  readonly #controller = new AbortController();
  /** The id by which the session knows it. */
  readonly #id: RequestId;
  #resolve!: (reply: Reply | Promise<Reply>) => void;
  #answer: LegacyAnswer | undefined;
  #flow: Flow | undefined;
  #context: ServerContext | undefined;
  /** Whether the client has hung up. */
  #hasLeft = false;

  constructor(place: CallPlace, serving: HttpServing, read: ReadRequest) {
    this.#place = place;
    this.#serving = serving;
    this.#read = read;
    this.reply = new Promise((resolve) => (this.#resolve = resolve));
    this.#id = place.transport.begin(read.id, read.method, this);
    const { signal } = serving.exchange;
    if (signal.aborted) this.#leave();
    else signal.addEventListener('abort', () => this.#leave(), { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The SDK's context of the call, which is made when a procedure asks for it. */
  get context(): ServerContext {
    return (this.#context ??= this.#openContext());
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Answers the request, unless a stream has begun. */
  answer(reply: Reply): void {
    this.#resolve(reply);
    this.#place.onEnd();
  }

  /** Ends the call with its response. Does nothing if it was cancelled, or the session has ended. */
  end(json: string, outcome: Outcome | undefined, toReply: (json: string) => Reply): void {
    const { transport } = this.#place;
    this.outcome = outcome;
    if (this.#answer) transport.settleCall(this.#id, JSON.parse(json));
    else if (transport.release(this.#id)) this.answer(toReply(json));
  }

  /**
   * Ends a call that has failed in a way that only the handler can answer. When the handler has its reply already, `toResponse`
   * reports the failure and makes the response. Does nothing if the call was cancelled, or the session has ended.
   */
  fail(thrown: unknown, toResponse: (thrown: unknown) => object): void {
    const { transport, onEnd } = this.#place;
    if (!transport.isRunning(this.#id)) return;
    if (this.#answer) return transport.settleCall(this.#id, toResponse(thrown) as JSONRPCMessage);
    transport.release(this.#id);
    // Nobody would catch it any more.
    if (this.#hasLeft) return void toResponse(thrown);
    this.#resolve(Promise.reject(thrown));
    onEnd();
  }

  /** Leaves the rest to the SDK's server, because the call has open questions: `made`. It does not run again for the first. */
  handOver(made: Outcome): void {
    const { transport, adopt } = this.#place;
    const request = this.#serving.exchange.toRequest();
    const { id, method, params } = this.#read;
    this.#open();
    const onOutcome = (_: RequestId, ended: Outcome) => (this.outcome = ended);
    adopt(request, { serving: this.#serving, made, flow: this.#flow!, onOutcome });
    transport.handOver(this.#id, { jsonrpc: '2.0', id, method, params }, request);
  }

  /** The client reads no more. Its call goes on, because in 2025 hanging up is no cancellation. */
  #leave(): void {
    this.#flow?.end();
    this.#hasLeft = true;
    if (this.#answer) this.#answer.leave();
    else this.answer({ status: 499, headers: {}, body: undefined });
  }

  /** Opens the answer on which something may come before the response. */
  #open(): LegacyAnswer | undefined {
    if (this.#answer) return this.#answer;
    const { exchange, mayStream } = this.#serving;
    const { onEnd, transport } = this.#place;
    const flow = (this.#flow = new Flow());
    // What comes before the answer is not read by this client, and so waits for nobody.
    if (!mayStream || exchange.signal.aborted) flow.end();
    const answer = transport.openAnswer(this.#id, mayStream, onEnd);
    if (!answer) {
      // The procedure may go on after its call has ended.
      flow.end();
      return undefined;
    }
    this.#answer = answer;
    if (exchange.signal.aborted) answer.leave();
    const replying = passOn(answer.reply, {
      flow,
      isAwaited: false,
      onLeave: () => exchange.abort(),
      toReply: (thrown) => {
        throw thrown;
      },
    });
    this.#resolve(replying);
    return answer;
  }

  #openContext(): ServerContext {
    const { server, transport } = this.#place;
    const answer = this.#open();
    const { method, params } = this.#read;
    const request = this.#serving.exchange.toRequest();
    const context = server.contextOf(
      { id: this.#id, method, params, signal: this.signal },
      { request, ...(answer && transport.toClosing(answer)) },
    );
    server.holdBack(context, this.#flow!);
    return context;
  }
}
