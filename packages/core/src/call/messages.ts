import type { GetPromptResult, PromptMessage } from '@modelcontextprotocol/server';
import type { Prompt } from '../catalog/prompt.ts';
import { isRecord } from '../record.ts';
import { restoreAttachments } from '../schema/wire/attachment.ts';
import { isMcpContent } from '../schema/content.ts';
import type { ResultOutcome } from './outcome.ts';

/** Converts what the query returned into the messages of a prompt. Throws if a client would reject them. */
export async function toMessages(prompt: Prompt, value: unknown): Promise<ResultOutcome> {
  return { kind: 'result', result: await messagesOf(prompt, value) };
}

async function messagesOf(prompt: Prompt, value: unknown): Promise<GetPromptResult> {
  if (typeof value === 'string') return { messages: [toMessage(value)] };
  if (isMcpContent(value)) {
    return check({ messages: value.blocks.map((content) => ({ role: 'user', content })) });
  }
  const { json: encoded, content } = await prompt.output.encode(value);
  const json = restoreAttachments(encoded, content);
  if (Array.isArray(json) && json.length > 0 && json.every(isMessage)) {
    return check({ messages: json.map(withContent) });
  }
  if (isRecord(json) && Array.isArray(json['messages'])) {
    const { description, messages } = json;
    return check({
      ...(typeof description === 'string' && { description }),
      messages: messages.map(withContent),
    });
  }
  if (json === undefined)
    throw new TypeError('a prompt returns a string, messages, or mcpContent; this one returned nothing');
  return { messages: [toMessage(typeof json === 'string' ? json : JSON.stringify(json))] };
}

function toMessage(text: string): PromptMessage {
  return { role: 'user', content: { type: 'text', text } };
}

function isMessage(value: unknown): boolean {
  return isRecord(value) && 'role' in value && 'content' in value;
}

/** The content of a message may be a string, which stands for one text block. */
function withContent(message: unknown): unknown {
  if (!isRecord(message) || typeof message['content'] !== 'string') return message;
  return { ...message, content: { type: 'text', text: message['content'] } };
}

async function check(result: unknown): Promise<GetPromptResult> {
  // Checks the result as it is sent: JSON leaves some values out.
  const plain: unknown = JSON.parse(JSON.stringify(result));
  const { isPromptResult } = await import('./prompt-result.ts');
  if (isPromptResult(plain)) return plain;
  throw new TypeError(
    'a message of a prompt has a role, "user" or "assistant", and as content a string or one content block',
  );
}
