import { useStore } from '../store.ts';
import { wire } from '../session/wire.ts';

/** The requests of this page and their responses. */
export function WireView() {
  const all = useStore(wire);
  return (
    <>
      <h1>Requests</h1>
      <ol>
        {all.map(({ id, method, status }) => (
          <li key={id}>
            {method} {status}
          </li>
        ))}
      </ol>
    </>
  );
}
