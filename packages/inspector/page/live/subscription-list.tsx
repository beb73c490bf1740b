import { useState } from 'react';
import { PlainText, ShortText } from '../parts/plain-text.tsx';
import { connection } from '../session/connection.ts';
import { useStore } from '../store.ts';
import { subscribe, subscribed, unsubscribe } from './stream.ts';

/** The resources of whose changes the endpoint tells this page, and a field for one more. */
export function SubscriptionList() {
  const open = useStore(connection);
  const uris = useStore(subscribed);
  const [uri, setUri] = useState('');
  const [error, setError] = useState<string>();
  if (open.kind !== 'open' || !open.capabilities.resources?.subscribe) return null;
  const run = async (work: Promise<void>) => {
    setError(undefined);
    await work.catch((thrown: unknown) =>
      setError(thrown instanceof Error ? thrown.message : String(thrown)),
    );
  };
  return (
    <section aria-labelledby="subscriptions">
      <h2 id="subscriptions">Subscriptions to resources</h2>
      {uris.length === 0 ? (
        <p className="faint">None. Subscribe here, or at a resource.</p>
      ) : (
        <ul className="subscriptions">
          {uris.map((one) => (
            <li key={one}>
              <code>
                <ShortText text={one} />
              </code>{' '}
              <button type="button" onClick={() => void run(unsubscribe(one))}>
                Unsubscribe<span className="unseen"> from {one}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          void run(subscribe(uri).then(() => setUri('')));
        }}
      >
        <label>
          URI of a resource <input value={uri} required onChange={(event) => setUri(event.target.value)} />
        </label>
        <button type="submit">Subscribe</button>
      </form>
      {error !== undefined && (
        <p role="alert">
          <PlainText text={error} />
        </p>
      )}
    </section>
  );
}
