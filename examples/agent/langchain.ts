import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { aiTools } from '@trpc-mcp/ai/langchain';
import { createAgent } from 'langchain';
import { appRouter, type Context } from './router.ts';

/** Answers a person with an agent of LangChain. Nobody is asked, so that tools with `confirm` are refused. */
export async function answer(model: BaseChatModel, prompt: string, ctx: Context): Promise<string> {
  const agent = createAgent({ model, tools: await aiTools(appRouter, { ctx }) });
  const { messages } = await agent.invoke({ messages: [{ role: 'user', content: prompt }] });
  return messages.at(-1)!.text;
}
