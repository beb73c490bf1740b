import type {
  ElicitInputParams,
  InputRequest,
  InputResponses,
  StandardSchemaV1,
} from '@modelcontextprotocol/server';
import { FinalError } from './final-error.ts';
import type * as FormModule from './form.ts';
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

/** Says why a client cannot be asked. */
export const clientCannotAsk =
  'this needs an answer from a person, and the client cannot be asked: it accepts no event stream, or speaks a revision of MCP before 2026-07-28 without a session; tell the person, so that they can do it themselves or use a client that asks';

/** The same for a call from the app itself, which has said nobody who answers. */
export const nobodyAnswers =
  'this needs an answer from a person, and nobody can be asked here; tell the person, so that they can do it themselves';

/** How deeply an answer may be nested. */
const maxAnswerLevels = 512;

/** The questions of one run of a call. */
export class Questions {
  readonly #answers: Record<string, unknown>;
  readonly #lack: string | undefined;
  readonly #open: Record<string, InputRequest> = {};
  readonly #seen = new Set<string>();
  #count = 0;
  #loading: Promise<typeof FormModule> | undefined;

  /**
   * `lack` says why nobody can be asked, if nobody can. `earlier` are the answers in the signed state, `fresh` the ones that
   * this request brings.
   */
  constructor(
    lack: string | undefined,
    earlier: InputResponses | undefined,
    fresh: Record<string, unknown> | undefined,
  ) {
    this.#lack = lack;
    this.#answers = { ...fresh, ...earlier };
  }

  async ask<TContent>(question: Question<TContent>): Promise<Answer<TContent>> {
    const { toFormRequest, toPageRequest, toStandardSchema } = await this.#load();
    const { message, key: name } = question;
    if ('url' in question) {
      const request = toPageRequest(message, question.url);
      const { key, answer } = this.#look(request, name);
      const action = actionOf(answer) ?? this.#put(key, request);
      return action === 'accept' ? { action, content: {} as TContent } : { action };
    }
    const { schema } = question;
    const request = toFormRequest(message, schema);
    const { key, answer } = this.#look(request, name);
    // An answer with no known action counts as no answer.
    const action = actionOf(answer) ?? this.#put(key, request);
    if (action !== 'accept') return { action };
    const checked = await toStandardSchema(schema)['~standard'].validate(answer['content']);
    return checked.issues ? this.#put(key, request) : { action, content: checked.value };
  }

  async request(request: InputRequest, name?: string): Promise<Record<string, unknown>> {
    await this.#load();
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

  /**
   * Loads what makes questions, with the SDK. All questions of a call wait for the same promise, so that those that are asked
   * together are sent together, in their order.
   */
  #load(): Promise<typeof FormModule> {
    if (this.#lack !== undefined) throw new FinalError({ code: 'PRECONDITION_FAILED', message: this.#lack });
    return (this.#loading ??= import('./form.ts'));
  }

  #look(request: InputRequest, name: string | undefined): { key: string; answer: Record<string, unknown> } {
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
  /** The id of the run of code that waits for the answers, if a call inside of it has asked. */
  run?: string;
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
