import type { LanguageModel, ModelMessage, ToolSet } from 'ai';

/** What an agent of the app is given for one sentence. */
export interface EvalAgentOptions {
  /** The model: it records what it answers, or replays it. Pass it to the AI SDK in place of the app's own. */
  model: LanguageModel;
  /** The tools of the person of this case, as `aiTools` makes them. */
  tools: ToolSet;
  /** The system prompt of the evals, if they have one. */
  system: string | undefined;
  /** What was said and answered so far. The last message is what the person says now. */
  messages: ModelMessage[];
  /** Aborts when the time of the case is over. */
  abortSignal: AbortSignal;
  /** Stops the loop of tools, for `stopWhen` of the AI SDK. */
  stopWhen: (options: { steps: readonly unknown[] }) => boolean;
}

/** What an agent answers. It is a part of what `generateText`, and `generate` of an agent of the AI SDK, return. */
export interface EvalAgentResult {
  /** The answer that the person reads. */
  text: string;
  /** The messages to add to the conversation. */
  response: { messages: ModelMessage[] };
}

/**
 * Answers one sentence. Write one to test the agent that the app really has:
 * `({ model, tools, messages, stopWhen }) => new ToolLoopAgent({ model, tools, stopWhen, … }).generate({ messages })`.
 */
export type EvalAgent = (options: EvalAgentOptions) => EvalAgentResult | PromiseLike<EvalAgentResult>;
