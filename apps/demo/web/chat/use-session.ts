import { useEffect, useState } from 'react';
import type { ChatSession } from '../../src/chat/message.ts';

export interface SessionState {
  session?: ChatSession;
  problem?: string;
}

/** Asks the server who is signed in, and which model answers. */
export function useSession(): SessionState {
  const [state, setState] = useState<SessionState>({});
  useEffect(() => {
    const stop = new AbortController();
    readSession(stop.signal).then(setState, () => {
      if (!stop.signal.aborted)
        setState({ problem: 'The server cannot be reached at the moment. Load the page again.' });
    });
    return () => stop.abort();
  }, []);
  return state;
}

async function readSession(signal: AbortSignal): Promise<SessionState> {
  const response = await fetch('/chat/session', { signal });
  // The cookie may have ended since the page was sent.
  if (response.status === 401) location.assign('/login?returnTo=/chat');
  if (!response.ok) return { problem: await response.text() };
  return { session: (await response.json()) as ChatSession };
}
