import { randomUUID } from 'node:crypto';
import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3FinishReason,
  LanguageModelV3StreamPart,
  LanguageModelV3Text,
  LanguageModelV3ToolCall,
  LanguageModelV3Usage,
} from '@ai-sdk/provider';
import { customerIntents } from './customers.ts';
import { postIntents } from './posts.ts';
import { reportIntents } from './reports.ts';
import { type Call, callWhoami, type Intent, Refusal, type Reply, type Script } from './script.ts';
import { readTurn } from './turn.ts';
import { escapeMarkdown } from './wording.ts';

/**
 * Stands in for a model where none is set: it understands some kinds of sentences, makes real calls of the tools, reads
 * their results, and says what they returned. It works as the models of providers do, so everything around it is the same.
 */
export const scriptedModel: LanguageModelV3 = {
  specificationVersion: 'v3',
  provider: 'back-office',
  modelId: 'scripted',
  supportedUrls: {},
  async doGenerate(options) {
    const move = decide(options);
    return { content: [toContent(move)], finishReason: reasonOf(move), usage: noUsage, warnings: [] };
  },
  async doStream(options) {
    return { stream: ReadableStream.from(streamMove(decide(options), options.abortSignal)) };
  },
};

/** What the model does next: it makes a call, or it says something and ends. */
type Move = Call | string;

function decide({ prompt, tools = [] }: LanguageModelV3CallOptions): Move {
  const { sentence, replies } = readTurn(prompt);
  const names = new Set(tools.map(({ name }) => name));
  return play(scriptFor(sentence, names), replies);
}

const intents: readonly Intent[] = [...postIntents, ...customerIntents, ...reportIntents];

function scriptFor(sentence: string, tools: ReadonlySet<string>): Script {
  if (tools.size === 0) return sayNothingIsAllowed();
  for (const intent of intents) {
    const match = intent.pattern.exec(sentence);
    if (match)
      return tools.has(intent.tool) ? intent.run(match.groups ?? {}, sentence) : sayWhoMay(intent.purpose);
  }
  return sayWhatIsUnderstood(intents.filter(({ tool }) => tools.has(tool)));
}

/** Runs a script with the replies so far, up to the call that has none yet, or to its end. */
function play(script: Script, replies: readonly Reply[]): Move {
  try {
    let step = script.next();
    for (const reply of replies) {
      if (step.done) break;
      step = script.next(reply);
    }
    return step.value;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

function* sayWhoMay(purpose: string): Script {
  const { name, role, may } = yield* callWhoami();
  return `I have no tool to ${purpose} for you: ${escapeMarkdown(name)} is signed in as ${role}. What that role may do: ${may}.`;
}

// The last two have nothing to call.
/* oxlint-disable require-yield */
function* sayNothingIsAllowed(): Script {
  return 'I have no tools for you. Your account may be deactivated: ask support to have it reactivated.';
}

function* sayWhatIsUnderstood(possible: readonly Intent[]): Script {
  const purposes = [...new Set(possible.map(({ purpose }) => purpose))];
  return (
    'I am a script, and I do not understand this sentence. For you I can:\n\n' +
    `${purposes.map((purpose) => `- ${purpose}`).join('\n')}\n\n` +
    'The buttons above the field for your message have examples. A real model understands every sentence.'
  );
}
/* oxlint-enable require-yield */

function* streamMove(move: Move, signal: AbortSignal | undefined): Generator<LanguageModelV3StreamPart> {
  yield { type: 'stream-start', warnings: [] };
  if (typeof move === 'string') {
    const id = randomUUID();
    yield { type: 'text-start', id };
    for (const delta of move.match(/\s*\S+/g) ?? []) {
      signal?.throwIfAborted();
      yield { type: 'text-delta', id, delta };
    }
    yield { type: 'text-end', id };
  } else {
    yield toContent(move);
  }
  yield { type: 'finish', finishReason: reasonOf(move), usage: noUsage };
}

function toContent(move: Call): LanguageModelV3ToolCall;
function toContent(move: Move): LanguageModelV3ToolCall | LanguageModelV3Text;
function toContent(move: Move): LanguageModelV3ToolCall | LanguageModelV3Text {
  if (typeof move === 'string') return { type: 'text', text: move };
  const { tool: toolName, args } = move;
  return { type: 'tool-call', toolCallId: randomUUID(), toolName, input: JSON.stringify(args) };
}

function reasonOf(move: Move): LanguageModelV3FinishReason {
  return { unified: typeof move === 'string' ? 'stop' : 'tool-calls', raw: undefined };
}

const noUsage: LanguageModelV3Usage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};
