import type Anthropic from '@anthropic-ai/sdk';
import { aiTools } from '@trpc-mcp/ai/anthropic';
import { appRouter, type Context } from './router.ts';

/** Answers a person with the tool runner of the Anthropic SDK. `ask` shows them a question. */
export async function answer(
  anthropic: Anthropic,
  prompt: string,
  ctx: Context,
  ask: (question: string) => Promise<boolean>,
): Promise<string> {
  const { tools } = await aiTools(appRouter, {
    ctx,
    onElicit: async ({ message }) => ((await ask(message)) ? { action: 'accept' } : { action: 'decline' }),
  });
  const { content } = await anthropic.beta.messages.toolRunner({
    model: 'claude-sonnet-4-5',
    max_tokens: 1024,
    messages: [{ role: 'user', content: prompt }],
    tools,
  });
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}
