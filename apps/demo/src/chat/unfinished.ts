import type { Conversation } from './conversation.ts';

type Message = Conversation['messages'][number];

/**
 * Ends the calls that were running when the person stopped an answer, or closed the page, and then wrote on. The model reads
 * that such a call may have run. Without an end, it would not know of the call, or no model could go on.
 */
export function endCalls(messages: readonly Message[]): Message[] {
  return messages.map((message, index) =>
    message.role === 'user' || index === messages.length - 1
      ? message
      : { ...message, parts: message.parts.map((part) => ('toolCallId' in part ? endCall(part) : part)) },
  );
}

type Call = Extract<Extract<Message, { role: 'assistant' }>['parts'][number], { toolCallId: string }>;

function endCall(call: Call): Call {
  const { approval } = call as { approval?: { approved?: unknown } };
  switch (call.state) {
    case 'input-available':
      return { ...call, state: 'output-error', errorText: stopped };
    case 'approval-responded':
      return approval?.approved === true
        ? { ...call, state: 'output-error', errorText: stopped }
        : { ...call, state: 'output-denied' };
    default:
      return call;
  }
}

const stopped =
  'The person stopped the answer before this call had a result. It may have run: look before you call it again.';
