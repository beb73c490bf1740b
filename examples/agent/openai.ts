import { aiInstructions, aiTools } from '@trpc-mcp/ai/openai';
import type OpenAI from 'openai';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { appRouter, type Context } from './router.ts';

/** Answers a person with Chat Completions. `ask` shows a question to the person, and resolves to whether they agree. */
export async function answer(
  openai: OpenAI,
  prompt: string,
  ctx: Context,
  ask: (question: string) => Promise<boolean>,
): Promise<string | null> {
  const options = { ctx };
  const { tools, run, consentFor } = await aiTools(appRouter, options);
  const system = (await aiInstructions(appRouter, options)) ?? '';
  const messages: ChatCompletionMessageParam[] = [
    { role: 'system', content: system },
    { role: 'user', content: prompt },
  ];
  for (;;) {
    const { choices } = await openai.chat.completions.create({ model: 'gpt-5.1', messages, tools });
    const { message } = choices[0]!;
    messages.push(message);
    if (!message.tool_calls?.length) return message.content;
    for (const call of message.tool_calls) {
      const question = await consentFor(call);
      messages.push(await run(call, { isApproved: question !== undefined && (await ask(question)) }));
    }
  }
}
