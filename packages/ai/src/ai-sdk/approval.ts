import type { ModelMessage } from 'ai';
import { isSameJson } from './same-json.ts';

/** One call, as the AI SDK tells a tool of it. */
export interface ToolCall {
  toolCallId: string;
  toolName: string;
  input: unknown;
}

/**
 * The id of a person's yes to exactly this call in the last message: the first answer to a request for it, while the call has
 * no result. Answers in earlier messages belong to calls that have run. The AI SDK reads the messages in the same way.
 */
export function findApproval(given: unknown, call: ToolCall): string | undefined {
  const messages = toMessages(given);
  const last = messages.at(-1);
  if (last?.role !== 'tool') return undefined;
  const requests = new Map<string, string>();
  let asked: { toolName: string; input: unknown } | undefined;
  for (const { role, content } of messages) {
    if (role !== 'assistant' || typeof content === 'string') continue;
    for (const part of content) {
      if (part.type === 'tool-approval-request') requests.set(part.approvalId, part.toolCallId);
      if (part.type === 'tool-call' && part.toolCallId === call.toolCallId) asked = part;
    }
  }
  if (asked?.toolName !== call.toolName || !isSameJson(asked.input, call.input)) return undefined;
  const hasResult = last.content.some(
    (part) => part.type === 'tool-result' && part.toolCallId === call.toolCallId,
  );
  const answer = last.content.find(
    (part) => part.type === 'tool-approval-response' && requests.get(part.approvalId) === call.toolCallId,
  );
  if (answer?.type !== 'tool-approval-response' || hasResult) return undefined;
  // Messages come from a browser: what is not `true` is no approval.
  const approved: unknown = answer.approved;
  return approved === true ? answer.approvalId : undefined;
}

/** The messages with parts. Whoever calls a tool directly may give anything, and that approves nothing. */
function toMessages(given: unknown): Extract<ModelMessage, { role: 'assistant' | 'tool' }>[] {
  if (!Array.isArray(given)) return [];
  const messages = given as ({ role?: unknown; content?: unknown } | null)[];
  return messages.map((message) => {
    const content = Array.isArray(message?.content) ? message.content.filter(isPart) : [];
    // Cast: what is read of the parts is compared.
    return { role: message?.role, content } as unknown as Extract<
      ModelMessage,
      { role: 'assistant' | 'tool' }
    >;
  });
}

function isPart(part: unknown): boolean {
  return typeof part === 'object' && part !== null;
}
