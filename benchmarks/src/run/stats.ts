/** A figure over several rounds. */
export interface Figure {
  median: number;
  low: number;
  high: number;
}

export function toFigure(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: medianOf(sorted), low: sorted[0] ?? Number.NaN, high: sorted.at(-1) ?? Number.NaN };
}

/** Of values in ascending order. */
export function medianOf(sorted: readonly number[]): number {
  const half = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  return Number.isInteger(half) ? (sorted[half - 1]! + sorted[half]!) / 2 : sorted[Math.floor(half)]!;
}

/** Of values in ascending order. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted.length === 0
    ? Number.NaN
    : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** Compared round by round, because other load on the machine affects neighbours equally. */
export function toRatio(of: readonly number[], to: readonly number[]): Figure {
  return toFigure(of.map((value, round) => value / to[round]!));
}
