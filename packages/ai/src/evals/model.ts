import type * as AiSdk from 'ai';
import type { LanguageModel } from 'ai';
import type { EvalModel } from './definition.ts';
import { EvalsError } from './evals-error.ts';

/** The part of a language model that all versions of the AI SDK's provider interface have. */
export interface ModelLike {
  specificationVersion: string;
  provider: string;
  modelId: string;
  supportedUrls?: unknown;
  doGenerate: (request: ModelRequest) => PromiseLike<ModelResponse>;
}

/** What a model is given. */
export interface ModelRequest {
  prompt: readonly ModelMessageLike[];
  tools?: readonly ModelTool[] | undefined;
  abortSignal?: AbortSignal | undefined;
}

/** One message of a prompt. */
export interface ModelMessageLike {
  role: string;
  content: unknown;
}

/** A tool as a model is given it. */
export interface ModelTool {
  type?: string;
  name: string;
  description?: string | undefined;
  inputSchema?: unknown;
}

/** What a model answers. Version 2 of the interface has numbers and texts where later ones have objects. */
export interface ModelResponse {
  content: readonly ModelPart[];
  finishReason: string | { unified: string };
  usage: { inputTokens?: Amount; outputTokens?: Amount };
}

type Amount = number | { total?: number | undefined } | undefined;

/** A part of an answer: text, a call of a tool, or what evals do not look at. */
export interface ModelPart {
  type: string;
  text?: string;
  toolCallId?: string;
  toolName?: string;
  input?: unknown;
  providerExecuted?: boolean | undefined;
}

/** Finds the model that evals run against. A text is the id of a model at the gateway of the AI SDK. */
export async function openModel(given: EvalModel | undefined): Promise<ModelLike> {
  if (given === undefined)
    throw new EvalsError(
      'MODEL_MISSING',
      'There is no model to ask',
      'Set "model" in defineEvals, or name one: trpc-mcp eval --model @ai-sdk/openai:<id>.',
    );
  const made: LanguageModel = typeof given === 'function' ? await given() : given;
  const model: unknown = typeof made === 'string' ? await atGateway(made) : made;
  if (!isModel(model))
    throw new EvalsError(
      'MODEL_INVALID',
      'The model of the evals is no language model of the AI SDK',
      "Set it to what a provider returns, such as openai('<id>') of @ai-sdk/openai.",
    );
  return model;
}

async function atGateway(id: string): Promise<unknown> {
  const { gateway } = await loadSdk();
  return gateway.languageModel(id);
}

function isModel(value: unknown): value is ModelLike {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<ModelLike>).doGenerate === 'function'
  );
}

/** Loads the AI SDK that the app has installed. */
export async function loadSdk(): Promise<typeof AiSdk> {
  try {
    return await import('ai');
  } catch (cause) {
    throw new EvalsError(
      'SDK_MISSING',
      'Evals need the AI SDK, and it cannot be loaded',
      'Install it: npm install ai',
      cause,
    );
  }
}
