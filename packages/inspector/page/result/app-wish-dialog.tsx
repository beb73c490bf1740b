import { useEffect, useId, useRef } from 'react';
import { revealHidden } from '../parts/hidden-characters.ts';
import type { AppWish } from './app-host.ts';
import { JsonTree } from './json-tree.tsx';

/** Asks the person whether an app may call a tool, or may open a link. Escape is no. */
export function AppWishDialog({ wish, answer }: { wish: AppWish; answer: (isAllowed: boolean) => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        answer(false);
      }}
      onClose={() => answer(false)}
    >
      {wish.kind === 'call' ? (
        <>
          <h2 id={title}>An app asks to call {revealHidden(wish.tool.name)}</h2>
          <p>
            {wish.tool.annotations?.readOnlyHint === true
              ? 'The tool only reads.'
              : 'The tool can change data.'}{' '}
            The call is made as you. Later calls of this tool by this app are not asked about, until the app
            is closed.
          </p>
          <JsonTree value={wish.args} label="Arguments of the call" />
        </>
      ) : (
        <>
          <h2 id={title}>An app asks to open a page</h2>
          <p>
            It is at <strong>{wish.url.host}</strong>:
          </p>
          <pre className="words" tabIndex={0}>
            {revealHidden(wish.url.href.slice(0, 2000))}
          </pre>
        </>
      )}
      <p className="row">
        {/* The first button has the focus, so that somebody who is typing allows nothing. */}
        <button type="button" onClick={() => answer(false)}>
          {wish.kind === 'call' ? 'Do not allow' : 'Do not open'}
        </button>
        {wish.kind === 'call' ? (
          <button type="button" className="primary" onClick={() => answer(true)}>
            Allow
          </button>
        ) : (
          <a
            className="button"
            href={wish.url.href}
            target="_blank"
            rel="noopener noreferrer"
            onClick={() => answer(true)}
          >
            Open it in a new tab
          </a>
        )}
      </p>
    </dialog>
  );
}
