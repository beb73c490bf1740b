import type { Held } from '../app/held.ts';
import { toFigure } from '../run/stats.ts';

/** The measurements in one part of the soak test. */
export interface Window {
  p99: number;
  perSecond: number;
  /** The heap after a garbage collection. */
  heapBytes: number;
  handles: number;
  /** What is in the store that handlers share. */
  entries: number;
}

export interface Judgement {
  title: string;
  isMet: boolean;
  figures: string;
}

/**
 * Compares the second quarter, when everything is warmed up, with the last one, and what is held at rest with what was held
 * at the start. In the first two and a half minutes, hardly anything has expired yet.
 */
export function judge(
  windows: readonly Window[],
  atStart: Held,
  atRest: { handles: number; held: Held },
  errors: number,
): Judgement[] {
  const quarter = Math.floor(windows.length / 4);
  const early = windows.slice(quarter, 2 * quarter);
  const late = windows.slice(-quarter);
  const median = (of: readonly Window[], figure: (window: Window) => number) =>
    toFigure(of.map(figure)).median;
  const heaps = [early, late].map((of) => median(of, ({ heapBytes }) => heapBytes / 1e6)) as [number, number];
  const handles = [early, late].map((of) => median(of, (window) => window.handles)) as [number, number];
  const entries = [early, late].map((of) => median(of, (window) => window.entries)) as [number, number];
  const p99s = [early, late].map((of) => median(of, ({ p99 }) => p99)) as [number, number];
  const change = ([before, after]: [number, number], digits: number) =>
    `${before.toFixed(digits)} → ${after.toFixed(digits)}`;
  return [
    { title: 'answers that were not asked for', isMet: errors === 0, figures: String(errors) },
    { title: 'heap, MB', isMet: heaps[1] < heaps[0] * 1.05 + 1, figures: change(heaps, 1) },
    { title: 'handles', isMet: handles[1] < handles[0] * 1.1 + 8, figures: change(handles, 0) },
    // The server's own listener and the pipes to its parent.
    { title: 'handles at rest', isMet: atRest.handles < 12, figures: String(atRest.handles) },
    {
      title: 'entries of the shared store',
      isMet: entries[1] < entries[0] * 1.2 + 100,
      figures: change(entries, 0),
    },
    { title: 'p99, ms', isMet: p99s[1] < p99s[0] * 1.5 + 2, figures: change(p99s, 1) },
    ...Object.entries(atRest.held).map(([name, left]): Judgement => {
      const before = atStart[name]!;
      return { title: `${name}, at rest`, isMet: left <= before + few, figures: change([before, left], 0) };
    }),
  ];
}

/** What may be there once, from the first use on. */
const few = 5;
