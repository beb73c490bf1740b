import type { Ref } from 'react';
import type { Problem } from './form/check.ts';

interface ProblemListProps {
  ref: Ref<HTMLDivElement>;
  title: string;
  problems: readonly Problem[];
  toId: (path: readonly (string | number)[]) => string;
}

/** All that is wrong with what was filled in, with a way to each field. It takes the focus when a call was held back. */
export function ProblemList({ ref, title, problems, toId }: ProblemListProps) {
  const go = (path: readonly (string | number)[]) => {
    // The nearest field around it that is drawn.
    for (let length = path.length; length >= 0; length--) {
      const field = document.getElementById(toId(path.slice(0, length)));
      if (!field) continue;
      field.focus();
      return;
    }
  };
  return (
    <div ref={ref} className="problems" tabIndex={-1} role="group" aria-label="What is wrong">
      <p>{title}</p>
      <ul>
        {problems.map(({ path, message }) => (
          <li key={JSON.stringify([path, message])}>
            {path.length > 0 && (
              <>
                <button type="button" className="link" onClick={() => go(path)}>
                  {path.join(' › ')}
                </button>
                {': '}
              </>
            )}
            {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
