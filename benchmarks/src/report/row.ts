import { enough, type Interval } from '../run/interval.ts';
import { isWide } from '../run/noise.ts';
import type { Comparison } from '../run/pair.ts';
import { toNumber, toTable } from './markdown.ts';

/** What was asked for. */
export type Goal = { atLeast: number } | { atMost: number };

/** One line of the table of goals. */
export interface Row {
  measure: string;
  goal?: Goal | undefined;
  /** The figure that decides. For a ratio of requests it is that of the server's time. */
  decides: Interval;
  /** Of the own load generator, in requests per second. */
  requests?: Interval | undefined;
  wrk?: Comparison | undefined;
  unit?: string;
  digits?: number;
}

export type Verdict = 'met' | '**not met**' | `**too ${'close' | 'noisy' | 'few rounds'} to tell**` | '';

/** Says whether a goal is met: by all of the interval, by none of it, or by a part. */
export function toVerdict(interval: Interval, goal: Goal | undefined): Verdict {
  if (!goal || Number.isNaN(interval.median)) return '';
  const isMet =
    'atLeast' in goal ? (value: number) => value >= goal.atLeast : (value: number) => value <= goal.atMost;
  const [low, high] = [isMet(interval.low), isMet(interval.high)];
  if (interval.confidence >= enough && low === high) return low ? 'met' : '**not met**';
  if (interval.confidence < enough) return '**too few rounds to tell**';
  return isWide(interval) ? '**too noisy to tell**' : '**too close to tell**';
}

/** Makes the row of a comparison, and beside it that of `wrk`. */
export function toRatioRow(measure: string, goal: Goal | undefined, own: Comparison, wrk?: Comparison): Row {
  return { measure, goal, decides: own.cpu, requests: own.requests, wrk };
}

export function toRowTable(rows: readonly Row[]): string {
  return toTable(
    ['measure', 'goal', 'measured', 'requests/s', 'wrk', 'wrk, requests/s', 'goal met'],
    rows.map(({ measure, goal, decides, requests, wrk, unit, digits = 2 }) => [
      measure,
      toGoalText(goal, unit),
      toText(decides, digits, unit),
      requests ? toText(requests, digits) : '',
      wrk ? toText(wrk.cpu, digits) : '',
      wrk ? toText(wrk.requests, digits) : '',
      Number.isNaN(decides.median) ? 'not measured' : toVerdict(decides, goal),
    ]),
  );
}

function toGoalText(goal: Goal | undefined, unit: string | undefined): string {
  if (!goal) return '';
  const text = 'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`;
  return unit === undefined ? text : `${text} ${unit}`;
}

function toText({ median, low, high }: Interval, digits: number, unit?: string): string {
  if (Number.isNaN(median)) return '–';
  const text =
    low === high
      ? toNumber(median, digits)
      : `${toNumber(median, digits)} (${toNumber(low, digits)}–${toNumber(high, digits)})`;
  return unit === undefined ? text : `${text} ${unit}`;
}
