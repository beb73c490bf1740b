import { toJsonText } from './json-text.ts';

/**
 * The SHA-256 of a value's JSON, in hexadecimal digits. It identifies the value without revealing it. The order of the keys
 * makes no difference, and the value may be nested as deeply as it likes.
 */
export function digest(value: unknown): Promise<string> {
  return digestText(toJsonText(value, { isSorted: true }));
}

/** The SHA-256 of a text in UTF-8, in hexadecimal digits. */
export async function digestText(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
