import {
  type ElicitInputParams,
  fromJsonSchema,
  inputRequired,
  type InputRequest,
  type InputResponses,
  type StandardSchemaV1,
} from '@modelcontextprotocol/server';
import { FinalError } from './final-error.ts';
import { isDeeper } from './json-text.ts';

export type { InputRequest };

/** What the person is asked, with a form of a few fields or with a web page of the app. */
export type Question<TContent = Record<string, unknown>> =
  | {
      message: string;
      /** A flat object of strings, numbers, booleans and enums: a Standard Schema, or a JSON Schema. */
      schema: StandardSchemaV1<unknown, TContent> | ElicitInputParams['requestedSchema'];
      key?: string;
    }
  | {
      message: string;
      /** A page for what must not pass through the client, such as a password. */
      url: string;
      key?: string;
    };

/** What the person did. For a page, `accept` means only that the person agreed to open it. */
export type Answer<TContent = Record<string, unknown>> =
  { action: 'accept'; content: TContent } | { action: 'decline' } | { action: 'cancel' };

/** The state that the client sends back, signed, with the next round of a call. */
export interface AskState extends Omit<OpenQuestions, 'requests'> {
  /** The digest of the call that this state belongs to. */
  bind: string;
  /** Makes the state good for one round: it is spent when the state comes back. */
  nonce: string;
}

/** How long a state is valid after it was sealed, and so how long a person may take to answer. */
export const stateLifeMs = 600_000;

/** The key of the question for consent. Questions of the app never have it. */
export const consentKey = 'confirm';

/** The question for consent, and the digest of the call that it asks about. */
export interface ConsentQuestion {
  request: InputRequest;
  about: string;
}

/** How deeply an answer may be nested. */
const maxAnswerLevels = 512;

/** The questions of one run of a call. */
export class Questions {
  readonly #answers: Record<string, unknown>;
  readonly #canAsk: boolean;
  readonly #open: Record<string, InputRequest> = {};
  readonly #seen = new Set<string>();
  #count = 0;

  /** `earlier` are the answers in the signed state, `fresh` the ones that this request brings. */
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
    // An answer with no known action counts as no answer.
    const action = actionOf(answer) ?? this.#put(key, request);
    if (action !== 'accept') return { action };
    const { schema } = question;
    // Cast: a JSON Schema has no static type, so the caller names the type of the content.
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

  /** The questions that the client has to answer before the call can continue. */
  get open(): Readonly<Record<string, InputRequest>> {
    return this.#open;
  }

  /** The answers so far. Leaves out those that nobody asked for, and invalid ones: they would be asked for again and again. */
  get answers(): InputResponses {
    const asked = Object.entries(this.#answers).filter(
      ([key]) => this.#seen.has(key) && !Object.hasOwn(this.#open, key),
    );
    return Object.fromEntries(asked) as InputResponses;
  }

  #look(request: InputRequest, name: string | undefined): { key: string; answer: Record<string, unknown> } {
    if (!this.#canAsk) {
      throw new FinalError({
        code: 'PRECONDITION_FAILED',
        message:
          'this needs an answer from a person, and the client cannot be asked: it accepts no event stream, or speaks a revision of MCP before 2026-07-28 without a session; tell the person, so that they can do it themselves or use a client that asks',
      });
    }
    const key = name === undefined ? `q${++this.#count}-${hash(JSON.stringify(request))}` : toSentKey(name);
    this.#seen.add(key);
    const answer = Object.hasOwn(this.#answers, key) ? this.#answers[key] : undefined;
    // What is too deep for JSON.stringify could not be sealed.
    const isAnswer = typeof answer === 'object' && answer !== null && !isDeeper(answer, maxAnswerLevels);
    return isAnswer ? { key, answer: answer as Record<string, unknown> } : this.#put(key, request);
  }

  #put(key: string, request: InputRequest): never {
    this.#open[key] = request;
    throw new AnswerNeeded();
  }
}

/** What a call needs before it can continue. */
export interface OpenQuestions {
  requests: Record<string, InputRequest>;
  /** The answers so far, by the key of the question. */
  answers: InputResponses;
  /** Set if one of the questions is that for consent: the digest of what it asks about. */
  asked?: string;
  /** Set if the person has given consent: the digest of what they agreed to. */
  agreed?: string;
  /** How many rounds there will have been when these questions are answered: 1 for the first ones. */
  round: number;
}

/** Ends a run whose question is not answered yet. It is not a failure and is not reported. */
export class AnswerNeeded extends Error {
  override readonly name = 'AnswerNeeded';

  constructor() {
    super('the procedure runs again when the client has answered; let this error pass');
  }
}

function actionOf({ action }: Record<string, unknown>): Answer['action'] | undefined {
  return action === 'accept' || action === 'decline' || action === 'cancel' ? action : undefined;
}

/** The key under which a question of the app is sent. It never is that of the question for consent. */
function toSentKey(name: string): string {
  return name === consentKey || name.startsWith(ownPrefix) ? `${ownPrefix}${name}` : name;
}

const ownPrefix = 'app:';

/** A short hash (FNV-1a) that tells one question from another. It is not for security. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(36);
}
