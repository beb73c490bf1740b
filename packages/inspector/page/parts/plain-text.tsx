import { useState } from 'react';
import { revealHidden } from './hidden-characters.ts';

/** A text of the endpoint, as it is: no markup, with characters that nobody sees shown by their codes. Long ones are cut. */
export function PlainText({ text, most = 2000 }: { text: string; most?: number }) {
  const [isWhole, setWhole] = useState(false);
  const isLong = text.length > most;
  return (
    <>
      <bdi className="plain-text">{toShown(text, isWhole ? Infinity : most)}</bdi>
      {isLong && (
        <>
          {' '}
          <button
            type="button"
            className="small"
            aria-expanded={isWhole}
            onClick={() => setWhole((whole) => !whole)}
          >
            {isWhole ? 'Show less' : `Show all ${text.length.toLocaleString('en')} characters`}
          </button>
        </>
      )}
    </>
  );
}

/** A short text in one line, which is cut without a way to see the rest. */
export function ShortText({ text, most = 120 }: { text: string; most?: number }) {
  return <bdi>{toShown(text, most)}</bdi>;
}

/** Makes the text that is shown of a text of the endpoint. */
export function toShown(text: string, most: number): string {
  return revealHidden(text.length > most ? `${text.slice(0, most)}…` : text);
}
