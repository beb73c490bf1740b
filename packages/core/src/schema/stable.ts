import { toPlainJson } from './wire/encode-any.ts';

const nowToleranceMs = 60_000;

/**
 * Whether a default is the same each time it is read. A random default, or one that is the current time, must not be
 * published, because clients would send the published value forever. A validator only has a getter for its default. So
 * it is read twice, and a value close to the current time counts as changing.
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
  const time = toTime(value);
  return typeof time === 'number' && Math.abs(time - Date.now()) < nowToleranceMs;
}

function toTime(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'string' && /^\d{4}-/.test(value) ? Date.parse(value) : value;
}
