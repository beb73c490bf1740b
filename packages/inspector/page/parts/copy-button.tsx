import { useEffect, useState } from 'react';

/** Copies a text, and says so. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = setTimeout(() => setState('idle'), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <>
      <button
        type="button"
        className="copy"
        aria-label={`Copy ${what}`}
        onClick={() => void copy(text).then((isDone) => setState(isDone ? 'copied' : 'failed'))}
      >
        {state === 'copied' ? 'Copied' : state === 'failed' ? 'Not copied' : 'Copy'}
      </button>
      <span role="status" className="unseen">
        {state === 'copied' && `Copied ${what}.`}
        {state === 'failed' && `The browser did not copy ${what}. Select the text, and copy it yourself.`}
      </span>
    </>
  );
}

/** Browsers have a clipboard for pages on https and on this machine only. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'unseen';
    document.body.append(area);
    area.select();
    const isDone = document.execCommand('copy');
    area.remove();
    return isDone;
  }
}
