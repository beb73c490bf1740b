import { isDataUIPart, isToolUIPart } from 'ai';
import type { ChatMessage } from '../../src/chat/message.ts';
import { AnswerText } from './answer-text.tsx';
import type { Decision } from './consent.tsx';
import { ToolCall } from './tool-call.tsx';

export interface MessageProps {
  message: ChatMessage;
  /** Whether its questions can still be answered: it is the last one. */
  isOpen: boolean;
  /** Whether it is still being written. */
  isRunning: boolean;
  onDecide: (decision: Decision) => void;
}

/** A message of the person, or an answer with the calls that were made for it. */
export function Message({ message: { role, parts }, isOpen, isRunning, onDecide }: MessageProps) {
  const questions = new Map(
    parts.filter(isDataUIPart).map(({ data }) => [data.toolCallId, data.question] as const),
  );
  return (
    <li className={role}>
      <h2 className="for-screen-readers">{role === 'user' ? 'You' : 'Agent'}</h2>
      {parts.map((part, index) => {
        if (part.type === 'text' && role === 'user') return <p key={index}>{part.text}</p>;
        if (part.type === 'text') return <AnswerText key={index} text={part.text} />;
        if (!isToolUIPart(part)) return undefined;
        return (
          <ToolCall
            key={part.toolCallId}
            part={part}
            question={questions.get(part.toolCallId)}
            isOpen={isOpen}
            isRunning={isRunning}
            onDecide={onDecide}
          />
        );
      })}
    </li>
  );
}
