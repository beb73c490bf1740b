import { Chat } from '@ai-sdk/react';
import { DefaultChatTransport, isToolUIPart, lastAssistantMessageIsCompleteWithApprovalResponses } from 'ai';
import { expect } from 'vitest';
import type { ChatMessage, ChatSession } from '../src/chat/message.ts';
import { tokens } from '../src/sample/cast.ts';
import type { Role } from './demo.ts';
import { openBrowser, signIn } from './login.ts';

/** A person who has opened the chat: what their page does, without a browser. */
export interface ChatPage {
  person: ChatSession['person'];
  cookie: string;
  /** The client of the AI SDK, as the page uses it. */
  chat: Chat<ChatMessage>;
  /** Says something, and returns the answer as far as it goes without the person. */
  say: (text: string) => Promise<Answer>;
  /** Answers the question that is open, and returns the rest of the answer. */
  decide: (approved: boolean) => Promise<Answer>;
  /** Sends messages as no page does. */
  post: (body: unknown, headers?: Record<string, string>) => Promise<Response>;
}

/** What a page shows of an answer. */
export interface Answer {
  text: string;
  /** The calls as `posts_list done`. */
  calls: string[];
  question: string | undefined;
  /** What the tools returned, in the order of the calls. */
  outputs: unknown[];
  /** Why calls failed, in words. */
  refusals: string[];
}

/** Signs in as a role, and opens the chat. */
export async function openChat(url: string, role: Role): Promise<ChatPage> {
  const browser = openBrowser(url);
  await signIn(browser, `${url}/login`, tokens[role].email);
  const cookie = browser.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const response = await fetch(`${url}/chat/session`, { headers: { cookie } });
  const { person } = (await response.json()) as ChatSession;
  const chat = new Chat<ChatMessage>({
    transport: new DefaultChatTransport({
      api: `${url}/chat`,
      headers: { cookie, origin: url },
      body: { person: person.id },
    }),
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  });
  return {
    person,
    cookie,
    chat,
    say: async (text) => {
      await chat.sendMessage({ text });
      return readAnswer(chat);
    },
    decide: async (approved) => {
      const waiting = chat.lastMessage?.parts.find((part) => isToolUIPart(part) && part.approval);
      if (!waiting || !isToolUIPart(waiting) || !waiting.approval) throw new Error('Nothing is asked.');
      await chat.addToolApprovalResponse({ id: waiting.approval.id, approved });
      // The client sends the answer by itself.
      await expect.poll(() => isSettled(chat), { timeout: 20_000 }).toBe(true);
      return readAnswer(chat);
    },
    post: (body, headers) =>
      fetch(`${url}/chat`, {
        method: 'POST',
        headers: { cookie, origin: url, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

function isSettled({ lastMessage, status }: Chat<ChatMessage>): boolean {
  const isSent = !lastMessage?.parts.some(
    (part) => isToolUIPart(part) && part.state === 'approval-responded',
  );
  return status === 'error' || (status === 'ready' && isSent);
}

function readAnswer({ lastMessage, error }: Chat<ChatMessage>): Answer {
  if (error) throw error;
  const parts = lastMessage?.role === 'assistant' ? lastMessage.parts : [];
  const calls = parts.filter(isToolUIPart);
  return {
    text: parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n'),
    calls: calls.map(({ type, state }) => `${type.replace(/^tool-/, '')} ${states[state]}`),
    question: parts.find((part) => part.type === 'data-question')?.data.question,
    outputs: calls.flatMap((part) => (part.state === 'output-available' ? [part.output] : [])),
    refusals: calls.flatMap((part) => (part.state === 'output-error' ? [part.errorText] : [])),
  };
}

const states = {
  'input-streaming': 'begun',
  'input-available': 'begun',
  'approval-requested': 'asked',
  'approval-responded': 'answered',
  'output-available': 'done',
  'output-error': 'refused',
  'output-denied': 'denied',
};
