import { DefaultChatTransport, readUIMessageStream } from 'ai';
import type { ChatMessage } from './chat.ts';

const url = (process.argv[2] ?? 'http://127.0.0.1:3000/mcp').replace(/mcp$/, 'chat');
const transport = new DefaultChatTransport<ChatMessage>({ api: url, headers: { 'x-author': 'Ben' } });
const messages: ChatMessage[] = [];

/** Sends the chat, and reads the message that comes back. A page does this with `useChat` of `@ai-sdk/react`. */
async function send(): Promise<ChatMessage> {
  const last = messages.at(-1)!;
  const stream = await transport.sendMessages({
    chatId: 'notes',
    messages,
    trigger: 'submit-message',
    messageId: undefined,
    abortSignal: undefined,
  });
  let answer: ChatMessage | undefined;
  const message = last.role === 'assistant' ? { message: last } : {};
  for await (const read of readUIMessageStream<ChatMessage>({ stream, ...message })) answer = read;
  if (last.role === 'assistant') messages.pop();
  messages.push(answer!);
  return answer!;
}

async function say(text: string): Promise<void> {
  console.log(`you: ${text}`);
  messages.push({ id: String(messages.length), role: 'user', parts: [{ type: 'text', text }] });
  let answer = await send();
  const asked = answer.parts.find((part) => 'state' in part && part.state === 'approval-requested');
  if (asked && 'approval' in asked) {
    const question = answer.parts.find((part) => part.type === 'data-question')?.data.question;
    console.log(`asked: ${question?.replaceAll('\n', ' ')} yes`);
    Object.assign(asked, { state: 'approval-responded', approval: { ...asked.approval, approved: true } });
    answer = await send();
  }
  for (const part of answer.parts) {
    if (part.type === 'text') console.log(`answer: ${part.text}`);
  }
}

await say('add Buy milk');
await say('remove 2');
await say('list');
