import { isTime, toDay, toHeading } from './cell.ts';
import type { Row } from './data.ts';

/** Numbers over time, to draw. */
export interface Series {
  title: string;
  /** The key of the numbers, which says what they are. */
  key: string;
  points: { label: string; value: number; isRunning: boolean }[];
}

/**
 * Reads a list as numbers over time: its first column has a different time in each row, and another column has numbers.
 * For example `[{ startsAt: '2026-11-16T00:00:00.000Z', signUps: 9 }, …]`. Lists of things begin with an id or a name.
 */
export function toSeries(rows: readonly Row[]): Series | undefined {
  const [first] = rows;
  const timeKey = Object.keys(first ?? {})[0];
  if (!first || timeKey === undefined || rows.length < 2) return undefined;
  const times = rows.map((row) => row[timeKey]).filter(isTime);
  const numbers = Object.keys(first).filter((name) => rows.every((row) => typeof row[name] === 'number'));
  // Amounts of money say more than how many there are.
  const key = numbers.find((name) => name.endsWith('Cents')) ?? numbers[0];
  if (new Set(times).size !== rows.length || key === undefined) return undefined;
  const ordered = rows.toSorted((a, b) => String(a[timeKey]).localeCompare(String(b[timeKey])));
  return {
    title: toHeading(key),
    key,
    points: ordered.map((row) => ({
      label: toDay(String(row[timeKey])),
      value: row[key] as number,
      isRunning: row['running'] === true,
    })),
  };
}
