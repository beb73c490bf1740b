import { aiTools } from '@trpc-mcp/ai';
import type { HandlerOptions } from '@trpc-mcp/core';
import {
  convertToModelMessages,
  createUIMessageStream,
  pipeUIMessageStreamToResponse,
  safeValidateUIMessages,
  stepCountIs,
  streamText,
  type UIMessageStreamWriter,
} from 'ai';
import type { Request, Response } from 'express';
import { agentOptions, instructions } from '../agent.ts';
import { allScopes } from '../auth/scope.ts';
import { findUserBySession, type SignedInUser } from '../context.ts';
import type { Database } from '../db/database.ts';
import { appRouter } from '../router.ts';
import type { Conversation } from './conversation.ts';
import type { ChatMessage } from './message.ts';
import { createModel } from './model.ts';
import type { ModelSettings } from './model-settings.ts';
import { endCalls } from './unfinished.ts';
import { toWords } from './words.ts';

export interface AnswerOptions {
  db: Database;
  model: ModelSettings;
  user: SignedInUser;
  req: Request;
  res: Response;
  /** Keeps what has to hold on all nodes, such as which consents were used. */
  shared: Pick<HandlerOptions, 'store' | 'secret'>;
  /** Signs the questions that this person is asked. */
  approvalSecret: Uint8Array;
  messages: Conversation['messages'];
}

/** Streams the answer to a conversation. Returns why there can be none if the conversation does not fit the tools. */
export async function answer(options: AnswerOptions): Promise<string | undefined> {
  const { db, user, req, res, shared } = options;
  // Before anything is awaited. The client may have left already, while the session was read.
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  if (res.destroyed) gone.abort();
  let writer: UIMessageStreamWriter<ChatMessage> | undefined;
  const tools = await aiTools(appRouter, {
    ...agentOptions,
    ...shared,
    // The cookie is read anew at each call: whoever has lost a role meanwhile is refused.
    createContext: async ({ info }) => ({
      db,
      user: await findUserBySession(db, req),
      tokenSent: false,
      readArguments: info.calls[0]?.getRawInput,
    }),
    authInfo: { token: '', clientId: 'chat', subject: user.id, scopes: [...allScopes] },
    client: { name: 'chat', version: '1.0.0' },
    onApproval: ({ toolCallId, question }) =>
      writer?.write({ type: 'data-question', id: toolCallId, data: { toolCallId, question } }),
  });

  const checked = await safeValidateUIMessages<ChatMessage>({ messages: endCalls(options.messages), tools });
  if (!checked.success) {
    console.error('A conversation does not fit the tools:', checked.error);
    return 'This conversation does not fit the tools that you have. Begin a new one.';
  }

  const stream = createUIMessageStream<ChatMessage>({
    onError: toWords,
    execute: async ({ writer: opened }) => {
      writer = opened;
      const result = streamText({
        model: createModel(options.model),
        system: `${instructions}\n\n${introduce(user)}`,
        messages: await convertToModelMessages(checked.data, { tools, ignoreIncompleteToolCalls: true }),
        tools,
        stopWhen: stepCountIs(12),
        abortSignal: gone.signal,
        timeout: { totalMs: 180_000 },
        experimental_toolApprovalSecret: options.approvalSecret,
        onError: ({ error }) => console.error('The chat failed:', error),
      });
      opened.merge(
        result.toUIMessageStream<ChatMessage>({
          originalMessages: checked.data,
          sendReasoning: false,
          onError: toWords,
        }),
      );
    },
  });
  await pipeUIMessageStreamToResponse({ response: res, stream });
  return undefined;
}

function introduce({ name, role }: SignedInUser): string {
  return (
    `You work for ${name}, whose role is ${role}, in a chat on a page of the app. Today is ` +
    `${new Date().toISOString().slice(0, 10)}. The page shows what tools return as tables and charts, so do not ` +
    'repeat rows: say what matters in one to three sentences. The page asks the person before a tool closes an ' +
    'account, so call it without asking first.'
  );
}
