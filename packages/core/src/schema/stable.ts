import { toPlainJson } from './wire/encode-any.ts';

const SOON = 60_000;

/**
 * Whether a default is the same whenever it is asked for. Published, a random or current one would be frozen: a
 * validator shows only a getter, so it is asked twice, and what looks like the present moment counts as changing.
 */
export function isStable(read: () => unknown): boolean {
  try {
    const [first, second] = [read(), read()];
    return !isNow(first) && JSON.stringify(toPlainJson(first)) === JSON.stringify(toPlainJson(second));
  } catch {
    return false;
  }
}

function isNow(value: unknown): boolean {
  const time =
    value instanceof Date
      ? value.getTime()
      : typeof value === 'string' && /^\d{4}-/.test(value)
        ? Date.parse(value)
        : value;
  return typeof time === 'number' && Math.abs(time - Date.now()) < SOON;
}
