import { toShown } from '../chat/shown.ts';

/** Writes arguments as a call has them: `query: "jonas", limit: 5`. */
export function toLine(value: unknown): string {
  try {
    return toShown(toWhole(value), 200);
  } catch {
    return 'nested too deeply to be shown';
  }
}

function toWhole(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object' || Array.isArray(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(([name, part]) => `${name}: ${JSON.stringify(part)}`)
    .join(', ');
}
