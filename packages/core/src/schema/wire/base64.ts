/** Standard alphabet, padded: what is published is what is accepted. */
export const base64Pattern = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';

// One character class over the whole text: a repeated group would overflow the regex stack on large files.
const ALPHABET = /^[A-Za-z0-9+/]*={0,2}$/;
const LENIENT = /^[A-Za-z0-9+/_\-\s]*={0,2}\s*$/;
const DATA_URI = /^data:([^;,]*)(?:;[^;,]*)*;base64,/;

export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && ALPHABET.test(text);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

export function toBase64(source: Uint8Array | ArrayBuffer): string {
  const bytes = source instanceof Uint8Array ? source : new Uint8Array(source);
  let binary = '';
  // In chunks: the arguments of one call are limited.
  for (let start = 0; start < bytes.length; start += 0x2000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x2000));
  }
  return btoa(binary);
}

/** The padded standard form of base64 that comes url-safe, unpadded, with line breaks or as a data: URI; else the text itself. */
export function toCanonicalBase64(text: string): string {
  const bare = splitDataUri(text)?.data ?? text;
  if (isBase64(bare) || !LENIENT.test(bare)) return isBase64(bare) ? bare : text;
  const packed = bare.replaceAll(/[\s=]/g, '').replaceAll('-', '+').replaceAll('_', '/');
  const padded = packed + '='.repeat((4 - (packed.length % 4)) % 4);
  return padded !== '' && isBase64(padded) ? padded : text;
}

export function splitDataUri(text: string): { mimeType: string; data: string } | undefined {
  const head = text.startsWith('data:') ? DATA_URI.exec(text.slice(0, 512)) : null;
  return head === null ? undefined : { mimeType: head[1]!, data: text.slice(head[0].length) };
}
