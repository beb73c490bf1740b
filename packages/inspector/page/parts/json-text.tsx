import { useState } from 'react';
import { revealHidden } from './hidden-characters.ts';

/** A value as JSON. Large ones are cut until the person wants to see them whole. */
export function JsonText({ value, label }: { value: unknown; label: string }) {
  const [isWhole, setWhole] = useState(false);
  const text = JSON.stringify(value, undefined, 2) ?? 'nothing';
  const isLong = text.length > mostCharacters;
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keyboard */}
      <pre tabIndex={0} role="region" aria-label={label}>
        {revealHidden(isLong && !isWhole ? `${text.slice(0, mostCharacters)}…` : text)}
      </pre>
      {isLong && (
        <button type="button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show less' : `Show all ${text.length.toLocaleString('en')} characters`}
        </button>
      )}
    </>
  );
}

const mostCharacters = 20_000;
