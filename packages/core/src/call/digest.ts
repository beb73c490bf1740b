import { digestText } from '../digest-text.ts';
import { toJsonText } from './json-text.ts';

/**
 * The SHA-256 of a value's JSON, in hexadecimal digits. It identifies the value without revealing it. The order of the keys
 * makes no difference, and the value may be nested as deeply as it likes.
 */
export function digest(value: unknown): Promise<string> {
  return digestText(toJsonText(value, { isSorted: true }));
}
