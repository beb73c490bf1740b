import { notices } from '../session/notices.ts';
import { useStore } from '../store.ts';

/** What the endpoint tells without being asked. */
export function LiveView() {
  const all = useStore(notices);
  return (
    <>
      <h1>Live</h1>
      <ol role="log">
        {all.map(({ id, method }) => (
          <li key={id}>{method}</li>
        ))}
      </ol>
    </>
  );
}
