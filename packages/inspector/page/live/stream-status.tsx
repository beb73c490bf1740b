import { useStore } from '../store.ts';
import { PlainText } from '../parts/plain-text.tsx';
import { stream } from './stream-state.ts';
import { reopen } from './stream.ts';

/** Says whether the endpoint can tell this page of changes. */
export function StreamStatus() {
  const now = useStore(stream);
  return (
    <div className={`stream ${now.kind}`}>
      <p role="status">
        {now.kind === 'opening' && 'The stream on which the endpoint tells of changes is being opened.'}
        {now.kind === 'open' && 'A stream is open. What the endpoint tells appears here as it comes.'}
        {now.kind === 'off' && (
          <>
            The endpoint does not tell this page of changes. <PlainText text={now.reason} />
          </>
        )}
        {now.kind === 'dropped' && (
          <>
            <PlainText text={now.reason} />{' '}
            {now.ms === undefined
              ? 'It is opened again after a pause that grows each time.'
              : `It is opened again in ${Math.round(now.ms / 1000)} s.`}
          </>
        )}
      </p>
      {((now.kind === 'dropped' && now.ms !== undefined) || (now.kind === 'off' && !now.isFinal)) && (
        <button type="button" onClick={reopen}>
          Open it now
        </button>
      )}
    </div>
  );
}
