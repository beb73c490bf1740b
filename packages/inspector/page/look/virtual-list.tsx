import { useVirtualizer, defaultRangeExtractor, type Range } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';

/** A row of a long list: the heading of what follows, or an entry, which is a link. */
export type Row<T> = { kind: 'heading'; title: string; count: number } | { kind: 'entry'; value: T };

/**
 * A list of which only what can be seen is in the document. The arrow keys, Page Up, Page Down, Home and End go through its
 * entries; Tab goes to the entry that was last reached. Screen readers hear which of how many an entry is.
 */
export function VirtualList<T>(props: {
  label: string;
  rows: readonly Row<T>[];
  /** What tells entries apart. */
  keyOf: (value: T) => string;
  chosen: string | undefined;
  /** Shows an entry as a link with these properties. */
  children: (value: T, link: { tabIndex: number; 'aria-current': 'true' | undefined }) => ReactNode;
}) {
  const { label, rows, keyOf, chosen, children } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [reached, setReached] = useState<string>();
  const entries = rows.flatMap((row, index) =>
    row.kind === 'entry' ? [{ index, key: keyOf(row.value) }] : [],
  );
  const positions = new Map(entries.map(({ index }, position) => [index, position]));
  const stop =
    entries.find(({ key }) => key === reached) ?? entries.find(({ key }) => key === chosen) ?? entries[0];
  const rem = useRem();
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === 'heading' ? 2.25 : 3.5) * rem,
    overscan: 8,
    // The entry with the focus stays in the document when it is scrolled away, or the focus would be lost.
    rangeExtractor: (range: Range) =>
      stop === undefined
        ? defaultRangeExtractor(range)
        : [...new Set([...defaultRangeExtractor(range), stop.index])].toSorted((one, other) => one - other),
  });
  useEffect(() => virtualizer.measure(), [rows, rem, virtualizer]);
  const chosenIndex = entries.find(({ key }) => key === chosen)?.index;
  useEffect(() => {
    if (chosenIndex !== undefined) virtualizer.scrollToIndex(chosenIndex, { align: 'auto' });
    // Only when another one is chosen, not whenever the list is filtered.
  }, [chosen, chosenIndex === undefined]);

  const move = (event: KeyboardEvent) => {
    if (!stop || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = positions.get(stop.index) ?? 0;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / (3.5 * rem)) - 1);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: entries.length - 1,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = entries[Math.max(0, Math.min(entries.length - 1, step))]!;
    setReached(next.key);
    virtualizer.scrollToIndex(next.index, { align: 'auto' });
    focusWhenShown(scroller.current, next.index);
  };
  return (
    <div className={`virtual-list ${rows.length === 0 ? 'empty' : ''}`} ref={scroller}>
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- the entries of a <ul> may not be placed by their index */}
      <div role="list" aria-label={label} style={{ height: virtualizer.getTotalSize() }} onKeyDown={move}>
        {virtualizer.getVirtualItems().map(({ index, start, size }) => {
          const row = rows[index]!;
          const style = { transform: `translateY(${start}px)`, height: size };
          if (row.kind === 'heading')
            return (
              <div key={`heading ${row.title}`} role="listitem" className="area" style={style}>
                <h2>
                  {row.title} <span className="faint">{row.count}</span>
                </h2>
              </div>
            );
          const key = keyOf(row.value);
          const isStop = index === stop?.index;
          return (
            <div
              key={key}
              role="listitem"
              data-index={index}
              aria-setsize={entries.length}
              aria-posinset={(positions.get(index) ?? 0) + 1}
              style={style}
              onFocus={() => setReached(key)}
            >
              {children(row.value, {
                tabIndex: isStop ? 0 : -1,
                'aria-current': key === chosen ? 'true' : undefined,
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** An entry far away is in the document a few frames after the list was told to scroll to it. */
function focusWhenShown(scroller: HTMLElement | null, index: number, frames = 10): void {
  requestAnimationFrame(() => {
    const link = scroller?.querySelector<HTMLElement>(`[data-index="${index}"] a`);
    if (link) link.focus({ preventScroll: true });
    else if (frames > 0) focusWhenShown(scroller, index, frames - 1);
  });
}

/** The size of the letters that the person has chosen, in pixels. */
function useRem(): number {
  const [rem] = useState(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16);
  return rem;
}
