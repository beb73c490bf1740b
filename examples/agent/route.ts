import { createUIMessageStreamResponse } from 'ai';
import { answerChat, type ChatMessage } from './chat.ts';
import { model } from './model.ts';

/** The same chat as a route handler: `app/api/chat/route.ts` of Next.js, or any host with `Request` and `Response`. */
export async function POST(request: Request): Promise<Response> {
  const { messages } = (await request.json()) as { messages: ChatMessage[] };
  const ctx = { author: request.headers.get('x-author') ?? 'somebody' };
  const stream = answerChat({ messages, ctx, model, signal: request.signal });
  return createUIMessageStreamResponse({ stream });
}
