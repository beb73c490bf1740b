import { type ReactNode, useEffect, useRef } from 'react';
import { toHash } from '../route.ts';

/** A list beside what is chosen of it. On a narrow screen one takes the place of the other. */
export function SplitView(props: {
  title: string;
  /** Where the list is: `tools`. */
  place: string;
  /** The address of what is chosen, which changes when something else is. */
  chosen: string | undefined;
  list: ReactNode;
  children: ReactNode;
}) {
  const { title, place, chosen, list, children } = props;
  const detail = useRef<HTMLDivElement>(null);
  const before = useRef(chosen);
  useEffect(() => {
    if (before.current === chosen) return;
    before.current = chosen;
    // On a narrow screen the link that had the focus has gone, so that the focus goes with the person.
    const isNarrow = matchMedia('(max-width: 55rem)').matches;
    if (isNarrow && chosen !== undefined) detail.current?.focus();
  }, [chosen]);
  return (
    <div className={`split ${chosen === undefined ? 'shows-list' : 'shows-detail'}`}>
      <div className="split-list">
        <h1>{title}</h1>
        {list}
      </div>
      <div className="split-detail" ref={detail} tabIndex={-1}>
        {chosen !== undefined && (
          <p className="back">
            <a href={toHash([place])}>Back to the list</a>
          </p>
        )}
        {children}
      </div>
    </div>
  );
}
