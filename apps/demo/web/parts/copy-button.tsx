import { useState } from 'react';

/** Copies a text. `what` says which, for people who do not see it beside the button. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [outcome, setOutcome] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('Copied');
    } catch {
      // Browsers refuse on an address without HTTPS that is not this machine's own.
      setOutcome('Not copied: select it');
    }
  };
  return (
    <span className="copy">
      <button type="button" aria-label={`Copy ${what}`} onClick={() => void copy()}>
        Copy
      </button>
      <span role="status">{outcome}</span>
    </span>
  );
}
