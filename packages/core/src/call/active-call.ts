import type { ServerContext } from '@modelcontextprotocol/server';
import type { Callable } from '../catalog/callable.ts';
import {
  type Answer,
  AnswerNeeded,
  type AskState,
  consentKey,
  clientCannotAsk,
  type ConsentQuestion,
  type InputRequest,
  nobodyAnswers,
  type OpenQuestions,
  type Question,
  Questions,
} from './ask.ts';
import type { Caller } from './caller.ts';
import type { McpCall, McpRequest } from './context.ts';
import type { TaskInfo } from './task-info.ts';
import { type ClientWay, openProgress, type Progress, type ProgressChannel } from './progress.ts';

/** What a procedure is called for that serves another one. */
export type CallPurpose = 'completion' | 'list' | 'question' | 'dryRun';

/** One call, as the client requested it. */
export interface CallRequest extends Omit<McpRequest, 'tool'> {
  /** The JSON-RPC id of the request. */
  id: string | number | undefined;
  /** The URI of the resource that is read. */
  uri?: string;
  /** What a procedure is called for that serves another one, where the method does not say it. */
  purpose?: CallPurpose;
  /** How to reach the client while the call runs. `undefined` in the fast lane, where nothing needs it. */
  sdk: ClientWay | undefined;
  /** Whether the client can be asked questions. */
  canAsk: boolean;
  /** The verified state of earlier rounds. */
  state: AskState | undefined;
  /** The answers that this request brings to the questions of the round before, not verified. */
  responses: Record<string, unknown> | undefined;
  /** Finds out who is calling. */
  caller: () => Promise<Caller>;
  /** Lists the tasks of a caller. `undefined` if no tool has any. */
  tasksOf: ((caller: Caller) => Promise<TaskInfo[]>) | undefined;
  /**
   * Takes the progress of a call that runs as a task, or in this process. `isValue` is set for the values of a stream, which
   * are counted.
   */
  report?: ((progress: Progress, isValue?: true) => void) | undefined;
  /** Whether the points of the limits were taken already, by the request that made the task. */
  isCounted?: boolean;
  /** Whether the call comes from the app itself, and from no client. */
  isInProcess?: true;
  /** Whether a person has agreed to exactly this call already, so that nobody is asked for consent. */
  isApproved?: boolean;
  /** Whether the call ends before the input is read, with an empty result if nothing has refused the caller until then. */
  isTrial?: true;
}

/** A class, so that a call allocates one object, and features that most calls do not use cost nothing. */
export class ActiveCall implements McpCall {
  readonly method: string;
  readonly tool: McpCall['tool'];
  readonly era: McpCall['era'];
  readonly client: McpCall['client'];
  readonly capabilities: McpCall['capabilities'];
  readonly auth: McpCall['auth'];
  readonly signal: AbortSignal;
  readonly trace: McpCall['trace'];
  readonly task: McpCall['task'];
  /** Sends progress, if the client asked for it. */
  readonly #channel: ProgressChannel | undefined;
  readonly #request: CallRequest;
  #questions: Questions | undefined;
  /** The digest of what the person has agreed to. */
  #agreed: string | undefined;
  /** The question for consent, if the run has ended with it. */
  #held: ConsentQuestion | undefined;

  constructor({ name, path }: Callable, request: CallRequest, signal: AbortSignal) {
    this.method = request.method;
    this.tool = { name, path };
    this.era = request.era;
    this.client = request.client;
    this.capabilities = request.capabilities;
    this.auth = request.auth;
    this.signal = signal;
    this.trace = request.trace;
    this.task = request.task;
    this.#channel = request.sdk && openProgress(request.sdk);
    this.#request = request;
  }

  /** Records what the person has agreed to, for this run and for those that follow it. */
  static agree(call: ActiveCall, agreed: string | undefined): void {
    call.#agreed = agreed;
  }

  static isAgreed(call: ActiveCall): boolean {
    return call.#agreed !== undefined;
  }

  /** Ends this run with the question for consent. The call runs again when it is answered. */
  static hold(call: ActiveCall, question: ConsentQuestion): never {
    call.#held = question;
    throw new AnswerNeeded();
  }

  static channelOf(call: ActiveCall): ProgressChannel | undefined {
    return call.#channel;
  }

  /** The questions to answer before the call can continue; `undefined` if there are none. */
  static openOf(call: ActiveCall): OpenQuestions | undefined {
    const held = call.#held;
    const own = call.#questions?.open ?? {};
    if (!held && Object.keys(own).length === 0) return undefined;
    return {
      requests: held ? { ...own, [consentKey]: held.request } : own,
      answers: call.#questions?.answers ?? {},
      round: (call.#request.state?.round ?? 0) + 1,
      ...(held && { asked: held.about }),
      ...(call.#agreed !== undefined && { agreed: call.#agreed }),
    };
  }

  get sdk(): ServerContext | undefined {
    const { sdk } = this.#request;
    if (typeof sdk === 'function') return sdk();
    return sdk && 'mcpReq' in sdk ? sdk : undefined;
  }

  progress(progress: Progress): void {
    this.#channel?.offer(progress);
    this.#request.report?.(progress);
  }

  ask<TContent>(question: Question<TContent>): Promise<Answer<TContent>> {
    return this.#asked.ask(question);
  }

  request(request: InputRequest, key?: string): Promise<Record<string, unknown>> {
    return this.#asked.request(request, key);
  }

  async tasks(): Promise<TaskInfo[]> {
    const { tasksOf, caller } = this.#request;
    return tasksOf ? tasksOf(await caller()) : [];
  }

  get #asked(): Questions {
    const { canAsk, isInProcess, state, responses } = this.#request;
    const lack = canAsk ? undefined : isInProcess ? nobodyAnswers : clientCannotAsk;
    return (this.#questions ??= new Questions(lack, state?.answers, responses));
  }
}
