import type { Bytes } from '../../bytes.ts';

/** The standard alphabet with padding. Published, and exactly what is accepted. */
export const base64Pattern = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';

// Uses one character class for the whole text. A repeated group would overflow the stack of the regex engine on large files.
const standardPattern = /^[A-Za-z0-9+/]*={0,2}$/;
const lenientPattern = /^[A-Za-z0-9+/_-]*={0,2}$/;
const dataUriPattern = /^data:([^;,]*)(?:;[^;,]*)*;base64,/;

export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && standardPattern.test(text);
}

export function fromBase64(text: string): Bytes {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

export function toBase64(source: Uint8Array | ArrayBuffer): string {
  const bytes = source instanceof Uint8Array ? source : new Uint8Array(source);
  let binary = '';
  // Works in chunks, because the number of arguments of one function call is limited.
  for (let start = 0; start < bytes.length; start += 0x2000) {
    // Cast: the numbers of a typed array are arguments as well as those of a list, and a spread would iterate over them.
    binary += String.fromCharCode.apply(null, bytes.subarray(start, start + 0x2000) as unknown as number[]);
  }
  return btoa(binary);
}

/** Base64 for URLs, without padding. */
export function toUrlBase64(source: Uint8Array | ArrayBuffer): string {
  return toBase64(source).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Converts base64 that is url-safe, unpadded, broken into lines or in a data: URI to the standard form. Returns other text unchanged. */
export function toCanonicalBase64(text: string): string {
  const bare = splitDataUri(text)?.data ?? text;
  if (isBase64(bare)) return bare;
  // White space is removed first: a pattern that allows it in two places would take long for much of it.
  const dense = bare.replaceAll(/\s/g, '');
  if (!lenientPattern.test(dense)) return text;
  const packed = dense.replaceAll('=', '').replaceAll('-', '+').replaceAll('_', '/');
  const padded = packed + '='.repeat((4 - (packed.length % 4)) % 4);
  return padded !== '' && isBase64(padded) ? padded : text;
}

export function splitDataUri(text: string): { mimeType: string; data: string } | undefined {
  const head = text.startsWith('data:') ? dataUriPattern.exec(text.slice(0, 512)) : null;
  return head === null ? undefined : { mimeType: head[1]!, data: text.slice(head[0].length) };
}
