import { aiInstructions, aiTools, type AiTools, ToolRefusal } from '@trpc-mcp/ai';
import {
  convertToModelMessages,
  createUIMessageStream,
  type InferUITools,
  type LanguageModel,
  stepCountIs,
  streamText,
  type UIMessage,
} from 'ai';
import { type AppRouter, appRouter, type Context } from './router.ts';

/** What is the same for everybody. */
const options = {
  server: { name: 'notes', version: '1.0.0', instructions: 'You keep the notes of the person.' },
};

/** A message of the chat. It knows the tools, and the questions that come before an approval. */
export type ChatMessage = UIMessage<
  never,
  { question: { toolCallId: string; question: string } },
  InferUITools<AiTools<AppRouter>>
>;

/** What a request of the chat brings. */
export interface Chat {
  messages: ChatMessage[];
  /** The signed-in person. */
  ctx: Context;
  model: LanguageModel;
  signal: AbortSignal;
}

/** Answers the messages of a chat with what the model says and does, as the signed-in person. */
export function answerChat({ messages, ctx, model, signal }: Chat) {
  return createUIMessageStream<ChatMessage>({
    execute: async ({ writer }) => {
      const tools = await aiTools(appRouter, {
        ...options,
        ctx,
        onApproval: ({ toolCallId, question }) =>
          writer.write({ type: 'data-question', data: { toolCallId, question } }),
      });
      const system = await aiInstructions(appRouter, { ...options, ctx });
      const result = streamText({
        model,
        ...(system !== undefined && { system }),
        messages: await convertToModelMessages(messages, { tools, ignoreIncompleteToolCalls: true }),
        tools,
        stopWhen: stepCountIs(10),
        abortSignal: signal,
      });
      writer.merge(result.toUIMessageStream({ onError: tellError }));
    },
    originalMessages: messages,
    onError: tellError,
  });
}

/** The words of a refusal are for the model and the person. Everything else stays inside. */
function tellError(error: unknown): string {
  if (error instanceof ToolRefusal) return error.message;
  console.error(error);
  return 'Something went wrong.';
}
