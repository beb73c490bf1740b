import { toHash, useRoute } from '../route.ts';
import { changeEra, connect, connection } from '../session/connection.ts';
import { explainFailure } from '../session/failure.ts';
import { listingFailure, loadListing } from '../session/listing.ts';
import { credential, era } from '../session/settings.ts';
import { useStore } from '../store.ts';

/** Says why there is no connection, or no list, and what to do about it. */
export function FailureBanner() {
  const open = useStore(connection);
  const listError = useStore(listingFailure);
  const chosen = useStore(credential);
  const revision = useStore(era);
  const { path } = useRoute();
  const error = open.kind === 'failed' ? open.error : listError;
  if (error === undefined) return null;
  const { what, fix, action } = explainFailure(error, { credential: chosen, era: revision });
  const other = revision === '2026' ? '2025' : '2026';
  return (
    <div role="alert" className="failure">
      <p>
        <strong>{what}</strong>
      </p>
      <p>{fix}</p>
      <p className="row">
        {action === 'other-era' && (
          <button type="button" className="primary" onClick={() => void changeEra(other)}>
            Switch to MCP {other === '2026' ? '2026-07-28' : '2025-11-25'}
          </button>
        )}
        {action === 'sign-in' && path[0] !== undefined && path[0] !== 'connect' && (
          <a href={toHash(['connect'])}>Sign in</a>
        )}
        {action !== 'other-era' && (
          <button type="button" onClick={() => void (open.kind === 'failed' ? connect() : loadListing())}>
            Try again
          </button>
        )}
      </p>
    </div>
  );
}
