import { useEffect } from 'react';
import { useStore } from '../../store.ts';
import { checkDemands, demands } from './demands.ts';

/** What the endpoint demands, in words. */
export function DemandsView() {
  const found = useStore(demands);
  useEffect(() => {
    if (!demands.get()) void checkDemands();
  }, []);
  return (
    <section aria-labelledby="demands-title">
      <h2 id="demands-title">What the endpoint demands</h2>
      <p className="faint">
        This page asked without a credential, as a client does that is new.{' '}
        <button type="button" onClick={() => void checkDemands()}>
          Check again
        </button>
      </p>
      <div role="status">
        {!found && <p>Looking…</p>}
        {found && (
          <ul className="sentences">
            {found.sentences.map(({ state, text, fix }) => (
              <li key={text} className={state}>
                <span className="state">{labels[state]}</span> {text}
                {fix !== undefined && <span className="fix"> {fix}</span>}
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

const labels = { good: 'Fine.', note: 'Note.', bad: 'Problem.' } as const;
