import { type ReactNode, useState } from 'react';

/** A part of the page that is drawn when it is first opened, because it may be large. */
export function Disclosure({ summary, children }: { summary: ReactNode; children: () => ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {isOpen && children()}
    </details>
  );
}
