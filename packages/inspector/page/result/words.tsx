import { useState } from 'react';
import { revealHidden } from '../parts/hidden-characters.ts';

/** A text as the model reads it. Shows a long one in parts, so that it does not stop the page. */
export function Words({ text, label }: { text: string; label?: string }) {
  const [shown, setShown] = useState(partLength);
  const left = text.length - shown;
  return (
    <>
      {/* A region that scrolls has to be one that a keyboard reaches. */}
      <pre className="words" tabIndex={0} role="region" aria-label={label ?? 'Text'}>
        {revealHidden(text.slice(0, shown))}
      </pre>
      {left > 0 && (
        <p className="row">
          <span>{left.toLocaleString()} more characters</span>
          <button type="button" onClick={() => setShown(shown + partLength)}>
            Show more
          </button>
        </p>
      )}
    </>
  );
}

const partLength = 50_000;
