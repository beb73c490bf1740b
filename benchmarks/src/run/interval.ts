/** The median of some values, and the values between which the true median is with this confidence. */
export interface Interval {
  median: number;
  low: number;
  high: number;
  /** From 0 to 1. Less than was asked for, if there are too few values for that. */
  confidence: number;
}

/** The confidence that a figure needs. */
export const enough = 0.95;

/**
 * Takes the interval from the values in their order, so that it holds for any distribution and no outlier moves it. With 12
 * values it goes from the third to the tenth. Fewer than 6 values are too few for 95 percent: then it goes from the lowest to
 * the highest.
 */
export function toInterval(values: readonly number[], asked: number = enough): Interval {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  if (count === 0) return nothing;
  // How many values are left out at each end.
  let cut = 0;
  while (cut + 1 < count / 2 && confidenceOf(count, cut + 1) >= asked) cut++;
  const half = count / 2;
  const median = Number.isInteger(half) ? (sorted[half - 1]! + sorted[half]!) / 2 : sorted[Math.floor(half)]!;
  return { median, low: sorted[cut]!, high: sorted[count - 1 - cut]!, confidence: confidenceOf(count, cut) };
}

/** What was not measured. */
export const nothing: Interval = { median: Number.NaN, low: Number.NaN, high: Number.NaN, confidence: 0 };

/** A figure that is the same each time that it is measured. */
export function toExact(value: number): Interval {
  return { median: value, low: value, high: value, confidence: 1 };
}

/** How often the median is within the values that are left when `cut` of them are left out at each end. */
function confidenceOf(count: number, cut: number): number {
  let tail = 0;
  let ways = 1;
  for (let below = 0; below <= cut; below++) {
    tail += ways / 2 ** count;
    ways = (ways * (count - below)) / (below + 1);
  }
  return Math.max(0, 1 - 2 * tail);
}
