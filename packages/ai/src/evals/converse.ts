import { createToolCaller } from '@trpc-mcp/core/caller';
import type { LanguageModel, ModelMessage, ToolSet } from 'ai';
import { aiTools } from '../index.ts';
import type { CallLog } from './calls.ts';
import type { EvalCase, EvalWorld } from './case.ts';
import { type Asked, toOnElicit } from './question.ts';
import type { Session } from './session.ts';
import { wordsOf } from './words.ts';
import { createWorld, findPerson } from './world.ts';

/** Something that ends a case, in a sentence of its own. */
export class CaseProblem extends Error {
  override name = 'CaseProblem';
}

/** What one conversation needs. */
export interface Conversation {
  session: Session;
  one: EvalCase;
  /** Who speaks. */
  as: string | undefined;
  model: LanguageModel;
  /** Says how many responses the model has given. */
  responses: () => number;
  asked: Asked;
  log: CallLog;
  signal: AbortSignal;
  /** Is called when everything is prepared, before the first sentence. */
  begin: () => void;
}

/** What came of a conversation. */
export interface Conversed {
  world: EvalWorld;
  /** The answer to the last sentence. */
  answer: string;
  /** Whether the model was stopped, because it called tools again and again. */
  isStopped: boolean;
}

/** The default of `maxSteps`. */
const defaultMaxSteps = 10;

/** Prepares the world of a case, says its sentences one after the other, and lets the agent answer each. */
export async function converse(conversation: Conversation): Promise<Conversed> {
  const { session, one, as, model, log, signal } = conversation;
  const { evals, agent } = session;
  session.store.clear();
  await prepare('setup of all cases', () => evals.setup?.());
  const world = await prepare('context', () => createWorld(evals, as, signal));
  await prepare('setup', () => one.setup?.(world));
  const { tools, system } = await prepare('tools', () => openTools(conversation));
  const maxSteps = one.maxSteps ?? evals.maxSteps ?? defaultMaxSteps;
  const messages: ModelMessage[] = [];
  conversation.begin();
  let answer = '';
  let isStopped = false;
  for (const content of [one.say].flat()) {
    messages.push({ role: 'user', content });
    const before = conversation.responses();
    const result = await agent({
      model,
      tools: log.watch(tools),
      system,
      messages: [...messages],
      abortSignal: signal,
      stopWhen: () => (isStopped = conversation.responses() - before >= maxSteps),
    });
    answer = result.text;
    messages.push(...result.response.messages);
    if (isStopped) break;
  }
  return { world, answer, isStopped };
}

async function openTools({
  session,
  one,
  as,
  asked,
}: Conversation): Promise<{ tools: ToolSet; system: string | undefined }> {
  const { evals, toolOptions } = session;
  const { ctx, createContext, authInfo } = findPerson(evals, as) ?? {};
  const options = {
    ...toolOptions,
    ...(createContext === undefined ? { ctx: ctx ?? {} } : { createContext }),
    ...(authInfo !== undefined && { authInfo }),
    client: { name: 'trpc-mcp eval', version: '1' },
    onElicit: toOnElicit(one.consent ?? evals.consent, asked),
  };
  const tools: ToolSet = await aiTools(evals.router, options);
  const { system: given } = evals as { system?: string | (() => string | Promise<string>) };
  if (given !== undefined) return { tools, system: typeof given === 'function' ? await given() : given };
  return { tools, system: await createToolCaller(evals.router, options).instructions() };
}

/** Says which of the app's functions threw. */
async function prepare<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw new CaseProblem(`The ${what} could not be made ready: ${wordsOf(thrown)}`, { cause: thrown });
  }
}
