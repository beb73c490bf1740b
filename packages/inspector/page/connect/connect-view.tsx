import { connection } from '../session/connection.ts';
import { endpoint } from '../session/settings.ts';
import { useStore } from '../store.ts';

/** How to connect a client, and who is signed in here. */
export function ConnectView() {
  const open = useStore(connection);
  return (
    <>
      <h1>Connect</h1>
      <p>
        Address: <code>{endpoint.href}</code>
      </p>
      {open.kind === 'connecting' && <p role="status">Connecting…</p>}
      {open.kind === 'failed' && <p role="alert">{String(open.error)}</p>}
      {open.kind === 'open' && <p>{open.instructions}</p>}
    </>
  );
}
