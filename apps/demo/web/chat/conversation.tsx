import { useChat } from '@ai-sdk/react';
import { DefaultChatTransport, lastAssistantMessageIsCompleteWithApprovalResponses } from 'ai';
import { useEffect, useRef, useState } from 'react';
import { examples } from '../../src/chat/examples.ts';
import type { ChatMessage, ChatSession } from '../../src/chat/message.ts';
import { Composer } from './composer.tsx';
import { Message } from './message.tsx';

/** One conversation, from its first message on. */
export function Conversation({ session }: { session: ChatSession }) {
  const [transport] = useState(
    () => new DefaultChatTransport<ChatMessage>({ api: '/chat', body: { person: session.person.id } }),
  );
  const chat = useChat<ChatMessage>({
    transport,
    // A person's answer to a question goes to the server as soon as all questions have one.
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  });
  const isBusy = chat.status === 'submitted' || chat.status === 'streaming';
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // It returns a promise in newer browsers, which an effect must not return.
    end.current?.scrollIntoView({ block: 'end' });
  }, [chat.messages, chat.status]);

  const say = (text: string) => {
    chat.clearError();
    void chat.sendMessage({ text });
  };
  return (
    <>
      <main aria-label="Conversation">
        <Introduction session={session} />
        <ol className="messages" aria-label="Messages">
          {chat.messages.map((message, index) => (
            <Message
              key={message.id}
              message={message}
              isOpen={index === chat.messages.length - 1}
              isRunning={isBusy && index === chat.messages.length - 1}
              onDecide={(decision) => void chat.addToolApprovalResponse(decision)}
            />
          ))}
        </ol>
        {chat.error && (
          <p className="notice" role="alert">
            {chat.error.message}
          </p>
        )}
        <p className="working" role="status">
          {isBusy ? 'Working…' : ''}
        </p>
        <div ref={end} />
      </main>
      <Composer
        examples={examples[session.person.role]}
        isBusy={isBusy}
        onSay={say}
        onStop={() => void chat.stop()}
      />
    </>
  );
}

function Introduction({ session: { model } }: { session: ChatSession }) {
  return (
    <p className="notice">
      The agent has the tools that you may use, and works with your permissions.{' '}
      {model === undefined ? (
        <>
          No model is set, so <strong>a script answers</strong>: it understands sentences like the examples
          below, and calls the real tools. For a model, set <code>CHAT_MODEL_URL</code> and{' '}
          <code>CHAT_MODEL</code>, and start the demo again.
        </>
      ) : (
        <>
          <strong>{model}</strong> answers.
        </>
      )}
    </p>
  );
}
