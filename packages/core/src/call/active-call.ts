import type { ServerContext } from '@modelcontextprotocol/server';
import type { Callable } from '../catalog/callable.ts';
import {
  type Answer,
  AnswerNeeded,
  type AskState,
  type InputRequest,
  type OpenQuestions,
  type Question,
  Questions,
} from './ask.ts';
import type { McpCall, McpRequest } from './context.ts';
import { openProgress, type Progress, type ProgressChannel } from './progress.ts';

/** One call, as it came in. */
export interface CallRequest extends Omit<McpRequest, 'tool'> {
  /** The request's own. */
  id: string | number | undefined;
  /** Of the resource that is read. */
  uri?: string;
  /** Where the SDK serves it, the way to the client while the call runs. */
  sdk: ServerContext | undefined;
  /** Whether the client can be asked. */
  canAsk: boolean;
  /** What earlier rounds have left, as it came back signed. */
  state: AskState | undefined;
  /** Who is calling, as far as it can be known. */
  caller: () => Promise<string>;
}

/** A class, so that a call costs one object, and what most do not use costs nothing. */
export class ActiveCall implements McpCall {
  readonly method: string;
  readonly tool: McpCall['tool'];
  readonly era: McpCall['era'];
  readonly client: McpCall['client'];
  readonly capabilities: McpCall['capabilities'];
  readonly auth: McpCall['auth'];
  readonly signal: AbortSignal;
  readonly trace: McpCall['trace'];
  readonly sdk: ServerContext | undefined;
  /** Where progress goes, if the client asked for it. */
  readonly #channel: ProgressChannel | undefined;
  readonly #request: CallRequest;
  #questions: Questions | undefined;
  /** What comes before the questions of the procedure itself. */
  #held: OpenQuestions | undefined;

  constructor({ name, path }: Callable, request: CallRequest, signal: AbortSignal) {
    this.method = request.method;
    this.tool = { name, path };
    this.era = request.era;
    this.client = request.client;
    this.capabilities = request.capabilities;
    this.auth = request.auth;
    this.signal = signal;
    this.trace = request.trace;
    this.sdk = request.sdk;
    this.#channel = request.sdk && openProgress(request.sdk);
    this.#request = request;
  }

  /** Ends this run: the call goes on when these are answered. */
  static hold(call: ActiveCall, open: OpenQuestions): never {
    call.#held = open;
    throw new AnswerNeeded();
  }

  static channelOf(call: ActiveCall): ProgressChannel | undefined {
    return call.#channel;
  }

  /** What has to be answered before the call can go on. */
  static openOf(call: ActiveCall): OpenQuestions | undefined {
    return call.#held ?? call.#questions?.open;
  }

  progress(progress: Progress): void {
    this.#channel?.tell(progress);
  }

  ask<TContent>(question: Question<TContent>): Promise<Answer<TContent>> {
    return this.#asked.ask(question);
  }

  request(request: InputRequest, key?: string): Promise<Record<string, unknown>> {
    return this.#asked.request(request, key);
  }

  get #asked(): Questions {
    const { canAsk, state, sdk } = this.#request;
    return (this.#questions ??= new Questions(canAsk, state?.answers, sdk?.mcpReq.inputResponses));
  }
}
