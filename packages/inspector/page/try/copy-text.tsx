import { useRef, useState } from 'react';
import { LongText } from './long-text.tsx';

/** A text with a button that copies it. */
export function CopyText({ text }: { text: string }) {
  const [said, setSaid] = useState('');
  const shown = useRef<HTMLPreElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      // Without the right to write to the clipboard, the text is selected for the person to copy.
      if (shown.current) getSelection()?.selectAllChildren(shown.current);
      setSaid('Press Ctrl+C to copy the text that is selected');
    }
  };
  return (
    <div className="copy-text">
      <button type="button" onClick={() => void copy()}>
        Copy
      </button>
      <span role="status">{said}</span>
      <LongText ref={shown} text={text} />
    </div>
  );
}
