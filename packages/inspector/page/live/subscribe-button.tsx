import { useState } from 'react';
import { PlainText } from '../parts/plain-text.tsx';
import { connection } from '../session/connection.ts';
import { useStore } from '../store.ts';
import { stream } from './stream-state.ts';
import { subscribe, subscribed, unsubscribe } from './stream.ts';

/** Subscribes to a resource, or ends the subscription, where the endpoint and the connection allow it. */
export function SubscribeButton({ uri }: { uri: string }) {
  const open = useStore(connection);
  const state = useStore(stream);
  const isSubscribed = useStore(subscribed).includes(uri);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  if (open.kind !== 'open' || !open.capabilities.resources?.subscribe) return null;
  if (state.kind === 'off' && state.isFinal) return null;
  const run = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await (isSubscribed ? unsubscribe(uri) : subscribe(uri));
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : String(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => void run()}>
        {isSubscribed ? 'Unsubscribe' : 'Subscribe'}
      </button>
      {error !== undefined && (
        <p role="alert" className="failure">
          <PlainText text={error} />
        </p>
      )}
    </>
  );
}
