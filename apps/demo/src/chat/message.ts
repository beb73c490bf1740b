import type { AiTools } from '@trpc-mcp/ai';
import type { InferUITools, UIMessage } from 'ai';
import type { AppRouter } from '../router.ts';

/** A message of the chat, as the page and the server exchange it. */
export type ChatMessage = UIMessage<never, { question: Question }, InferUITools<AiTools<AppRouter>>>;

/** What a person is asked before a call runs, as the page shows it. */
export interface Question {
  toolCallId: string;
  question: string;
}

/** What the page has to know before anybody writes. */
export interface ChatSession {
  person: { id: string; name: string; role: 'viewer' | 'support' | 'admin' | 'customer' };
  /** The name of the model that answers. `undefined` if it is the script. */
  model?: string;
}
