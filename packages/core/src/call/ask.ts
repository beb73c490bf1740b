import {
  type ElicitInputParams,
  fromJsonSchema,
  inputRequired,
  type InputRequest,
  type InputResponses,
  type StandardSchemaV1,
} from '@modelcontextprotocol/server';
import { TRPCError } from '@trpc/server';

export type { InputRequest };

/** What a person is asked, by a form of a few fields or by a page of the app's own. */
export type Question<TContent = Record<string, unknown>> =
  | {
      message: string;
      /** A flat object of strings, numbers, booleans and enums: a Standard Schema, or a JSON Schema. */
      schema: StandardSchemaV1<unknown, TContent> | ElicitInputParams['requestedSchema'];
      key?: string;
    }
  | {
      message: string;
      /** For what must not pass through the client, such as a password. */
      url: string;
      key?: string;
    };

/** What the person did. A page says no more than that it was opened. */
export type Answer<TContent = Record<string, unknown>> =
  { action: 'accept'; content: TContent } | { action: 'decline' } | { action: 'cancel' };

/** What the client carries from one round of a call to the next, signed. */
export interface AskState {
  /** What call this belongs to. */
  bind: string;
  /** Answers of earlier rounds, by question. */
  answers: InputResponses;
  /** Where the tool needs consent: whether it was asked for in the last round, or given in an earlier one. */
  consent?: 'asked' | 'given';
  /** With `consent`: the state is good for one more round, and for one only. */
  nonce?: string;
}

/** The questions of one run of a call. */
export class Questions {
  readonly #answers: Record<string, unknown>;
  readonly #canAsk: boolean;
  readonly #open: Record<string, InputRequest> = {};
  readonly #seen = new Set<string>();
  #count = 0;

  /** `earlier` answers have come back signed, `fresh` ones are the client's own. */
  constructor(
    canAsk: boolean,
    earlier: InputResponses | undefined,
    fresh: Record<string, unknown> | undefined,
  ) {
    this.#canAsk = canAsk;
    this.#answers = { ...fresh, ...earlier };
  }

  async ask<TContent>(question: Question<TContent>): Promise<Answer<TContent>> {
    const { message, key: name } = question;
    if ('url' in question) {
      const request = inputRequired.elicitUrl({ message, url: question.url });
      const { key, answer } = this.#look(request, name);
      const action = actionOf(answer) ?? this.#put(key, request);
      return action === 'accept' ? { action, content: {} as TContent } : { action };
    }
    const requestedSchema = question.schema as ElicitInputParams['requestedSchema'];
    const request = inputRequired.elicit({ message, requestedSchema });
    const { key, answer } = this.#look(request, name);
    // What does not fit was not answered.
    const action = actionOf(answer) ?? this.#put(key, request);
    if (action !== 'accept') return { action };
    const { schema } = question;
    // A JSON Schema says nothing of types: what it lets through is what whoever asks takes it to be.
    const standard = ('~standard' in schema ? schema : fromJsonSchema(schema as never)) as StandardSchemaV1<
      unknown,
      TContent
    >;
    const checked = await standard['~standard'].validate(answer['content']);
    return checked.issues ? this.#put(key, request) : { action, content: checked.value };
  }

  async request(request: InputRequest, name?: string): Promise<Record<string, unknown>> {
    return this.#look(request, name).answer;
  }

  /** What the client has to answer before the call can go on; `undefined` when nothing is open. */
  get open(): OpenQuestions | undefined {
    const requests = this.#open;
    if (Object.keys(requests).length === 0) return undefined;
    // What nobody asked for is not carried on, nor what was no answer: it would be asked for ever.
    const asked = Object.entries(this.#answers).filter(
      ([key]) => this.#seen.has(key) && !Object.hasOwn(requests, key),
    );
    return { requests, answers: Object.fromEntries(asked) as InputResponses };
  }

  #look(request: InputRequest, name: string | undefined): { key: string; answer: Record<string, unknown> } {
    if (!this.#canAsk) {
      throw new TRPCError({
        code: 'PRECONDITION_FAILED',
        message:
          'this needs an answer from a person, and the client cannot be asked: it speaks a revision of MCP before 2026-07-28, without a session',
      });
    }
    const key = name ?? `q${++this.#count}-${hash(JSON.stringify(request))}`;
    this.#seen.add(key);
    const answer = Object.hasOwn(this.#answers, key) ? this.#answers[key] : undefined;
    const isAnswer = typeof answer === 'object' && answer !== null;
    return isAnswer ? { key, answer: answer as Record<string, unknown> } : this.#put(key, request);
  }

  #put(key: string, request: InputRequest): never {
    this.#open[key] = request;
    throw new AnswerNeeded();
  }
}

/** What a call waits for. */
export interface OpenQuestions {
  requests: Record<string, InputRequest>;
  /** What was answered already. */
  answers: InputResponses;
  /** Where the tool needs consent. */
  consent?: AskState['consent'];
}

/** Ends a run whose question is not answered yet. It is no failure, and nobody hears of it. */
export class AnswerNeeded extends Error {
  override readonly name = 'AnswerNeeded';

  constructor() {
    super('the procedure runs again when the client has answered; let this error pass');
  }
}

function actionOf({ action }: Record<string, unknown>): Answer['action'] | undefined {
  return action === 'accept' || action === 'decline' || action === 'cancel' ? action : undefined;
}

/** Tells one question from another; nothing depends on it being hard to find. FNV-1a. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(36);
}
