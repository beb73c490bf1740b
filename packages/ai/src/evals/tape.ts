import type { LanguageModel } from 'ai';
import { digest, digestText } from './digest.ts';
import type {
  ModelLike,
  ModelMessageLike,
  ModelPart,
  ModelRequest,
  ModelResponse,
  ModelTool,
} from './model.ts';
import type { RecordedCall, RecordedResponse } from './record.ts';

/** What went between an agent and a model in one repetition of a case. */
export class Tape {
  /** The responses, in their order. */
  readonly responses: RecordedResponse[] = [];
  /** The calls of tools that the model asked for, in their order. */
  readonly calls: (RecordedCall & { id: string })[] = [];
  /** The tools that the model was given first. `undefined` as long as nothing was asked. */
  tools: readonly ModelTool[] | undefined;
  /** The digest of the system prompt that the model was given first. */
  instructions: string | undefined;
  /** What the model threw last; `undefined` if it has answered since. */
  problem: unknown;

  /** Notes what a model is given. Returns its digest. */
  ask({ prompt, tools = [] }: ModelRequest): string {
    if (this.tools === undefined) {
      this.tools = tools;
      const system = prompt.filter(({ role }) => role === 'system').map(({ content }) => String(content));
      if (system.length > 0) this.instructions = digestText(system.join('\n'));
    }
    return digestPrompt(prompt);
  }

  /** Notes what a model answered. */
  answer({ content, finishReason, usage }: ModelResponse, prompt: string): void {
    const text = content.flatMap((part) => (part.type === 'text' ? [part.text ?? ''] : [])).join('');
    const calls = content
      .filter(isCall)
      .map((part) => ({ tool: toText(part.toolName), input: toInput(part.input) }));
    const finish = toText(typeof finishReason === 'string' ? finishReason : finishReason.unified);
    this.calls.push(
      ...content.filter(isCall).map((part, at) => ({ id: part.toolCallId ?? '', ...calls[at]! })),
    );
    this.responses.push({
      ...(text !== '' && { text }),
      ...(calls.length > 0 && { calls }),
      ...(finish !== '' && finish !== 'stop' && finish !== 'tool-calls' && { finish }),
      tokens: { input: toAmount(usage.inputTokens), output: toAmount(usage.outputTokens) },
      prompt,
    });
  }
}

/** A model that answers as another one does, and puts everything on a tape. */
export function recordModel(model: ModelLike, tape: Tape): LanguageModel {
  const { specificationVersion, provider, modelId, supportedUrls = {} } = model;
  return toModel({
    specificationVersion,
    provider,
    modelId,
    supportedUrls,
    doGenerate: async (request) => {
      const prompt = tape.ask(request);
      try {
        const response = await model.doGenerate(request);
        tape.problem = undefined;
        tape.answer(response, prompt);
        return response;
      } catch (thrown) {
        tape.problem = thrown ?? new Error('The model threw nothing that says why.');
        throw thrown;
      }
    },
  });
}

/**
 * A model that gives recorded responses in their order. `check` looks at what it is given before it answers, and throws if the
 * responses cannot be used.
 */
export function replayModel(
  responses: readonly RecordedResponse[],
  tape: Tape,
  check: (tape: Tape, at: number) => void,
): LanguageModel {
  let at = 0;
  return toModel({
    specificationVersion: 'v3',
    provider: 'record',
    modelId: 'record',
    supportedUrls: {},
    doGenerate: async (request) => {
      const prompt = tape.ask(request);
      check(tape, at);
      const answer = toResponse(responses[at]!, at);
      at += 1;
      tape.answer(answer, prompt);
      return answer;
    },
  });
}

/** Lets a model that only generates stream, too: an agent may ask for either. */
function toModel(model: ModelLike): LanguageModel {
  const doStream = async (request: ModelRequest): Promise<object> => {
    const { content, finishReason, usage } = await model.doGenerate(request);
    const parts = [
      { type: 'stream-start', warnings: [] },
      ...content.flatMap((part, at) => toStreamed(part, String(at))),
      { type: 'finish', finishReason, usage },
    ];
    return { stream: ReadableStream.from(parts) };
  };
  // Cast: the interface has a type for each of its versions, and these are the parts that they share.
  return { ...model, doStream } as unknown as LanguageModel;
}

function toStreamed(part: ModelPart, id: string): object[] {
  const kind = part.type;
  if (kind !== 'text' && kind !== 'reasoning') return [part];
  return [
    { type: `${kind}-start`, id },
    { type: `${kind}-delta`, id, delta: part.text ?? '' },
    { type: `${kind}-end`, id },
  ];
}

function toResponse(
  { text, calls = [], finish, tokens }: RecordedResponse,
  at: number,
): ModelResponse & object {
  const parts = calls.map(({ tool, input }, index) => ({
    type: 'tool-call',
    toolCallId: `call-${at + 1}-${index + 1}`,
    toolName: tool,
    input: typeof input === 'string' ? input : JSON.stringify(input),
  }));
  const unified = finish ?? (parts.length > 0 ? 'tool-calls' : 'stop');
  const { input, output } = tokens;
  const usage = {
    inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: output, text: output, reasoning: undefined },
  };
  return {
    content: [...(text === undefined ? [] : [{ type: 'text', text }]), ...parts],
    finishReason: { unified, raw: undefined } as { unified: string },
    usage,
    warnings: [],
  } as ModelResponse;
}

/** A call that a provider runs itself, such as a search of the web, is none of the app's. */
function isCall(part: ModelPart): boolean {
  return part.type === 'tool-call' && part.providerExecuted !== true;
}

/** The arguments as JSON. What is no JSON object stays the text that the model wrote. */
function toInput(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  try {
    const value: unknown = JSON.parse(input);
    // What is nested too deeply to be written again stays a text, too.
    JSON.stringify(value);
    return typeof value === 'object' && value !== null ? value : input;
  } catch {
    return input;
  }
}

/** Models return other things than their types say. */
function toText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Providers that do not count may say anything. */
function toAmount(amount: number | { total?: number | undefined } | null | undefined): number {
  const total: unknown = typeof amount === 'object' ? amount?.total : amount;
  return typeof total === 'number' && Number.isFinite(total) ? Math.max(0, total) : 0;
}

/** Ids of calls and what is meant for one provider do not count. */
function digestPrompt(prompt: readonly ModelMessageLike[]): string {
  const without = new Set(['providerOptions', 'toolCallId']);
  return digest(
    JSON.parse(JSON.stringify(prompt, (key, value: unknown) => (without.has(key) ? undefined : value))),
  );
}
