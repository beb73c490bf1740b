/** Decodes base64. Gives `undefined` for what is none. */
export function readBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** How many bytes a base64 text stands for. */
export function sizeOfBase64(text: string): number {
  return Math.floor((text.replace(/=+$/, '').length * 3) / 4);
}

/** Writes a `data:` URL of a picture or a sound. Gives `undefined` for any other type, such as `text/html`. */
export function toMediaUrl(kind: 'image' | 'audio', mimeType: string, base64: string): string | undefined {
  const type = mimeType.trim().toLowerCase();
  if (!/^[a-z]+\/[a-z0-9.+-]+$/.test(type) || !type.startsWith(`${kind}/`)) return undefined;
  return /^[A-Za-z0-9+/=\s]*$/.test(base64) ? `data:${type};base64,${base64}` : undefined;
}
