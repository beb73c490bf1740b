import { useState } from 'react';
import type { ChatSession } from '../../src/chat/message.ts';
import { Conversation } from './conversation.tsx';
import { useSession } from './use-session.ts';

/** The page: who is signed in, who answers, and the conversation. */
export function Chat() {
  const { session, problem } = useSession();
  const [number, setNumber] = useState(1);
  return (
    <div className="chat">
      <a className="skip" href="#message">
        Skip to the field for your message
      </a>
      <header>
        <h1>Back office: chat</h1>
        <nav aria-label="Elsewhere">
          <a href="/">Overview</a>
          <a href="/mcp">Inspector</a>
        </nav>
        {session && <Account session={session} onRestart={() => setNumber(number + 1)} />}
      </header>
      {problem !== undefined && (
        <p className="notice" role="alert">
          {problem}
        </p>
      )}
      {session && <Conversation key={number} session={session} />}
    </div>
  );
}

function Account({ session: { person }, onRestart }: { session: ChatSession; onRestart: () => void }) {
  return (
    <p className="account">
      <span>
        You are <strong>{person.name}</strong> <span className="faint">{person.role}</span>
      </span>
      <a href="/login?returnTo=/chat">Be somebody else</a>
      <button type="button" onClick={onRestart}>
        New conversation
      </button>
    </p>
  );
}
