import { type FormEvent, useId, useState } from 'react';

export interface ComposerProps {
  examples: readonly string[];
  isBusy: boolean;
  onSay: (text: string) => void;
  onStop: () => void;
}

/** The field for a message, and sentences to begin with. */
export function Composer({ examples, isBusy, onSay, onStop }: ComposerProps) {
  const [text, setText] = useState('');
  const title = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isBusy || text.trim() === '') return;
    onSay(text.trim());
    setText('');
  };
  return (
    <footer className="composer">
      <h2 id={title} className="for-screen-readers">
        Examples
      </h2>
      <ul className="examples" aria-labelledby={title}>
        {examples.map((example) => (
          <li key={example}>
            <button type="button" disabled={isBusy} onClick={() => onSay(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={submit}>
        <label className="for-screen-readers" htmlFor="message">
          Your message
        </label>
        <input
          id="message"
          value={text}
          maxLength={8000}
          autoComplete="off"
          placeholder="Ask, or say what to do"
          onChange={({ target }) => setText(target.value)}
        />
        {isBusy ? (
          <button type="button" onClick={onStop}>
            Stop
          </button>
        ) : (
          <button type="submit" className="primary">
            Send
          </button>
        )}
      </form>
    </footer>
  );
}
