import { type Arrival, arrival } from '../session/popup.ts';
import { redirectUri } from '../session/settings.ts';
import { useStore } from '../store.ts';

/** What the window shows that comes back from an authorization server. It closes itself where the browser lets it. */
export function ArrivalView() {
  const state = useStore(arrival);
  if (!state) return null;
  const { title, text } = words[state];
  return (
    <main id="main">
      <h1>{title}</h1>
      <p role="status">{text}</p>
      {(state === 'nobody-waits' || state === 'no-state') && (
        <p>
          <a href={redirectUri}>Open the inspector</a>
        </p>
      )}
    </main>
  );
}

const words: Record<Arrival, { title: string; text: string }> = {
  'handing-over': { title: 'Back from the sign-in', text: 'Looking for the page that you came from…' },
  taken: {
    title: 'Back from the sign-in',
    text: 'The page that you came from goes on. You can close this window.',
  },
  'nobody-waits': {
    title: 'No page waits for this sign-in',
    text: 'The page that began it was closed, or it was given up there, or this address was opened a second time. Nobody was signed in here. Open the inspector, and sign in again.',
  },
  'no-state': {
    title: 'This address cannot finish a sign-in',
    text: 'It has no “state”, by which this page recognises the sign-ins that it began. Nobody was signed in. If you came from an authorization server, it has to send the state back.',
  },
};
