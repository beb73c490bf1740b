import { useEffect, useRef } from 'react';
import { abandonSignIn, pendingSignIn, showPending } from '../session/sign-in.ts';
import { useStore } from '../store.ts';

/** Leads the person to the authorization server, and waits until they come back. */
export function SignInDialog() {
  const pending = useStore(pendingSignIn);
  const dialog = useRef<HTMLDialogElement>(null);
  const isWaiting = pending !== undefined;
  useEffect(() => {
    if (isWaiting) dialog.current?.showModal();
  }, [isWaiting]);
  if (!pending) return null;
  const { url, scopes, isShown, isMore } = pending;
  const wanted = scopes.filter((scope) => scope !== 'offline_access');
  return (
    <dialog
      ref={dialog}
      aria-labelledby="sign-in-title"
      className="sign-in"
      onCancel={(event) => {
        event.preventDefault();
        abandonSignIn();
      }}
    >
      <h2 id="sign-in-title">{isMore ? 'This needs more rights' : 'Sign in'}</h2>
      <p>
        {isMore
          ? 'The endpoint wants scopes that your sign-in does not have yet. Allow them at '
          : 'You sign in at '}
        <strong>{url.host}</strong>.
      </p>
      {wanted.length > 0 && (
        <ul aria-label="Scopes that are asked for">
          {wanted.map((scope) => (
            <li key={scope}>
              <code>{scope}</code>
            </li>
          ))}
        </ul>
      )}
      <p role="status">
        {isShown
          ? 'A window has opened. This page goes on when you come back from it.'
          : 'The window opens when you click the button.'}
      </p>
      <p className="row">
        <button type="button" className={isShown ? '' : 'primary'} onClick={showPending}>
          {isShown ? 'Open the window again' : `Continue at ${url.host}`}
        </button>
        <button type="button" onClick={abandonSignIn}>
          Cancel
        </button>
      </p>
    </dialog>
  );
}
