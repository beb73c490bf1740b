import type { Figure } from '../run/stats.ts';

/** A table. The first column is text, the others are figures. */
export function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** `1,234 (1,100–1,300)`: the median of the rounds, the lowest and the highest. */
export function toSpread({ median, low, high }: Figure, digits = 0): string {
  return `${toNumber(median, digits)} (${toNumber(low, digits)}–${toNumber(high, digits)})`;
}

export function toNumber(value: number, digits = 0): string {
  if (!Number.isFinite(value)) return '–';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function toMegabytes(bytes: number): string {
  return toNumber(bytes / 1e6, 1);
}
